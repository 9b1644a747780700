#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh PROGRAM...: runs cmocka programs, shows the output of those that fail,
# and counts their closing lines. A program that does not come to its closing
# line has failed too.
set -u
export TZ=UTC LC_ALL=C.UTF-8

passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# count WORD: the sum of cmocka's "[  WORD  ] N test(s)" lines
count() {
	sed -n "s/^\[ *$1 *\] \([0-9]*\) test(s).*/\1/p" "$log" |
		awk '{ n += $1 } END { print n + 0 }'
}

for program; do
	name=${program##*/}
	timeout 120 "$program" >"$log" 2>&1
	status=$?
	good=$(count PASSED) bad=$(count FAILED)
	ran=$(sed -n 's/^\[=*\] \([0-9]*\) test(s) run\.$/\1/p' "$log" |
		awk '{ n += $1 } END { print n + 0 }')
	skipped=$((skipped + $(count SKIPPED)))
	if [ "$status" = 0 ] && [ "$bad" = 0 ] && [ "$ran" -gt 0 ]; then
		echo "ok - $name: $good passed"
	else
		[ "$bad" -gt 0 ] || bad=1
		echo "not ok - $name: $bad failed, $good passed, status $status"
		grep -v '^\[ *\(RUN\|OK\) *\]' "$log" | sed 's/^/# /' | head -n 100
		failed=$((failed + bad))
	fi
	passed=$((passed + good))
done
echo "unit: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
