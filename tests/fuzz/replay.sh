#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# replay CORPUS [MUTATIONS]: the fuzzing targets without libFuzzer, under ASan and
# UBSan: their corpus, and always the same mutations of it.
set -u
failed=0

for target in event config track diag options packets; do
	build/fuzz/replay/fuzz_$target "${2:-20000}" "$1/$target" && continue
	echo "not ok - fuzz_$target: what it tried is in build/fuzz/replay/fuzz_$target.last"
	failed=1
done
exit $failed
