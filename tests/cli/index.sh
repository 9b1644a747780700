#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# aunetlog --index: an index is used if it is valid, and never if it is not:
# index.sh [aunetlog]. slow.sh tests that the answers are the same.
set -u
export TZ=UTC LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")" && pwd)
data=$here/data/aunetlog.log
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$here/../lib.sh"
for_program "${1:-$here/../../build/aunetlog}"

run() {
	"$tool" --index-dir "$tmp/index" "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

make_index() {
	rm -rf "$tmp/index"
	run --index "$@"
}

# Only the index has a command CURL: the log is changed back after the index was made. This
# is not noticed, because the change is outside the compared 64 KiB at both ends.
uses_index() { grep -q CURL "$out"; }

pad() { # LINES
	local line
	line=$(tail -n 1 "$tmp/lines" | sed 's/ curl / cat /; s/curl/ca/g')
	for ((i = 0; i < $1; i++)); do
		echo "$line"
	done
}

test_used() {
	"$tool" -if "$data" >"$tmp/lines" 2>/dev/null
	{ pad 400; sed 's/curl/CURL/g' "$tmp/lines"; pad 400; } >"$tmp/marked"
	touch -d '2026-11-21 12:00' "$tmp/marked"
	make_index -if "$tmp/marked"
	[ "$status" = 0 ] && grep -q '^1 logs indexed' "$out"
	verdict '--index: one log' $?
	[ "$(stat -c %a "$tmp/index")" = 700 ] && [ "$(stat -c %a "$tmp"/index/*.index)" = 600 ]
	verdict '--index: only its owner reads it' $?
	sed -i 's/CURL/curl/g' "$tmp/marked"
	touch -d '2026-11-21 12:00' "$tmp/marked"
	run -if "$tmp/marked" && uses_index
	verdict 'an index is used' $?
	run --index -if "$tmp/marked"
	grep -q '^0 logs indexed.* 1 had' "$out"
	verdict '--index: once is enough' $?
	for option in --no-index --slow '--ancestor 1'; do
		# shellcheck disable=SC2086
		run -if "$tmp/marked" $option
		! uses_index
		verdict "no index with $option" $?
	done
	run -if "$tmp/marked" -if "$data"
	uses_index && [ "$(grep -c curl "$out")" -gt 0 ]
	verdict 'a file of the plugin has its index among others' $?
}

# Whatever of the log is another, or of the index could be another's.
test_not_used() {
	local file
	file=$(echo "$tmp"/index/*.index)
	touch -d '2026-11-21 12:01' "$tmp/marked"
	run -if "$tmp/marked"
	! uses_index
	verdict 'no index of a log with another time' $?
	touch -d '2026-11-21 12:00' "$tmp/marked"
	echo >>"$tmp/marked"
	touch -d '2026-11-21 12:00' "$tmp/marked"
	run -if "$tmp/marked"
	! uses_index
	verdict 'no index of a log with another size' $?
	truncate -s -1 "$tmp/marked"
	touch -d '2026-11-21 12:00' "$tmp/marked"
	run -if "$tmp/marked" && uses_index
	verdict 'and again of the log as it was' $?
	cp "$tmp/marked" "$tmp/other"
	printf X | dd of="$tmp/other" bs=1 seek=500 conv=notrunc 2>/dev/null
	touch -d '2026-11-21 12:00' "$tmp/other"
	run -if "$tmp/other"
	! uses_index
	verdict 'no index of a log with another beginning' $?
	TZ=Asia/Kathmandu run -if "$tmp/marked"
	! uses_index
	verdict 'no index of local times in another zone' $?
	chmod g+w "$file"
	run -if "$tmp/marked"
	! uses_index
	verdict 'no index that others can write' $?
	chmod g-w "$file"
	mv "$file" "$file.real"
	ln -s "$file.real" "$file"
	run -if "$tmp/marked"
	! uses_index
	verdict 'no index behind a link' $?
	mv "$file.real" "$file"
	if [ "$(id -u)" = 0 ]; then
		chown 1234 "$file"
		run -if "$tmp/marked"
		! uses_index
		verdict 'no index of another user' $?
		chown 0 "$file"
	fi
}

# ---- damage: the answer is that of the logs, with one warning ----

damage_questions=('' '--summary remote' '-p 100100' '--listeners' '--format json' '-r' '--just-one'
	'-x curl --format csv' '--addr 192.0.2.7 --open-at @1795240010' '--pair' '--graph'
	'--scan' '--new --since @1795240020' '--ancestor 1')

# ask_damaged NAME QUESTION OPTION…: $tmp/NAME.out with the exit status, $tmp/NAME.err
ask_damaged() {
	local name=$1 question=$2
	shift 2
	# shellcheck disable=SC2086
	"$tool" --index-dir "$tmp/index" "${logs[@]}" $question "$@" >"$tmp/$name.out" 2>"$tmp/$name.err" </dev/null
	echo "exit $?" >>"$tmp/$name.out"
}

# The answers of the logs, without an index.
answers() {
	local i
	for i in "${!damage_questions[@]}"; do
		ask_damaged "want$i" "${damage_questions[i]}" --no-index
	done
}

# same_answer I: question I gets the answer of the logs, and at most one warning more. Sets warned.
same_answer() {
	ask_damaged got "${damage_questions[$1]}"
	warned=$(grep -c '^aunetlog: [^ ]*\.index: damaged index: .*; reading .* instead; to make it again, run --index' "$tmp/got.err")
	cp "$tmp/got.out" "$out"
	cp "$tmp/got.err" "$err"
	cmp -s "$tmp/got.out" "$tmp/want$1.out" &&
		grep -v ': damaged index: ' "$tmp/got.err" | cmp -s - "$tmp/want$1.err" &&
		[ "$warned" -le 1 ] || { echo "# question ${damage_questions[$1]}"; return 1; }
}

# next_answer: one of the other questions, in turn
turn=0
next_answer() {
	turn=$((turn % (${#damage_questions[@]} - 1) + 1))
	same_answer "$turn"
}

# damaged NAME: the question without a condition needs all of the index, and warns.
damaged() {
	same_answer 0 && [ "$warned" = 1 ] && next_answer && next_answer
	verdict "damaged index: $1" $?
	cp "$tmp/good" "$file"
}

put() { # OFFSET BYTES
	printf %b "$2" | dd of="$file" bs=1 seek="$1" conv=notrunc 2>/dev/null
}

# flips NAME LEAST: one bit each at 30 places; that many are reported
flips() {
	local n at seed=${SEED:-$RANDOM} size bad=0 reported=0 byte
	size=$(stat -c %s "$file")
	RANDOM=$seed
	for ((n = 0; n < 30; n++)); do
		at=$(((RANDOM << 15 | RANDOM) % size))
		byte=$(od -An -tu1 -j "$at" -N 1 "$file")
		put "$at" "\\x$(printf %x $((byte ^ 1 << RANDOM % 8)))"
		same_answer 0 || bad=1
		reported=$((reported + warned))
		[ $((n % 3)) != 0 ] || next_answer || bad=1
		[ "$bad" = 0 ] || break
		cp "$tmp/good" "$file"
	done
	[ "$bad" = 0 ] && [ "$reported" -ge "$2" ]
	verdict "damaged index: $1, bits at 30 places (seed $seed)" $? || echo "# offset $at, reported $reported"
	cp "$tmp/good" "$file"
}

# A bit in a header of zstd can mean nothing.
every_damage() { # NAME
	local size
	size=$(stat -c %s "$file")
	cp "$file" "$tmp/good"
	put 3 '\xa5'
	damaged "$1, beginning"
	put 100 '\xa5\xa5'
	damaged "$1, first part"
	put $((size - 60)) '\xa5\xa5'
	damaged "$1, directory"
	put $((size - 3)) '\xa5'
	damaged "$1, end"
	truncate -s $((size / 2)) "$file"
	damaged "$1, half of it"
	truncate -s -1 "$file"
	damaged "$1, all but a byte"
	: >"$file"
	damaged "$1, empty"
}

# made_again NAME LOGS: --index finds the damage, and makes the indexes of that many logs again.
made_again() {
	put $(($(stat -c %s "$file") / 3)) '\xa5\xa5'
	run --index "${logs[@]}"
	[ "$status" = 0 ] && grep -q 'damaged index: .*; making it again from ' "$err" &&
		grep -q "^$2 logs indexed" "$out" && same_answer 0 && [ "$warned" = 0 ] &&
		run --index "${logs[@]}" && grep -q '^0 logs indexed' "$out" && [ ! -s "$err" ]
	verdict "--index makes a damaged index again: $1" $?
}

# A file of the plugin; the index has several blocks, and messages on bad lines.
test_damage() {
	connections 0 2500 >"$tmp/records"
	{ echo garbage; "$tool" -if "$tmp/records" 2>/dev/null; echo garbage; cat "$tmp/lines"; } >"$tmp/big"
	touch -d '2026-11-21 12:00' "$tmp/big"
	logs=(-if "$tmp/big")
	make_index "${logs[@]}"
	file=$(echo "$tmp"/index/*.index)
	answers
	every_damage netlog.log
	put $(($(stat -c %s "$file") / 2)) '\xa5\xa5'
	damaged 'netlog.log, middle'
	flips netlog.log 25
	made_again netlog.log 1
}

# Audit logs, the last of which has no index, and needs the state of the one before.
test_damage_audit() {
	mkdir "$tmp/three"
	connections 0 600 >"$tmp/records"
	sed -n '1,999p' "$tmp/records" >"$tmp/three/audit.log.2"
	sed -n '1000,1999p' "$tmp/records" >"$tmp/three/audit.log.1"
	{ sed -n '2000,$p' "$tmp/records"; cat "$data"; } >"$tmp/three/audit.log"
	logs=(-if "$tmp/three")
	make_index "${logs[@]}"
	grep -q '^2 logs indexed' "$out"
	verdict '--index: two of three audit logs' $?
	answers
	# The state of the first is needed only if the second has no index.
	for file in "$tmp"/index/*.index; do
		every_damage 'an audit log'
		flips 'an audit log' 3
		made_again 'an audit log' '[12]'
	done
	for file in "$tmp"/index/*.index; do
		: >"$file"
	done
	ask_damaged got ''
	cmp -s "$tmp/got.out" "$tmp/want0.out" && [ "$(grep -c 'damaged index: it is cut short' "$tmp/got.err")" = 2 ]
	verdict 'damaged index: both audit logs' $?
}

# A run with --checkpoint reads no index: the damaged ones of the test before are not reported.
test_damage_checkpoint() {
	local way name
	cp "$tmp/three/audit.log" "$tmp/grown"
	for way in --no-index ''; do
		name=$tmp/checkpoint$way
		rm -f "$tmp/mark"
		head -n 400 "$tmp/grown" >"$tmp/three/audit.log"
		# shellcheck disable=SC2086
		run --checkpoint "$tmp/mark" "${logs[@]}" $way
		cat "$out" "$err" >"$name"
		tail -n +401 "$tmp/grown" >>"$tmp/three/audit.log"
		# shellcheck disable=SC2086
		run --checkpoint "$tmp/mark" "${logs[@]}" $way
		cat "$out" "$err" >>"$name"
	done
	[ "$status" = 0 ] && [ -s "$out" ] && cmp -s "$name" "$tmp/checkpoint--no-index"
	verdict 'damaged index: --checkpoint' $?
}

# The lines of an audit log depend on the logs before it.
test_audit_logs() {
	mkdir "$tmp/logs"
	sed -n '1,20p' "$data" >"$tmp/logs/audit.log.1"
	sed -n '21,$p' "$data" >"$tmp/logs/audit.log"
	one=$tmp/logs/audit.log.1 two=$tmp/logs/audit.log
	make_index -if "$one" -if "$two"
	grep -q '^2 logs indexed' "$out"
	verdict '--index: two audit logs' $?
	"$tool" -if "$two" --slow >"$tmp/alone" 2>/dev/null
	"$tool" -if "$one" -if "$two" --slow >"$tmp/both" 2>/dev/null
	run -if "$one" -if "$two"
	cmp -s "$out" "$tmp/both"
	verdict 'two audit logs with an index' $?
	run -if "$two"
	cmp -s "$out" "$tmp/alone" && ! cmp -s "$tmp/alone" "$tmp/both"
	verdict 'the second alone' $?
	run -if "$one"
	"$tool" -if "$one" --slow 2>/dev/null | cmp -s - "$out"
	verdict 'the first alone' $?
	run -if "$one" -if "$two" -r
	"$tool" -if "$one" -if "$two" -r --slow 2>/dev/null | cmp -s - "$out" && [ -s "$out" ]
	verdict '-r with an index' $?
}

# The log that grows continues from the state that the index of the log before it has.
test_growing() {
	local file size
	rm -rf "$tmp/index"
	run --index -if "$tmp/logs"
	grep -q '^1 logs indexed' "$out"
	verdict '--index: the audit log that grows has none' $?
	sed -i 's/curl/CURL/g' "$tmp/logs/audit.log.1"
	run -if "$tmp/logs"
	"$tool" -if "$tmp/logs" --slow 2>/dev/null | cmp -s - "$out"
	verdict 'an audit log of other contents: its index is not used' $?
	run --index -if "$tmp/logs"
	mv "$tmp/logs/audit.log.1" "$tmp/logs/audit.log.2"
	mv "$tmp/logs/audit.log" "$tmp/logs/audit.log.1"
	sed 's/audit(17952/audit(17953/' "$data" >"$tmp/logs/audit.log"
	run --index -if "$tmp/logs"
	grep -q '^1 logs indexed.* 1 had' "$out"
	verdict '--index: after a rotation only the new one is read' $?
	run -if "$tmp/logs"
	"$tool" -if "$tmp/logs" --slow 2>/dev/null | cmp -s - "$out" && [ "$(grep -c . "$out")" -gt 9 ]
	verdict 'rotated audit logs with an index, and one that grows' $?
	for file in "$tmp"/index/*.index; do
		size=$(stat -c %s "$file")
		printf '\xa5\xa5' | dd of="$file" bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
	done
	run -if "$tmp/logs"
	"$tool" -if "$tmp/logs" --slow 2>/dev/null | cmp -s - "$out" && [ "$status" = 0 ] &&
		grep -q 'damaged index: the checksum of the state at its end is wrong' "$err"
	verdict 'a damaged state is reported, and the log read' $?
}

# In a directory, all of the plugin's logs except the growing one have an index.
test_rotated() {
	mkdir "$tmp/own"
	for n in 1 2; do
		cp "$tmp/lines" "$tmp/own/netlog.log.$n"
	done
	cp "$tmp/lines" "$tmp/own/netlog.log"
	make_index -if "$tmp/own"
	grep -q '^2 logs indexed' "$out"
	verdict '--index: rotated logs of the plugin' $?
	run -if "$tmp/own"
	"$tool" -if "$tmp/own" --slow 2>/dev/null | cmp -s - "$out"
	verdict 'rotated logs of the plugin with an index' $?
	# an index that no run has used for a month
	touch -d '40 days ago' "$tmp"/index/*.index
	run --index -if "$tmp/own"
	[ "$(find "$tmp/index" -name '*.index' | wc -l)" = 2 ]
	verdict '--index: what is of use stays' $?
	cp "$tmp/index/$(find "$tmp/index" -name '*.index' -printf '%f\n' | head -n 1)" "$tmp/index/00.index"
	touch -d '40 days ago' "$tmp/index/00.index"
	run --index -if "$tmp/own"
	[ ! -e "$tmp/index/00.index" ] && [ "$(find "$tmp/index" -name '*.index' | wc -l)" = 2 ]
	verdict '--index: what is of no use is removed' $?
}

test_refused() {
	run --index -if "$data" -p 1
	[ "$status" = 2 ] && grep -q 'takes no other options' "$err"
	verdict '--index: not with a condition' $?
	: >"$tmp/file"
	"$tool" --index --index-dir "$tmp/file" -if "$data" >"$out" 2>"$err"
	[ $? = 2 ] && grep -q "$tmp/file: .*directory" "$err"
	verdict '--index: a directory that is a file' $?
	run -if "$data" --index-dir "$tmp/nowhere"
	[ "$status" = 0 ] && [ ! -s "$err" ] && [ ! -e "$tmp/nowhere" ]
	verdict 'a directory that is not there: no index' $?
	"$tool" -if "$tmp/lines" --format ocsf >"$tmp/lossy"
	make_index -if "$tmp/lossy"
	grep -q '^0 logs indexed' "$out" && grep -q 'holds OCSF' "$err"
	verdict '--index: none of a format that is refused' $?
}

for name in used not_used damage damage_audit damage_checkpoint audit_logs growing rotated refused; do
	test_$name
done
exit $failed
