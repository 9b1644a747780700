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

# Damaged, it is left alone or reported: never a wrong answer.
test_damage() {
	local file at size bad=0 reported=0
	file=$(echo "$tmp"/index/*.index)
	size=$(stat -c %s "$file")
	run -if "$tmp/marked" --no-index
	cp "$out" "$tmp/read"
	run -if "$tmp/marked"
	cp "$out" "$tmp/indexed"
	cp "$file" "$tmp/good"
	for ((at = 3; at < size; at += size / 40)); do
		cp "$tmp/good" "$file"
		printf '\xa5' | dd of="$file" bs=1 seek="$at" conv=notrunc 2>/dev/null
		run -if "$tmp/marked"
		if [ "$status" = 2 ]; then
			reported=$((reported + 1))
			grep -q 'its index is damaged; make it again with --index' "$err" || bad=1
		elif [ "$status" != 0 ] || { ! cmp -s "$out" "$tmp/read" && ! cmp -s "$out" "$tmp/indexed"; }; then
			bad=1
		fi
	done
	[ "$bad" = 0 ] && [ "$reported" -gt 5 ]
	verdict "a damaged index: $reported times reported" $?
	head -c $((size / 2)) "$tmp/good" >"$file"
	run -if "$tmp/marked"
	! uses_index && cmp -s "$out" "$tmp/read"
	verdict 'half an index is none' $?
	: >"$file"
	run -if "$tmp/marked"
	cmp -s "$out" "$tmp/read"
	verdict 'an empty index is none' $?
	rm "$file"
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
	[ "$status" = 2 ] && grep -q 'its index is damaged' "$err"
	verdict 'a damaged state is reported' $?
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

for name in used not_used damage audit_logs growing rotated refused; do
	test_$name
done
exit $failed
