#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs with --checkpoint on a log that grows give together what one run gives of the whole log,
# whatever the log and the places at which it is cut: pieces.sh [path of aunetlog]
# [ROUNDS [FIRST_SEED]]
set -u
export TZ=UTC LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")" && pwd)
tool=${1:-$here/../../build/aunetlog}
rounds=${2:-${ROUNDS:-10}}
seed=${3:-${SEED:-$RANDOM$RANDOM}}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$tool" --version >/dev/null || { echo "Bail out! $tool does not run"; exit 99; }
command -v python3 >/dev/null || { echo "ok - pieces # SKIP no python3"; exit 0; }

# own FORMAT: the log becomes what the plugin writes of it.
own() {
	"$tool" -if "$tmp/log" ${1:+--format $1} >"$tmp/own.log" 2>/dev/null
	[ ! -s "$tmp/own.log" ] || mv "$tmp/own.log" "$tmp/log"
}

ask() { # ARGUMENTS…
	timeout 60 "$tool" "$@" 2>"$tmp/err" || [ $? = 1 ] || sed 's/^/# /' "$tmp/err"
}

# The log in PIECES runs, each of which sees some more bytes.
in_pieces() { # PIECES
	local size part

	: >"$tmp/grows"
	size=$(stat -c %s "$tmp/log")
	for ((part = 1; part <= $1; part++)); do
		tail -c +$((size * (part - 1) / $1 + 1)) "$tmp/log" |
			head -c $((size * part / $1 - size * (part - 1) / $1)) >>"$tmp/grows"
		ask -if "$tmp/grows" --checkpoint "$tmp/cp"
	done
}

# The same in a directory, where the log is rotated in front of each third of its lines.
rotated() {
	local part base=audit.log lines

	head -c 300 "$tmp/log" | grep -q 'audit(' || base=netlog.log
	lines=$(($(wc -l <"$tmp/log") / 12 + 1))
	rm -rf "$tmp/dir" "$tmp"/part.*
	mkdir "$tmp/dir"
	split -l "$lines" -d -a 3 "$tmp/log" "$tmp/part."
	for part in "$tmp"/part.*; do
		case $part in
		*4 | *8)
			[ ! -f "$tmp/dir/$base.1" ] || mv "$tmp/dir/$base.1" "$tmp/dir/$base.2"
			mv "$tmp/dir/$base" "$tmp/dir/$base.1"
			;;
		esac
		cat "$part" >>"$tmp/dir/$base"
		ask -if "$tmp/dir" --checkpoint "$tmp/cp"
	done
}

# Returns true if the files begin in the order in which they were written.
in_order() {
	local name

	for name in "$tmp"/dir/*.2 "$tmp"/dir/*.1 "$tmp"/dir/*.log; do
		[ ! -f "$name" ] || grep -aom1 'audit([^)]*\|^{"@timestamp":"[^"]*\|^[0-9-]* [0-9:.]*' "$name"
	done | sort -c 2>/dev/null
}

failed=0
differ() { # HOW WHOLE
	failed=$((failed + 1))
	echo "# seed $seed, $1"
	diff "$2" "$tmp/parts" | head -n "${SHOW:-5}" | cut -c1-300 | sed 's/^/#   /'
}

for ((n = 0; n < rounds; n++, seed++)); do
	python3 "$here/random_log.py" "$seed" "$tmp" "$here"/../golden/pairs/*.log \
		"$here"/../cases/*.log "$here"/data/aunetlog.log || exit 99
	case $((seed % 5)) in
	1) own "" ;;
	2) own json ;;
	esac
	rm -f "$tmp/once" "$tmp/cp"
	ask -if "$tmp/log" --checkpoint "$tmp/once" >"$tmp/whole"
	in_pieces $((seed % 7 + 2)) >"$tmp/parts"
	cmp -s "$tmp/whole" "$tmp/parts" || differ "$((seed % 7 + 2)) pieces" "$tmp/whole"
	rm -f "$tmp/once" "$tmp/cp"
	rotated >"$tmp/parts"
	# files whose events are not in order of time are read in another order
	in_order || continue
	ask -if "$tmp/dir" --checkpoint "$tmp/once" >"$tmp/whole"
	cmp -s "$tmp/whole" "$tmp/parts" || differ rotated "$tmp/whole"
done
[ $failed = 0 ] || printf 'not '
echo "ok - --checkpoint in pieces gives what one run gives: $rounds logs, the last seed $((seed - 1)), $failed differ"

# Two hosts with the same times and numbers: their order must not depend on the place of a cut.
cp "$here/../cases/node-names.log" "$tmp/log"
lines=$(wc -l <"$tmp/log") cuts=0
rm -f "$tmp/once"
ask -if "$tmp/log" --checkpoint "$tmp/once" >"$tmp/whole"
for ((cut = 1; cut < lines; cut++)); do
	rm -f "$tmp/cp"
	head -n $cut "$tmp/log" >"$tmp/grows"
	ask -if "$tmp/grows" --checkpoint "$tmp/cp" >"$tmp/parts"
	tail -n +$((cut + 1)) "$tmp/log" >>"$tmp/grows"
	ask -if "$tmp/grows" --checkpoint "$tmp/cp" >>"$tmp/parts"
	cmp -s "$tmp/whole" "$tmp/parts" || cuts=$((cuts + 1))
done
[ $cuts = 0 ] || printf 'not '
echo "ok - --checkpoint: two hosts with the same times and numbers, cut at each line, $cuts differ"
[ $((failed + cuts)) = 0 ]
