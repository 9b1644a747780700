#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual's table of phases has every row of parser/track/transitions.def, once that
# section exists. A row reads, with the markup of man(7) taken away: FROM STEP TO, and the
# reason as the def file has it.
set -u
cd "$(dirname "$0")/../.." || exit 99
def=parser/track/transitions.def
page=${1:-man/audisp-netlog.8}
# "TRANSITION(IDLE, CONNECT, CONNECTING, "why")" -> "IDLE CONNECT CONNECTING why"
rows=$(sed -n 's/^TRANSITION(\([A-Z_]*\), *\([A-Z_]*\), *\([A-Z_]*\), *"\(.*\)")$/\1 \2 \3 \4/p' $def)
text="each transition of $def is a row that can be read"
if [ "$(grep -c '^TRANSITION(' $def)" = "$(grep -c . <<<"$rows")" ]; then
	echo "ok - $text"
else
	echo "not ok - $text"
	exit 1
fi
if ! grep -qE '^\.S[HS] .*PHASES' "$page"; then
	echo "skip - $page has no section on phases"
	exit 0
fi
manual=$(sed -e 's/^\.[A-Z]* *//' -e 's/\\f[BIRP]//g' -e 's/\\-/-/g' -e 's/"//g' "$page" |
	tr -s ' \t\n' ' ')
failed=0
while read -r from step to why; do
	case $manual in
	*"$from $step $to $why"*) echo "ok - $from $step" ;;
	*)
		echo "not ok - $from $step: not in $page"
		failed=1
		;;
	esac
done <<<"$rows"
exit $failed
