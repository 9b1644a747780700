#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Logs that once gave a wrong line, each one of a kind: `aunetlog -if NAME.log` must print
# NAME.want. Lines with # in NAME.want are notes; "complaint: …" is what standard error has.
# NAME.newer, where it is, is right as well: what a newer libaudit makes of it.
# Usage: cases.sh BUILD_DIR
set -u
export TZ=UTC LC_ALL=C
cd "$(dirname "$0")" || exit 99
build=${1:-build}
case $build in /*) ;; *) build=../../$build ;; esac
tool=$build/aunetlog
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. ../lib.sh
out=$(mktemp)
trap 'rm -f "$out" "$out.lines" "$out.err"' EXIT

lines_of() { # LOG
	timeout 20 "$tool" -if "$1" 2>"$out.err" >"$out.lines"
	sed 's/^/complaint: /' "$out.err" >>"$out.lines"
}

for log in *.log; do
	lines_of "$log"
	grep -v '^#' "${log%.log}.want" | diff - "$out.lines" >"$out"
	status=$?
	if [ $status != 0 ] && [ -e "${log%.log}.newer" ]; then
		grep -v '^#' "${log%.log}.newer" | cmp -s - "$out.lines" && status=0
	fi
	verdict "$log" $status
done

# A record of the module does not walk the 20,000 sockets of its process.
python3 ./adopt-many.py 20000 5000 >"$out"
lines_of "$out"
[ "$(wc -l <"$out.lines")" = 10000 ]
verdict "adopt-many: 5,000 listeners beside 20,000 sockets, within 20 s" $?

# A collector's log: every host up to the limit has its lines, and those beyond are counted.
python3 ./hosts.py 16390 >"$out"
lines_of "$out"
[ "$(grep -c ' connect ' "$out.lines")" = 32768 ] &&
	grep -q 'one host too many, skipped: at most 16384 hosts: host16384$' "$out.lines" &&
	grep -q 'and 11 more: event of one host too many' "$out.lines"
verdict "hosts: 16,384 of 16,390 hosts, and the others counted" $?

# Random histories of processes, with and without late events.
python3 ./histories.py "$tool" 80 99 >"$out"
verdict "histories: each connection starts and ends as it did" $?
exit $failed
