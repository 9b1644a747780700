#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin and the kernel's socket diagnostics, without any audit record: what is open
# at the start, what is kept from one run to the next, ends that only a look finds.
# sockdiag.sh [BUILD-DIR]
set -u
export TZ=UTC LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
plugin=$(realpath "${1:-$here/../../build}/audisp-netlog") || exit 99
[ "$(id -u)" = 0 ] || { echo "skip - needs root"; exit 77; }
[ "$(readlink /proc/self/ns/pid)" = 'pid:[4026531836]' ] ||
	{ echo "skip - not in the initial pid namespace"; exit 77; }
command -v capsh >/dev/null || { echo "skip - capsh is not installed"; exit 77; }
tmp=$(mktemp -d) || exit 99
log=$tmp/log state=$tmp/state
pid='' holder='' failed=0

cleanup() {
	exec 8>&-
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
	[ -z "$holder" ] || kill -KILL "$holder" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT

# shellcheck source-path=SCRIPTDIR source=checks.sh
. "$here/checks.sh"

# No look is due by the clock, unless $sweep says so: one that a test waits for has its own cause.
configure() { # LINE...
	printf '%s\n' '[log]' 'file =' '[output]' 'syslog = no' "file = $log" '[status]' 'interval = 1' \
		'[kernel]' 'source = sockdiag' '[sockdiag]' 'use = yes' "state = $state" \
		"sweep = ${sweep:-86400}" "$@" >"$tmp/conf"
}

# Its standard input stays open, and silent.
start() { # CAPSH-OPTION...
	: >"$log"
	rm -f "$tmp/in"
	mkfifo "$tmp/in"
	capsh "$@" -- -c "exec '$plugin' -c '$tmp/conf'" <"$tmp/in" 2>"$tmp/err" &
	pid=$!
	exec 8>"$tmp/in"
	until_true 30 has ' netlog start '
}

gone() { ! kill -0 "$pid" 2>/dev/null; }
stop() {
	exec 8>&-
	until_true 10 gone
	wait "$pid"
	pid=''
}

# A listener, a connection to it and its accepted end, a datagram server; prints the ports.
hold() {
	rm -f "$tmp/ports"
	python3 -c '
import socket, sys
l = socket.create_server(("127.0.0.1", 0)); c = socket.create_connection(l.getsockname())
a, _ = l.accept(); u = socket.socket(type=socket.SOCK_DGRAM)
for port in range(5353, 6353):
    try: u.bind(("127.0.0.1", port)); break
    except OSError: pass
c.sendall(b"x" * 100); a.recv(100)
print(l.getsockname()[1], c.getsockname()[1], u.getsockname()[1], flush=True)
for line in sys.stdin:
    exec(line)
' >>"$tmp/ports" <"$tmp/orders" 2>"$tmp/holder.err" &
	holder=$!
	exec 7>"$tmp/orders"
	until_true 10 test -s "$tmp/ports"
	read -r lport cport uport <"$tmp/ports"
	l=127.0.0.1:$lport c=127.0.0.1:$cport u=127.0.0.1:$uport
}
order() { echo "$1" >&7; }
let_go() {
	exec 7>&-
	wait "$holder" 2>/dev/null
	holder=''
}
number_of() { sed -En "s/.*$1.* id=([^ ]*).*/\1/p" "$log" | head -n 1; }

# How many notifications the plugin's netlink socket has dropped.
drops() {
	readlink "/proc/$pid"/fd/* | sed -n 's/^socket:\[\([0-9]*\)\]$/\1/p' |
		awk 'NR == FNR { ours[$1]; next } $2 == 4 && $4 == "0000000f" && $10 in ours { n += $9 }
			END { print n + 0 }' - /proc/net/netlink
}
# It has dropped some; before that, more sockets are destroyed.
overflow() {
	[ "$(drops)" = 0 ] || return 0
	order 'for i in range(10000): s = socket.socket(type=socket.SOCK_DGRAM); s.connect(("127.0.0.1", 9)); s.close()'
	order 'print("done", flush=True)'
	until_true 60 grep -q "done" "$tmp/ports"
	: >"$tmp/ports"
	return 1
}
# The kernel notifies from a queue: all that was closed has been.
settled() {
	local before

	before=$(drops)
	sleep 1
	[ "$(drops)" = "$before" ]
}

mkfifo "$tmp/orders"
hold
configure
start
check "says that it has sock_diag" has 'netlog start .* sockdiag=yes'
check "reports an open listener and its process" soon "listen start TCP $l [0-9]+ $holder 0 python3 .* via=snapshot id="
check "reports an open connection" soon "connect start TCP $c -> $l [0-9]+ $holder 0 .* via=snapshot"
check "reports which process accepted" soon "connect start TCP $l <- $c [0-9]+ $holder 0 .* via=snapshot"
check "reports a datagram server" soon "listen start UDP $u [0-9]+ $holder .* via=snapshot"
order 'u.close()'
check "reports an end" soon "listen stop UDP $u [0-9]+ $holder .* via=destroy"
number=$(number_of "connect start TCP $c -> $l")
stop
check "the state is root's alone" test "$(stat -c %a:%u "$state")" = 600:0

order 'a.close()'
# shellcheck disable=SC2016 # eval expands it
until_true 10 eval '! ss -Htn state established "sport = :$lport" | grep -q .' || failed=1
start
check "a second run reports connections that ended in between" by_sweep "connect stop TCP $l <- $c .* via=sweep"
check "and none that was reported before" hasnt " start (TCP|UDP) .* [0-9]+ $holder 0 "
order 'c.close()'
check "an end has the number of its start, and its bytes" soon "connect stop TCP $c -> $l .* via=destroy tx=100 .*id=$number"
stop

let_go
hold
start
check "connections opened in between are reported" soon "connect start TCP $c -> $l .* via=snapshot"
kill -KILL "$holder"
let_go
check "kill -9: an end" soon "connect stop TCP $c -> $l .* via=destroy tx=100"
check "kill -9: a listener's" soon "listen stop TCP $l .* via=destroy"
stop

hold
start
soon "connect start TCP $c -> $l" || failed=1
stop
sed -i '$d' "$state"
start
check "after a damaged state file everything is reported again" soon "connect start TCP $c -> $l .* via=snapshot"
stop
rm -f "$state"

start
soon "connect start TCP $c -> $l" || failed=1
kept() { grep -q " $(printf %s "$l" | sed 's/.*://') \|2:${l##*:}:" "$state"; }
until_true 10 kept
kill -KILL "$pid"
stop 2>/dev/null
start
order 'c.close()'
check "killed, it goes on as well" soon "connect stop TCP $c -> $l .* via=destroy"
check "and repeats nothing" hasnt "start TCP ($c|$l)"
stop
let_go
hold
rm -f "$state"

# Many sockets that close while the plugin cannot read are lost.
start
soon "connect start TCP $c -> $l" || failed=1
kill -STOP "$pid"
order 'c.close()'
until_true 100 overflow || failed=1
order 'a.close()'
order 'print("closed", flush=True)'
until_true 10 grep -q closed "$tmp/ports" || failed=1
until_true 20 settled
kill -CONT "$pid"
check "announcements lost are counted" soon 'netlog lost .* sockdiag=[1-9]'
check "and what ended is found by a look" by_sweep "connect stop TCP $l <- $c .* via=sweep"
stop
let_go

sweep=1 configure
hold
start --drop=cap_net_admin
check "without CAP_NET_ADMIN: sockdiag=lookup" has 'netlog start .* sockdiag=lookup'
check "without CAP_NET_ADMIN: a snapshot" soon "connect start TCP $c -> $l .* via=snapshot"
order 'c.close()'
check "without CAP_NET_ADMIN: ends by sweep" by_sweep "connect stop TCP $c -> $l .* via=sweep"
sleep 1.5	# another sweep
check "and none of what is alive" hasnt "listen stop TCP $l"
stop
rm -f "$state"
start --drop=cap_sys_ptrace
check "without CAP_SYS_PTRACE: sockdiag=ends" has 'netlog start .* sockdiag=ends'
stop
start --drop=cap_sys_ptrace,cap_net_admin
check "without both: sockdiag=no" has 'netlog start .* sockdiag=no'
stop

configure 'snapshot = no'
rm -f "$state"
start
order 'c = socket.create_connection(l.getsockname())'
sleep 0.5
check "snapshot = no reports no open connections" hasnt " start (TCP|UDP) .* [0-9]+ $holder 0 "
stop
let_go
exit $failed
