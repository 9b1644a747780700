#!/bin/bash
# shellcheck disable=SC2317 # wait_for and in_namespace call functions by name
# SPDX-License-Identifier: GPL-2.0-or-later
# audisp-netlog as a process on a pipe, as auditd starts it:
# plugin.sh [path of audisp-netlog]
set -u
export TZ=UTC LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")" && pwd)
plugin=$(realpath "${1:-$here/../../build/audisp-netlog}") || exit 99
tmp=$(mktemp -d) || exit 99
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$here/../lib.sh"
conf=$tmp/conf in=$tmp/in out=$tmp/out err=$tmp/err
pid='' skipped=0

cleanup() {
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
	exec 9>&-
	umount "$tmp/small" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT

skip() { # text, reason
	skipped=$((skipped + 1))
	echo "skip - $1: $2"
}

# has FILE PATTERN, lines FILE PATTERN
has() { grep -Eqs -- "$2" "$1"; }
lines() { grep -Ec -- "$2" "$1"; }

gone() { ! kill -0 "$1" 2>/dev/null; }

# config SECTION-AND-KEYS...: one line each
# Records from a file: the sockets of this machine are others.
config() { printf "%s\n" "$@" "[log]" "file =" "[kernel]" "source = none" "[sockdiag]" "use = no" >"$conf"; }

# start: the plugin in the background, its input on descriptor 9
start() {
	rm -f "$in" "$out"	# or what an earlier one wrote would be taken for its output
	mkfifo "$in"
	"$plugin" -c "$conf" <"$in" >"$out" 2>"$tmp/err" &
	pid=$!
	exec 9>"$in"
}

# finish: closes the input and waits; fills $status
finish() {
	exec 9>&-
	wait "$pid"
	status=$?
	pid=''
}

pairs() { # FILE: as many starts as stops
	[ "$(lines "$1" ' connect start ')" = "$(lines "$1" ' connect stop ')" ]
}

to_stdout=('[sockdiag]' 'use = no' '[output]' 'syslog = no' 'stdout = yes')

test_end_of_input() {
	config "${to_stdout[@]}" 'queue = 65536'
	connections 1 5000 >"$tmp/records"
	"$plugin" -c "$conf" <"$tmp/records" >"$out" 2>"$tmp/err"
	check 'a file as input: status 0' [ $? = 0 ]
	check 'a file as input: every line' [ "$(lines "$out" ' connect start ')" = 5000 ]
	check 'a file as input: a stop for each start' pairs "$out"

	config "${to_stdout[@]}"
	start
	connections 1 100 >&9
	printf 'type=SYSCALL msg=audit(1795249999.001:9): arch=c000003e syscall=42 exit=0 a0=3 pid=1 uid=0\ntype=SOCKADDR msg=audit(1795249999.001:9): saddr=020001BBC0000207' >&9
	finish
	check 'end of input: status 0' [ "$status" = 0 ]
	check 'end of input: every line, the event without an end too' \
		[ "$(lines "$out" ' connect start ')" = 101 ]
	head -n 1 "$out" | has - ' netlog start version='
	verdict 'the first line says that it starts' $?
	tail -n 1 "$out" | has - ' netlog stop$'
	verdict 'the last line says that it stops' $?
}

test_nothing_to_read() {
	config "${to_stdout[@]}"
	"$plugin" -c "$conf" </dev/null >"$out" 2>"$tmp/err"
	check 'empty input' [ $? = 0 ]
	timeout 10 "$plugin" -c "$conf" <&- >"$out" 2>"$tmp/err"
	check 'no standard input at all ends it too' [ $? = 0 ]
}

test_term() {
	config "${to_stdout[@]}"
	start
	wait_for has "$out" ' netlog start '
	bash -c 'kill -TERM "$1"; exit 0' _ "$pid"
	connections 1 1 >&9
	check 'SIGTERM from another process is ignored' \
		wait_for has "$out" ' connect stop .* ev='
	check 'and it still runs' kill -0 "$pid"

	# what the pipe holds when the signal comes is still read
	kill -STOP "$pid"
	connections 2 40 >&9
	kill -TERM "$pid"
	kill -CONT "$pid"
	wait "$pid"
	status=$?
	pid=''
	exec 9>&-
	check 'SIGTERM from the parent ends it: status 0' [ "$status" = 0 ]
	check 'SIGTERM from the parent: what was there is read' \
		[ "$(lines "$out" ' connect start ')" = 41 ]
	check 'SIGTERM from the parent: it says that it stops' has "$out" ' netlog stop$'
}

# SIGTERM by hand while auditd goes on writing: /dev/zero always has more.
test_term_while_written_to() {
	config "${to_stdout[@]}"
	rm -f "$out"
	"$plugin" -c "$conf" </dev/zero >"$out" 2>"$tmp/err" &
	pid=$!
	wait_for has "$out" ' netlog start '
	kill -TERM "$pid"
	deadline=20 wait_for has "$out" ' netlog stop$' || kill -KILL "$pid"
	wait "$pid"
	status=$?
	pid=''
	check 'SIGTERM while there is always more to read ends it: status 0' [ "$status" = 0 ]
}

# The program's own messages go to a terminal on stderr, so it is given one.
test_reload_messages() {
	if ! command -v script >/dev/null; then
		skip 'SIGHUP with a bad configuration' 'no script(1)'
		return
	fi
	config "${to_stdout[@]}"
	rm -f "$in" "$out"
	mkfifo "$in"
	printf 'echo $$ >"%s"; exec "%s" -c "%s" <"%s" >"%s"\n' "$tmp/pid" \
		"$plugin" "$conf" "$in" "$out" >"$tmp/command"
	script -qfec "sh $tmp/command" "$tmp/terminal" </dev/null >/dev/null 2>&1 &
	local terminal=$!
	exec 9>"$in"
	wait_for has "$out" ' netlog start '
	pid=$(<"$tmp/pid")

	config "${to_stdout[@]}" 'queue = 1'
	kill -HUP "$pid"
	check 'SIGHUP with a bad configuration: file, line, key, what is allowed' \
		wait_for has "$tmp/terminal" "$conf:6: queue: '1' is not allowed here; allowed is: KiB, a whole number from 64 to 65536"
	check 'SIGHUP with a bad configuration: the stream says so' \
		wait_for has "$out" ' netlog config result=kept'
	check 'SIGHUP with a bad configuration: it says what stays' \
		wait_for has "$tmp/terminal" 'the old configuration stays'
	connections 1 1 >&9
	check 'SIGHUP with a bad configuration: the old one works' \
		wait_for has "$out" ' connect stop '

	config '[limits]' 'connections = 99' "${to_stdout[@]}"
	kill -HUP "$pid"
	check 'SIGHUP with other [limits]: it is logged' \
		wait_for has "$tmp/terminal" '\[limits\] has changed: .* when auditd is restarted'

	rm -f "$conf"
	kill -HUP "$pid"
	check 'SIGHUP without the configuration' \
		wait_for has "$tmp/terminal" "$conf: No such file or directory"
	printf 'garbage\n' >&9
	check 'the first garbage is logged' \
		wait_for has "$tmp/terminal" 'not an audit record, skipped: garbage'
	exec 9>&-
	wait "$terminal"
	check 'it ends well after that' has "$out" ' netlog stop$'
	pid=''
}

test_reload() {
	config '[sockdiag]' 'use = no' '[output]' 'syslog = no' "file = $tmp/log"
	start
	connections 1 1 >&9
	wait_for has "$tmp/log" ' connect stop '
	check 'lines go to the file' pairs "$tmp/log"

	mv "$tmp/log" "$tmp/log.1"
	kill -HUP "$pid"
	wait_for has "$tmp/log" ' netlog config '
	connections 2 1 >&9
	check 'SIGHUP opens a rotated file anew' wait_for has "$tmp/log" ' connect stop '
	check 'and nothing was written to the old one then' \
		[ "$(lines "$tmp/log.1" ' connect start ')" = 1 ]
	check 'the file is not readable by everybody' \
		[ "$(stat -c %a "$tmp/log")" = 640 ]

	mv "$tmp/log" "$tmp/log.2"
	config '[output]' 'syslog = no' 'nonsense'
	kill -HUP "$pid"
	wait_for has "$tmp/log" ' netlog config result=kept'
	check 'SIGHUP opens it anew with a bad configuration too' \
		has "$tmp/log" ' netlog config result=kept'

	config '[sockdiag]' 'use = no' '[output]' 'syslog = no' "file = $tmp/other" \
		'[ignore]' 'match = remote=192.0.2.0/24 pid=100004'
	kill -HUP "$pid"
	check 'SIGHUP with a good configuration: the stream says so' \
		wait_for has "$tmp/other" ' netlog config result=loaded'
	connections 3 3 >&9
	finish
	check 'the new file, what is ignored left out' \
		[ "$(lines "$tmp/other" ' connect start ')" = 2 ]
	check 'the end: status 0' [ "$status" = 0 ]
}

# A reload names the sections that it cannot apply, until they are as before.
test_limits() {
	config '[limits]' 'connections = 1000' "${to_stdout[@]}"
	start
	wait_for has "$out" ' netlog start '
	config '[limits]' 'connections = 2000' "${to_stdout[@]}"
	kill -HUP "$pid"
	check 'SIGHUP with other [limits]: they need a restart' \
		wait_for has "$out" ' netlog config result=loaded restart=limits$'
	config '[limits]' 'connections = 1000' "${to_stdout[@]}"
	kill -HUP "$pid"
	check 'SIGHUP with the first [limits] again' \
		wait_for has "$out" ' netlog config result=loaded$'
	finish
}

# An interval of a day does not put off what SIGHUP asks for.
test_timers() {
	if [ "$(id -u)" != 0 ]; then
		skip 'SIGHUP switches sock_diag' 'needs root'
		return
	fi
	printf '%s\n' '[log]' 'file =' '[output]' 'syslog = no' 'stdout = yes' '[status]' 'interval = 86400' \
		'[kernel]' 'source = sockdiag' '[sockdiag]' 'snapshot = no' 'state =' 'use = yes' >"$conf"
	start
	check 'it starts with sock_diag' wait_for has "$out" ' netlog start '
	if ! has "$out" ' netlog start .* sockdiag=yes'; then
		skip 'SIGHUP switches sock_diag' 'there is none here'
		finish
		return
	fi
	sed -i 's/^use = .*/use = no/' "$conf"
	kill -HUP "$pid"
	deadline=5 check 'SIGHUP switches sock_diag off at once' \
		wait_for has "$out" ' netlog config .* sockdiag=no'
	sed -i 's/^use = .*/use = yes/' "$conf"
	kill -HUP "$pid"
	deadline=5 check 'SIGHUP switches sock_diag on at once' \
		wait_for has "$out" ' netlog config .* sockdiag=yes'
	finish
}

# Long comments and long lines are no mistakes of another kind.
test_big_config() {
	local long
	long=$(printf '%300s' '' | tr ' ' x)
	config "# $long" "${to_stdout[@]}" "file = $tmp/${long:0:240}" '[ignore]' \
		"# $long" "match = exe=/$long"
	connections 1 1 >"$tmp/records"
	"$plugin" -c "$conf" <"$tmp/records" >"$out" 2>"$tmp/err"
	check 'a configuration with long lines' [ $? = 0 ]
	check 'a configuration with long lines: its file has the lines' \
		pairs "$tmp/${long:0:240}"
}

test_state() {
	config "${to_stdout[@]}"
	start
	connections 1 10 >&9
	printf 'garbage\nmore garbage\n' >&9
	all_there() { [ "$(lines "$out" ' connect stop ')" = 10 ]; }
	wait_for all_there
	kill -USR1 "$pid"
	check 'SIGUSR1 writes the state' \
		wait_for has "$out" ' netlog state sink=stdout lines=[0-9]+ lost=0 '
	check 'state: counts' has "$out" \
		' netlog state lines=52 dropped=2 .* records=20 open=0 sockets=0 '
	check 'state: complaints' has "$out" ' netlog state complaint=line_garbage count=2'
	finish
}

# Numbers that never come, and an event without its address; of a time to come, since
# what is older than the plugin does not count.
test_lost() {
	config "${to_stdout[@]}"
	start
	local n when
	when=$(($(date +%s) + 60))
	for n in 1 2 5 39; do
		echo "type=SYSCALL msg=audit($when.000:$n): arch=c000003e syscall=42 success=yes exit=0 a0=3 pid=1 comm=\"x\""
		echo "type=PROCTITLE msg=audit($when.000:$n): proctitle=\"x\""
	done >&9
	check 'events that do not arrive are late' \
		wait_for has "$out" ' netlog lost .* gaps=0 .* late=35$'
	finish
	check 'lost events are counted' has "$out" ' netlog lost .* gaps=35 torn=4'
}

# [context]: of a process that is there; one that is not, or is another, has none.
test_context() {
	if [ "$(readlink /proc/self/ns/pid)" != 'pid:[4026531836]' ]; then
		skip 'context' 'this is not the initial pid namespace'
		return
	fi
	config "${to_stdout[@]}" '[context]' 'use = yes' '[ignore]' 'match = pcomm=nobody'
	sleep 100 &
	local sleeper=$! n when
	n=1 when=$(date +%s.%3N)
	for p in "$sleeper" 4194303; do
		echo "type=SYSCALL msg=audit($when:$n): arch=c000003e syscall=42 success=yes exit=0 a0=3 a1=0 a2=10 a3=0 items=0 ppid=$$ pid=$p auid=1000 uid=0 ses=3 comm=\"sleep\" exe=\"/usr/bin/sleep\""
		echo "type=SOCKADDR msg=audit($when:$n): saddr=020001BBC00002070000000000000000"
		echo "type=PROCTITLE msg=audit($when:$n): proctitle=\"sleep\""
		n=$((n + 1))
	done >"$tmp/records"
	"$plugin" -c "$conf" <"$tmp/records" >"$out" 2>"$tmp/err"
	kill "$sleeper"
	check "context: the parent's name" has "$out" " connect start .* $sleeper .* pcomm=$(cat /proc/$$/comm)( |$)"
	check 'context: a process that is not there has none' \
		has "$out" ' connect start .* 4194303 0 sleep exe=/usr/bin/sleep auid=1000 ses=3 ppid=[0-9]+ proctitle=sleep (id|ev)='
}

# [ignore] file: loaded with each SIGHUP; each change is in the stream, and a mistake
# leaves the list as it is.
test_ignore() {
	local list=$tmp/ignore
	printf '%s\n' '# ours' '/usr/bin/curl|i<192.0.2.0/24>' '/bin/b c,/bin/d|p<22>' >"$list"
	config "${to_stdout[@]}" '[ignore]' "file = $list"
	"$plugin" -n -c "$conf" >"$out" 2>"$tmp/err"
	check 'ignore list: -n accepts it' [ $? = 0 ]
	check 'ignore list: a program alone hides what is preloaded: it is logged' \
		has "$tmp/err" "ignore:3: '/bin/b c' names no address and no user: .*preloaded.*\\(2 such"
	start
	check 'ignore list: what is loaded is in the stream' \
		wait_for has "$out" ' netlog ignore result=loaded entries=3 added=3 removed=0$'
	check 'ignore list: each entry, escaped' has "$out" ' netlog ignore added=/bin/b\\x20c$'
	connections 1 2 >&9
	ignored() { kill -USR1 "$pid"; sleep 0.1; has "$out" " netlog state .* ignored=$1 "; }
	check 'ignore list: what is ignored is counted' wait_for ignored 4

	printf '/usr/bin/curl|i<192.0.2.0/24>\n/bin/b|i<300.1.1.1>\n' >"$list"
	kill -HUP "$pid"
	check 'ignore list: a bad line is named in the stream' \
		wait_for has "$out" ' netlog ignore result=kept entries=3 line=2$'
	connections 3 1 >&9
	"$plugin" -n -c "$conf" >"$tmp/checked" 2>&1
	check 'ignore list: -n rejects it' [ $? = 1 ]
	check 'ignore list: -n names the line' has "$tmp/checked" "$list:2: '300.1.1.1'"

	# a connection that was ignored at its start has no stop either
	connections 4 1 | grep 'syscall=42\|SOCKADDR\|PROCTITLE.*:8)' >&9
	check 'ignore list: a start is ignored' wait_for ignored 7
	echo '/usr/bin/curl|p<22>' >"$list"
	kill -HUP "$pid"
	check 'ignore list: an entry that was removed is in the stream' \
		wait_for has "$out" ' netlog ignore removed=/usr/bin/curl\|i<192.0.2.0/24>$'
	check 'ignore list: how many' \
		wait_for has "$out" ' netlog ignore result=loaded entries=1 added=1 removed=3$'
	connections 4 1 | grep 'syscall=231\|PROCTITLE.*:9)' >&9
	connections 5 1 >&9
	finish
	check 'ignore list: the reloaded list is in use, and keeps what it did not ignore' \
		[ "$(lines "$out" ' connect ')" = 2 ]
	check 'ignore list: no stop without a start' \
		[ "$(lines "$out" ' connect .* 100005 ')" = 2 ]

	echo '/usr/bin/curl' >"$list"
	"$plugin" --print-rules -c "$conf" >"$out" 2>"$tmp/err"
	check '--print-rules: a program is a rule' has "$out" \
		'^-a never,exit -F arch=b64 -S socket,connect,bind,listen,accept,accept4 -F exe=/usr/bin/curl$'
	chmod 666 "$list"
	"$plugin" --print-rules -c "$conf" >"$out" 2>"$tmp/err"
	check 'ignore list: one that anybody may write is refused' \
		[ $? = 1 -a ! -s "$out" ]
}

# [ignore] repeat: what is logged and what is noted add up, and a stop has its start.
test_repeat() {
	config "${to_stdout[@]}" '[ignore]' 'repeat = 60'
	connections 1 150 >"$tmp/records"
	"$plugin" -c "$conf" <"$tmp/records" >"$out" 2>"$tmp/err"
	local starts folded
	starts=$(lines "$out" ' connect start ')
	folded=$(sed -n 's/.* netlog repeat count=\([0-9]*\) .*/\1/p' "$out" | awk '{ n += $1 } END { print n + 0 }')
	check "repeat: logged and folded add up ($starts + $folded)" [ $((starts + folded)) = 150 ]
	check 'repeat: most are folded' [ "$starts" -le 10 ]
	check 'repeat: as many stops as starts' [ "$(lines "$out" ' connect stop ')" = "$starts" ]
	check 'repeat: the note names the first, with both times' has "$out" \
		" netlog repeat count=[0-9]+ id=$(sed -n 's/.* connect start .* id=\([^ ]*\).*/\1/p' "$out" | head -n 1) since=[0-9]+\\.391 until=[0-9]+\\.391\$"
}

# Outputs of one format that must leave fields out, next to one that has all fields.
test_brief() {
	config '[output]' 'syslog = no' '[output all]' 'transport = file' "path = $tmp/all" \
		'[output some]' 'transport = file' "path = $tmp/some" 'command_line = no' 'exe_path = no' \
		'[output json]' 'transport = file' "path = $tmp/some.json" 'format = json' 'command_line = no'
	rm -f "$tmp/all" "$tmp/some" "$tmp/some.json"
	connections 1 3 >"$tmp/records"
	"$plugin" -c "$conf" <"$tmp/records" 2>"$tmp/err"
	check 'less of it: an output has all' [ "$(lines "$tmp/all" ' connect .* exe=/usr/bin/curl .* proctitle=curl ')" = 6 ]
	check 'less of it: another has neither command line nor path' \
		[ "$(lines "$tmp/some" ' connect .* curl exe=curl ')" = 6 -a "$(lines "$tmp/some" 'proctitle|/usr/bin')" = 0 ]
	check 'less of it: nor has JSON' \
		[ "$(lines "$tmp/some.json" '"executable":"/usr/bin/curl"')" = 6 -a "$(lines "$tmp/some.json" 'command_line|"args"')" = 0 ]
}

# Numbers without a gap from the first line to netlog stop, also over a reload that changes
# the outputs.
test_sequence() {
	local numbers=$tmp/numbers output
	config '[output]' 'syslog = no' '[output fleet]' 'transport = file' "path = $tmp/fleet.json" 'format = json' 'sequence = yes' \
		'[output second]' 'transport = file' "path = $tmp/second.json" 'format = json' 'sequence = yes'
	rm -f "$tmp/fleet.json" "$tmp/second.json"
	start
	connections 1 20 >&9
	check 'sequence: the lines come' wait_for has "$tmp/fleet.json" 'disconnect_received'
	printf '%s\n' '[output fleet]' 'queue = 2048' >>"$conf"
	kill -HUP "$pid"
	check 'sequence: the changed outputs are loaded' wait_for has "$tmp/fleet.json" '"result":"loaded"'
	connections 21 40 >&9
	finish
	for output in fleet second; do
		grep -o '"sequence":[0-9]*' "$tmp/$output.json" | cut -d: -f2 >"$numbers"
		check "sequence: 1, 2, 3 … in the order of the lines of $output" cmp -s "$numbers" <(seq "$(lines "$tmp/$output.json" .)")
	done
	check 'sequence: one run' [ "$(grep -o '"ephemeral_id":"[0-9a-f]*"' "$tmp/fleet.json" | sort -u | wc -l)" = 1 ]
	check 'sequence: netlog stop is the last' [ "$(tail -n 1 "$tmp/fleet.json" | lines /dev/stdin '"netlog-stop"')" = 1 ]
}

# [status] metrics: a file that is replaced as a whole, in Prometheus' text format.
test_metrics() {
	local prom=$tmp/netlog.prom
	config "${to_stdout[@]}" '[status]' "metrics = $prom" '[limits]' 'connections = 16'
	start
	connections 1 10 >&9
	check 'metrics: the file comes' wait_for has "$prom" '^netlog_start_time_seconds [0-9]+$'
	finish
	check 'metrics: what was written' has "$prom" '^netlog_entries_total 20$'
	check 'metrics: of each output' has "$prom" '^netlog_output_lines_total\{output="stdout"\} [0-9]+$'
	check 'metrics: every line has the form' \
		[ "$(grep -Evc '^(# (HELP|TYPE) netlog_[a-z_]+ .+|netlog_[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9]+)$' "$prom")" = 0 ]
	check 'metrics: each has its help' \
		[ "$(sed -n 's/^# HELP \([a-z_]*\).*/\1/p' "$prom" | sort)" = \
		  "$(sed -n 's/^\(netlog[a-z_]*\).*/\1/p' "$prom" | sort -u)" ]
	check 'metrics: everybody may read it' [ "$(stat -c %a "$prom")" = 644 ]
	check 'metrics: nothing else is left' [ ! -e "$prom.new" ]
}

# The reader of standard output stalls: input is still read, lines that do not fit
# are dropped, and the stream reports how many are missing.
test_stalled() {
	local sent=6000 marks=0 found lost

	# the third output loses nothing: what every output was given
	config "${to_stdout[@]}" "file = $tmp/log2" 'queue = 64' '[output all]' \
		'transport = file' "path = $tmp/all" 'queue = 65536'
	rm -f "$out" "$in" "$tmp/all" "$tmp/log2"
	mkfifo "$out" "$in"
	"$plugin" -c "$conf" <"$in" >"$out" 2>"$tmp/err" &
	pid=$!
	exec 9>"$in" 8<"$out"
	connections 1 "$sent" >"$tmp/records"
	if ! timeout "$deadline" cat "$tmp/records" >&9; then
		verdict 'a stalled reader does not stop the input' 1
		kill -KILL "$pid"
		exec 8<&- 9>&-
		pid=''
		return
	fi
	verdict 'a stalled reader does not stop the input' 0
	# the file's queue is as small: a mark of ours must come through
	mark_there() {
		marks=$((marks + 1))
		connections $((sent + marks)) 1 >&9
		grep -q " 10$((sent + marks)) " "$tmp/log2" && return
		sleep 0.1
		grep -q " 10$((sent + marks)) " "$tmp/log2"
	}
	check 'the other output goes on' wait_for mark_there
	# the same configuration again: what waits in the queue must stay in order
	kill -HUP "$pid"
	check 'SIGHUP with a stalled output' \
		wait_for has "$tmp/log2" ' netlog config result=loaded'

	cat <&8 >"$tmp/drained" 9>&- &
	local reader=$!
	check 'when the reader comes back it is logged' \
		wait_for has "$tmp/drained" ' netlog lost plugin=[0-9]+$'
	connections 90001 1 >&9
	check 'and the stream goes on behind' wait_for has "$tmp/drained" ' 190001 .* ev='
	exec 8<&-
	finish
	wait "$reader"
	found=$(grep -Evc ' netlog lost plugin=' "$tmp/drained")
	lost=$(sed -n 's/.* netlog lost plugin=\([0-9]*\)$/\1/p' "$tmp/drained" |
		awk '{ n += $1 } END { print n + 0 }')
	check "lost plugin= is exactly what is missing ($lost)" \
		[ $((found + lost)) = "$(wc -l <"$tmp/all")" ]
	check 'every line was given to every output' \
		[ "$(lines "$tmp/all" ' connect ')" = $((2 * (sent + marks + 1))) ]
	check 'the other outputs report the loss, and its growth each second' \
		has "$tmp/all" ' netlog lost kernel=.* queue=[1-9]'
	check 'in all, netlog lost queue= is what was lost, but for its own reports' \
		within "$(sum "$tmp/all" queue)" "$lost" 40
	check 'much was lost, so the test means something' [ "$lost" -gt 1000 ]
	check 'every line is whole' none_torn "$tmp/drained"
	check 'the end: status 0' [ "$status" = 0 ]
	rm -f "$out"
}
sum() { sed -n "s/.* netlog lost .*$2=\([0-9]*\).*/\1/p" "$1" | awk '{ n += $1 } END { print n + 0 }'; }
within() { [ "$1" -le $(($2 + $3)) ] && [ "$2" -le $(($1 + $3)) ]; }	# A B DIFFERENCE
none_torn() { ! grep -Ev "$whole" "$1" | head -n 3 | grep .; }
whole='^2026-11-[0-9]{2} [0-9:]{8}\.[0-9]{3} (connect (start|stop) - .* ev=[0-9.]+:[0-9]+|netlog .*[a-z0-9-])$'

test_reader_gone() {
	config "${to_stdout[@]}"
	rm -f "$in" "$out"
	mkfifo "$in" "$out"
	"$plugin" -c "$conf" <"$in" >"$out" 2>"$tmp/err" &
	pid=$!
	exec 9>"$in" 8<"$out"
	exec 8<&-
	connections 1 1 >&9
	check 'it ends when the only output is gone' wait_for gone "$pid"
	exec 9>&-
	wait "$pid"
	pid=''
	rm -f "$out"
}

# Runs in a separate mount namespace.
test_full_disk() {
	local found lost torn

	mkdir "$tmp/small" && mount -t tmpfs -o size=256k none "$tmp/small" || return 1
	dd if=/dev/zero of="$tmp/small/filler" bs=4096 count=32 2>/dev/null
	config "${to_stdout[@]}" 'queue = 1024' "file = $tmp/small/log"
	start
	connections 1 3000 >&9
	lost_some() {
		kill -USR1 "$pid"
		sleep 0.05
		has "$out" ' netlog state sink=file lines=[0-9]+ lost=[1-9]'
	}
	check 'full disk: lost lines are counted' wait_for lost_some
	everything() { [ "$(lines "$out" ' connect stop ')" = 3000 ]; }
	check 'full disk: the other output has every line' wait_for everything
	rm "$tmp/small/filler"
	check 'full disk, room again: the file says what is missing' \
		wait_for has "$tmp/small/log" ' netlog lost plugin=[0-9]+$'
	connections 90001 1 >&9
	check 'full disk: the file goes on' \
		wait_for has "$tmp/small/log" ' connect stop .* 190001 .* ev='
	finish
	check 'full disk: status 0' [ "$status" = 0 ]
	# Each line that was put into the file's queue is there or lost: the ones
	# the other output has.
	found=$(grep -Ec "$whole" "$tmp/small/log")
	lost=$(sed -n 's/.* netlog lost plugin=\([0-9]*\)$/\1/p' "$tmp/small/log" |
		awk '{ n += $1 } END { print n + 0 }')
	found=$((found - $(lines "$tmp/small/log" ' netlog lost plugin=')))
	check "full disk: lost plugin= is exactly what is missing ($lost)" \
		[ $((found + lost)) = "$(wc -l <"$out")" ]
	torn=$(grep -Evc "$whole" "$tmp/small/log")
	check "full disk: what follows a torn line is whole ($torn torn)" \
		[ "$torn" -le "$(lines "$tmp/small/log" ' netlog lost plugin=')" ]
}

# A torn line stays separate, also when the file is reopened after it.
test_torn() {
	printf '2026-11-21 06:00:00.000 connect start TCP - -> 192.0' >"$tmp/log3"
	config '[sockdiag]' 'use = no' '[output]' 'syslog = no' "file = $tmp/log3"
	start
	connections 1 1 >&9
	finish
	check 'a line that an earlier run left torn stands alone' \
		[ "$(grep -Evc "$whole" "$tmp/log3")" = 1 ]
}

faults=$(dirname "$plugin")/tests/cli/faults.so
can_fault() { # TEXT
	LD_PRELOAD=$faults "$plugin" --version >"$tmp/version" 2>&1 && [ -e "$faults" ] &&
		! has "$tmp/version" 'cannot be preloaded' && return
	skip "$1" 'no faults.so, or a build that takes no preloaded library'
	return 1
}

# A poll that fails with EINTR leaves the events of the one before in its array: they
# must not be taken for new ones. Reading then would wait for records that never arrive.
test_interrupted() {
	local i good=0
	can_fault 'a poll that is interrupted' || return
	config "${to_stdout[@]}"
	export FAULT=poll LD_PRELOAD=$faults
	start
	unset FAULT LD_PRELOAD
	for i in 1 2 3; do
		connections "$i" 1 >&9
		stops() { [ "$(lines "$out" ' connect stop ')" = "$i" ]; }
		wait_for stops
		kill -USR1 "$pid"
		answers() { [ "$(lines "$out" ' netlog state sink=')" = "$i" ]; }
		deadline=5 wait_for answers || good=1
	done
	verdict 'a poll that is interrupted has no events' $good
	kill -KILL "$pid"
	finish 2>/dev/null
}

# Better none than one with all of root's capabilities.
test_capabilities() {
	if [ "$(id -u)" != 0 ]; then
		skip 'capabilities that cannot be dropped' 'needs root'
		return
	fi
	can_fault 'capabilities that cannot be dropped' || return
	config "${to_stdout[@]}"
	connections 1 1 | FAULT=capset LD_PRELOAD=$faults timeout 10 "$plugin" -c "$conf" \
		>"$out" 2>"$tmp/err"
	check 'capabilities that cannot be dropped: status 1' [ $? = 1 ]
	check 'capabilities that cannot be dropped: nothing is read' [ ! -s "$out" ]
	check 'capabilities that cannot be dropped: why' \
		has "$tmp/err" 'capabilities cannot be dropped; refusing to run'
	connections 1 1 | FAULT=capget LD_PRELOAD=$faults timeout 10 "$plugin" -c "$conf" \
		>"$out" 2>"$tmp/err"
	check 'capabilities that cannot be read: status 1' [ $? = 1 ]
	check 'capabilities that cannot be read: why' \
		has "$tmp/err" 'capabilities of this process cannot be read; refusing to run'

	start
	wait_for has "$out" ' netlog start '
	extra() { # of each thread: what is more than audit_control, audit_read
		grep -h '^Cap\(Eff\|Prm\):' /proc/"$pid"/task/*/status |
			awk '{ print $2 }' | while read -r mask; do
			[ $((16#$mask & ~((1 << 30) | (1 << 37)))) = 0 ] || echo "$mask"
		done
	}
	check 'no thread has more than it needs' [ -z "$(extra)" ]
	finish
}

in_namespace() { # function: its own verdicts are counted here
	if [ "$(id -u)" != 0 ]; then
		skip "$1" 'needs root'
	elif ! unshare -m true 2>/dev/null; then
		skip "$1" 'no mount namespaces here'
	else
		unshare -m "$0" "$plugin" "$1" >"$tmp/inner"
		cat "$tmp/inner"
		passed=$((passed + $(grep -c '^ok ' "$tmp/inner")))
		! grep -q '^not ok ' "$tmp/inner" || failed=1
		grep -q '^ok ' "$tmp/inner" || verdict "$1 did not run" 1
	fi
}

# The commands of --setup on private files; the programs that they call are replaced. Runs in a
# separate mount namespace.
test_setup() {
	local command
	mkdir -p "$tmp/bin" /etc/audit
	mount -t tmpfs none /etc/audit && mount -t tmpfs none /var/lib || return 1
	# without a syslogd's /dev/log, which other tests and hosts have
	mkdir "$tmp/dev" && cp -a /dev/{null,zero,full,random,urandom,tty} "$tmp/dev" &&
		ln -s /proc/self/fd "$tmp/dev/fd" && mount --bind "$tmp/dev" /dev || return 1
	mkdir /etc/audit/plugins.d
	printf 'active = no\npath = %s\n' "$plugin" >/etc/audit/plugins.d/netlog.conf
	printf 'log_file = x\nq_depth = 400\nname_format = NONE\n' >/etc/audit/auditd.conf
	cp -r /etc/audit "$tmp/before"
	for command in auditctl install modprobe; do
		printf '#!/bin/sh\necho "%s $*" >>"%s"\n' "$command" "$tmp/calls" >"$tmp/bin/$command"
		chmod 755 "$tmp/bin/$command"
	done
	config "${to_stdout[@]}"
	cp "$conf" "$tmp/conf-before"
	PATH=$tmp/bin:$PATH "$plugin" --setup -c "$conf" >"$out" 2>"$tmp/err"
	check '--setup: status 0' [ $? = 0 ]
	check '--setup: it says that nothing was changed' has "$out" 'Nothing was changed'
	check '--setup: nothing is changed' diff -r /etc/audit "$tmp/before"
	check '--setup: nothing is called' [ ! -e "$tmp/calls" ]
	PATH=$tmp/bin:$PATH "$plugin" --setup --yes -c "$conf" >"$out" 2>"$tmp/err"
	check '--setup --yes: the plugin is enabled' has /etc/audit/plugins.d/netlog.conf '^active = yes$'
	check '--setup --yes: auditd has a longer queue' has /etc/audit/auditd.conf '^q_depth = 16384$'
	check '--setup --yes: the plugin has its own log' has "$conf" '^file = /var/log/audit-netlog/netlog.log$'
	check '--setup --yes: auditd is signalled last' [ "$(tail -n 1 "$tmp/calls")" = 'auditctl --signal HUP' ]
	echo 'max_log_file = 9' >>/etc/audit/auditd.conf
	PATH=$tmp/bin:$PATH "$plugin" --setup --undo -c "$conf" >"$out" 2>"$tmp/err"
	check '--setup --undo: status 0' [ $? = 0 ]
	check '--setup --undo: a later change of the file stays' has /etc/audit/auditd.conf '^max_log_file = 9$'
	sed -i '/^max_log_file/d' /etc/audit/auditd.conf
	check '--setup --undo: all is as before' diff -r /etc/audit "$tmp/before"
	check '--setup --undo: and the configuration of the plugin' cmp "$conf" "$tmp/conf-before"
	check '--setup --undo: auditd is signalled last' [ "$(tail -n 1 "$tmp/calls")" = 'auditctl --signal HUP' ]
}

test_check() {
	config '# a comment' '[output]' 'syslog = no' 'facility = local3' \
		'priority = notice' 'file = /var/log/netlog.log' 'queue = 128' \
		'[limits]' 'connections = 1000' 'processes = 500' '[status]' \
		'interval = 5' '[ignore]' 'match = remote=127.0.0.0/8' \
		'match = uid=0 exe=/usr/sbin/chronyd'
	"$plugin" -n -c "$conf" >"$out" 2>"$tmp/err"
	check '-n: status 0' [ $? = 0 ]
	check '-n: nothing on stderr' [ ! -s "$tmp/err" ]
	check '-n: values are printed' has "$out" '^match = uid=0 exe=/usr/sbin/chronyd$'
	"$plugin" --check --config "$out" >"$tmp/again" 2>&1
	check '-n: what it prints is a configuration that prints the same' \
		cmp "$out" "$tmp/again"
	check '-n: nothing is created' [ ! -e /var/log/netlog.log ]
	config '[output]' 'syslog = no' '' 'file = log'
	"$plugin" -n -c "$conf" >"$out" 2>"$tmp/err"
	check '-n: a mistake gives status 1' [ $? = 1 ]
	check '-n: a mistake is named' has "$tmp/err" \
		"^audisp-netlog: $conf:4: file: 'log' is not allowed here; allowed is: an absolute path, or nothing$"
	check '-n: and nothing is printed' [ ! -s "$out" ]
	"$plugin" -c "$conf" </dev/null >"$out" 2>"$tmp/err"
	check 'it does not start with a mistake' [ $? = 1 ]
	"$plugin" -n -c "$tmp/none" >"$out" 2>"$tmp/err"
	check '-n: a file that is not there gives status 1' [ $? = 1 ]
	check '-n: and is named' has "$tmp/err" "$tmp/none: No such file or directory"
	"$plugin" -n -c "$tmp" >"$out" 2>"$tmp/err"
	check '-n: a directory is no configuration' [ $? = 1 ]
}

# refuses TEXT ARGUMENT...
refuses() {
	local text=$1 got
	shift
	timeout 10 "$plugin" "$@" </dev/null >"$out" 2>"$tmp/err"
	got=$?
	[ "$got" = 2 ] && [ ! -s "$out" ] && has "$tmp/err" '^usage: audisp-netlog '
	verdict "$text" $?
}

test_options() {
	refuses 'an option that is none' --nonsense
	refuses 'a letter that is none' -x
	refuses 'an argument' something
	refuses '-c without a file' -c
	refuses '--rules without --live' --rules /dev/null
	refuses '--duration without --live' --duration 5
	refuses '--duration that is no number' --live --duration x
	refuses '--duration with a unit' --live --duration 5s
	refuses '--duration that is negative' --live --duration -5
	refuses '--duration 0' --live --duration 0
	refuses '--print-rules with --check' --print-rules -n
	refuses '--yes without --setup' --yes
	refuses '--setup with --yes and --undo' --setup --yes --undo
	refuses '--setup with --doctor' --setup --doctor
	refuses '--format without --doctor' --format json
	refuses '--format that is none' --doctor --format xml
	refuses '--doctor with --live' --doctor --live
	"$plugin" --help >"$out" 2>"$tmp/err"
	check '--help' [ $? = 0 -a ! -s "$tmp/err" ]
	"$plugin" -v >"$out" 2>"$tmp/err"
	check '--version' has "$out" '^audisp-netlog [0-9]'
}

# Whatever this host is like: each finding is whole, and the status is the worst of them.
test_doctor() {
	config "${to_stdout[@]}"
	"$plugin" --doctor --format json -c "$conf" >"$out" 2>"$tmp/err"
	status=$?
	check '--doctor: one JSON object with the exit status in it' \
		[ "$(jq -r .status "$out")" = $status ]
	check '--doctor: nothing on stderr' [ ! -s "$tmp/err" ]
	check '--doctor: the status is that of the worst finding' [ "$(jq '[.checks[].level |
		{"broken": 2, "warning": 1, "unknown": 1}[.] // 0] | max' "$out")" = $status ]
	config '[output]' 'nonsense'
	"$plugin" --doctor -c "$conf" >"$out" 2>"$tmp/err"
	check '--doctor: a bad configuration is broken' [ $? = 2 ]
	check '--doctor: and is named' has "$out" "^broken +config +$conf:2: "
}

if [ -n "${2:-}" ]; then	# called by in_namespace
	"$2"
	exit $failed
fi
test_options
test_doctor
test_check
test_end_of_input
test_nothing_to_read
test_term
test_term_while_written_to
test_reload
test_reload_messages
test_state
test_lost
test_context
test_ignore
test_repeat
test_brief
test_sequence
test_metrics
test_stalled
test_reader_gone
test_torn
test_interrupted
test_capabilities
test_limits
test_timers
test_big_config
in_namespace test_full_disk
in_namespace test_setup
echo "plugin: $passed passed, $skipped skipped"
exit $failed
