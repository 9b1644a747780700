#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh PROGRAM...: runs cmocka programs, two at a time for each processor because some of them
# mostly wait, shows the output of those that fail, and counts their closing lines. A program that
# does not reach its closing line has failed too.
set -u
export TZ=UTC LC_ALL=C.UTF-8

passed=0 failed=0 skipped=0
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# counts LOG...: a line for each log: the sums of cmocka's closing lines
# "[  PASSED  ] N test(s)…", and of its tests that ran
counts() {
	awk '/^\[ *PASSED *\] [0-9]+ test\(s\)/ { passed[FILENAME] += $4 }
		/^\[ *FAILED *\] [0-9]+ test\(s\)/ { failed[FILENAME] += $4 }
		/^\[ *SKIPPED *\] [0-9]+ test\(s\)/ { skipped[FILENAME] += $4 }
		/^\[=*\] [0-9]+ test\(s\) run\.$/ { ran[FILENAME] += $2 }
		END {
			for (i = 1; i < ARGC; i++) {
				f = ARGV[i]
				print passed[f] + 0, failed[f] + 0, skipped[f] + 0, ran[f] + 0
			}
		}' "$@"
}

judge() { # NAME LOG STATUS PASSED FAILED SKIPPED RAN
	local bad=$5
	if [ "$3" = 0 ] && [ "$bad" = 0 ] && [ "$7" -gt 0 ]; then
		echo "ok - $1: $4 passed"
	else
		[ "$bad" -gt 0 ] || bad=1
		echo "not ok - $1: $bad failed, $4 passed, status $3"
		grep -v '^\[ *\(RUN\|OK\) *\]' "$2" | sed 's/^/# /' | head -n 100
		failed=$((failed + bad))
	fi
	passed=$((passed + $4)) skipped=$((skipped + $6))
}

limit=$((2 * $(nproc))) running=0
for program; do
	[ $running -lt $limit ] || { wait -n; running=$((running - 1)); }
	{ timeout 120 "$program" >"$logs/${program##*/}" 2>&1; echo $? >"$logs/${program##*/}.status"; } &
	running=$((running + 1))
done
wait
for program; do
	read -r good bad skip ran
	judge "${program##*/}" "$logs/${program##*/}" "$(<"$logs/${program##*/}.status")" \
		"$good" "$bad" "$skip" "$ran"
done < <(counts "${@/#*\//$logs/}")
echo "unit: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
