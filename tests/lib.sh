# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For the scripts of tests/cli, tests/cases and tests/golden: verdicts, and waiting for a
# state. They end with `exit $failed`.
# shellcheck disable=SC2034 # used by those who source this
failed=0 passed=0
deadline=30	# seconds that a state may take to come

# for_program PATH: sets $tool, $tmp (removed at the end), and $out and $err in it
for_program() {
	tool=$(realpath "$1") tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	out=$tmp/out err=$tmp/err
}

# verdict NAME STATUS: of a failure, the ends of what $out and $err name are shown.
verdict() {
	local file
	if [ "$2" = 0 ]; then
		passed=$((passed + 1))
		echo "ok - $1"
		return
	fi
	failed=1
	echo "not ok - $1"
	for file in "${out:-}" "${err:-}"; do
		[ ! -f "$file" ] || tail -n 20 "$file" | cut -c 1-300 | sed "s/^/#   ${file##*/}: /"
	done
	return 1
}

# check NAME COMMAND…
check() {
	local name=$1
	shift
	"$@"
	verdict "$name" $?
}

# wait_for COMMAND…: until it is true
wait_for() {
	local end=$((SECONDS + deadline))
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.02
	done
}

# connections FIRST COUNT: records of as many processes that connect and exit; two lines of
# output each
connections() {
	awk -v first="$1" -v count="$2" 'BEGIN {
		for (i = first; i < first + count; i++) {
			task = sprintf("items=0 ppid=1 pid=%d auid=1000 uid=0 ses=3 comm=\"curl\" exe=\"/usr/bin/curl\"", 100000 + i)
			h = sprintf("msg=audit(%d.391:%d): ", 1795240000 + int(i / 100), 2 * i)
			print "type=SYSCALL " h "arch=c000003e syscall=42 success=yes exit=0 a0=3 a1=0 a2=10 a3=0 " task
			print "type=SOCKADDR " h "saddr=020001BBC00002070000000000000000"
			print "type=PROCTITLE " h "proctitle=\"curl\""
			h = sprintf("msg=audit(%d.391:%d): ", 1795240000 + int(i / 100), 2 * i + 1)
			print "type=SYSCALL " h "arch=c000003e syscall=231 a0=0 a1=0 a2=0 a3=0 " task
			print "type=PROCTITLE " h "proctitle=\"curl\""
		}
	}'
}

# flood_records COUNT: records of as many connects by programs named curl, without close or exit;
# one line of output each
flood_records() {
	local i h task
	for ((i = 1; i <= $1; i++)); do
		h="msg=audit(1795240000.391:$i): "
		task="ppid=1 pid=$((100000 + i)) auid=1000 uid=0 ses=3 comm=\"curl\" exe=\"/usr/bin/curl\""
		echo "type=SYSCALL ${h}arch=c000003e syscall=42 success=yes exit=0 a0=3 a1=0 a2=10 a3=0 items=0 $task"
		echo "type=SOCKADDR ${h}saddr=020001BBC00002070000000000000000"
		echo "type=PROCTITLE ${h}proctitle=\"curl\""
	done
}
