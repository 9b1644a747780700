#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Golden pairs: real raw records, captured on the test kernels, and the lines they
# must give. Each pairs/NAME.log goes through aunetlog whole, cut into small reads,
# and with NAME.lines must agree to the letter.
# Usage: golden.sh BUILD_DIR          compares
#        golden.sh BUILD_DIR rewrite  writes the lines anew: read the git diff
set -u
export TZ=UTC LC_ALL=C
cd "$(dirname "$0")/pairs" || exit 99
build=${1:-build}
case $build in /*) ;; *) build=../../../$build ;; esac
tool=$build/aunetlog
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. ../../lib.sh
out=$(mktemp)
trap 'rm -f "$out" "$out.lines" "$out.err"' EXIT

# The version of this program is in some formats.
versionless() {
	sed "s/|audisp-netlog|$version|/|audisp-netlog|VERSION|/; s/,\"version\":\"$version\"}/,\"version\":\"VERSION\"}/"
}

version=$("$tool" --version | sed 's/.* //; s/\./\\./g')
for log in *.log; do
	lines=${log%.log}.lines
	if [ "${2:-}" = rewrite ]; then
		"$tool" -if "$log" 2>&1 >"$lines" | sed "s/^/complaint: /" >"$out.err"
		cat "$out.err" >>"$lines"
		for other in json ocsf cef leef cern sysmon; do
			[ -f "${log%.log}.$other" ] || continue
			"$tool" -if "$log" --format $other 2>/dev/null | versionless \
				>"${log%.log}.$other"
		done
		continue
	fi
	"$tool" -if "$log" 2>&1 >"$out.lines" | sed "s/^/complaint: /" >"$out.err"
	cat "$out.err" >>"$out.lines"
	diff "$lines" "$out.lines" >"$out"
	status=$?
	verdict "$log" $status
	dd if="$log" bs=37 status=none | "$tool" -if - 2>/dev/null | cmp -s "$lines" -
	verdict "$log, in small reads" $?
	# as auditd hands records to a plugin: an EOE after each event
	awk '{ print } /^type=PROCTITLE/ { split($2, a, /[()]/);
		print "type=EOE msg=audit(" a[2] "): " }' "$log" |
		"$tool" -if - 2>/dev/null | cmp -s "$lines" -
	verdict "$log, with EOE" $?
	# the same in other formats, where there is a file for it
	for other in json ocsf cef leef cern sysmon; do
		[ -f "${log%.log}.$other" ] || continue
		"$tool" -if "$log" --format $other 2>/dev/null | versionless |
			cmp -s "${log%.log}.$other" -
		verdict "$log, as $other" $?
	done
	sed 's/^/node=alpha /' "$log" | "$tool" -if - 2>/dev/null |
		sed 's/ node=alpha$//' | cmp -s "$lines" -
	verdict "$log, with node=" $?
done
exit $failed
