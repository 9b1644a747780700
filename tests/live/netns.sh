#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2317 # check and until_true call functions by name
# Other network namespaces, watched by the plugin ([sockdiag] netns =): what is known of
# them, which come and go, and that two of them are never mixed up. netns.sh [BUILD-DIR]
set -u
export TZ=UTC LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
plugin=$(realpath "${1:-$here/../../build}/audisp-netlog") || exit 99
rules=$here/../../rules/30-netlog.rules
red=nl-red-$$ blue=nl-blue-$$ late=nl-late-$$ dark=nl-dark-$$
pid='' failed=0

skip() { echo "skip - netns.sh: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "needs root"
[ "$(readlink /proc/self/ns/pid)" = 'pid:[4026531836]' ] ||
	skip "not in the initial pid namespace"
for tool in ip capsh auditctl python3; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done
exec 9>/tmp/netlog-audit.lock
flock -w 600 9 || skip "another test holds kernel audit"
tmp=$(mktemp -d) || exit 99
log=$tmp/log
declare -A to pids

cleanup() {
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
	kill -KILL "${pids[@]}" 2>/dev/null
	for ns in "$red" "$blue" "$late" "$dark"; do
		ip netns del "$ns" 2>/dev/null
	done
	rm -rf "$tmp"
}
trap cleanup EXIT

# shellcheck source-path=SCRIPTDIR source=checks.sh
. "$here/checks.sh"
once() { [ "$(grep -Ec -- "$1" "$log")" = 1 ]; }
says() { until_true 10 grep -Eqs -- "$1" "$tmp/err"; }

configure() { # LINE...
	printf '%s\n' '[log]' 'file =' '[output]' 'stdout = no' "file = $log" '[status]' 'interval = 1' \
		'[kernel]' 'source = sockdiag' '[sockdiag]' 'use = yes' 'sweep = 2' "$@" >"$tmp/conf"
}
start() { # CAPSH-OPTION...
	: >"$log"
	capsh "$@" -- -c "exec '$plugin' --live --rules '$rules' -c '$tmp/conf'" \
		>"$tmp/out" 2>"$tmp/err" 9>&- &
	pid=$!
	until_true 20 has ' netlog start '
}
stop() {
	kill -TERM "$pid"
	wait "$pid"
	pid=''
}

add() {
	ip netns add "$1" && ip netns exec "$1" ip link set lo up
}
inode() { stat -L -c %i "/run/netns/$1"; }

broken() { # WHY
	echo "not ok - netns.sh: $1"
	tail -n 5 "$tmp"/told-* | sed 's/^/#   /'
	exit 99
}

# enter WHO [NAMESPACE]: a process that takes orders, in that namespace
enter() {
	local fd

	rm -f "$tmp/orders"
	mkfifo "$tmp/orders"
	: >"$tmp/told-$1"
	if [ $# = 2 ]; then
		ip netns exec "$2" python3 "$here/netns.py"
	else
		python3 "$here/netns.py"
	fi <"$tmp/orders" >"$tmp/told-$1" 2>"$tmp/told-$1.err" 9>&- &
	exec {fd}>"$tmp/orders"
	to[$1]=$fd
	until_true 30 grep -q ready "$tmp/told-$1" || broken "$1 does not start"
	pids[$1]=$(sed -n 's/^ready //p' "$tmp/told-$1")
}
order() { # WHO ORDER: not waited for
	echo "$2" >&"${to[$1]}"
}
answers() { [ "$(grep -c '^done' "$tmp/told-$1")" -ge "$2" ]; }
# do_it WHO COMMAND: has that process run the command; its reply is in $told
do_it() {
	local n

	n=$(grep -c '^done' "$tmp/told-$1")
	order "$1" "$2"
	until_true 30 answers "$1" $((n + 1)) || broken "$1 does not $2"
	told=$(tail -n 1 "$tmp/told-$1" | cut -d' ' -f2-)
}
leave() {
	local fd=${to[$1]}

	kill -KILL "${pids[$1]}"
	exec {fd}>&-
	unset "pids[$1]" "to[$1]"
}
at=127.0.0.1
# WHO PORT REMOTE-PORT [NETNS]: a line that is complete by the rules is written without it
start_of() { echo "connect start TCP $at:$2 -> $at:$3 - ${pids[$1]} .*${4:+ netns=$4} "; }
stop_of() { echo "connect stop TCP $at:$2 -> $at:$3 - ${pids[$1]} .* netns=$4 via=destroy "; }

# ---- what is known ----

{ add "$red" && add "$blue" && add "$dark"; } || skip "no network namespaces"
echo >"$tmp/file"
configure "netns = $red /run/netns/$blue" "netns = $late $tmp/file"
enter open "$red"
do_it open "listen 7001"
start
own=$(stat -L -c %i /proc/self/ns/net) R=$(inode "$red") B=$(inode "$blue")
check "says how many are watched" has 'netlog start .* sockdiag=yes netns=2/4 source=sockdiag$'
check "complains of one that is not there" says "/run/netns/$late: no such network namespace"
check "complains of one that is none" says "$tmp/file: not a network namespace"
check "reports open sockets there" soon "listen start TCP $at:7001 .* ${pids[open]} .* netns=$R via=snapshot "

enter red "$red"
do_it red "listen 7000"
check "a listener" soon "listen start TCP $at:7000 - ${pids[red]} "
do_it red "dial 7000"
check "the port that the kernel chose" soon "$(start_of red "$told" 7000 "$R")"
port=$told
do_it red "close"
check "an end" soon "$(stop_of red "$port" 7000 "$R")"
do_it red "refuse"
check "a refused connect" soon "connect fail TCP .*:9 - ${pids[red]} .* netns=$R via=destroy errno=ECONNREFUSED"
do_it red "dial 7000"
soon "$(start_of red "$told" 7000 "$R")" || failed=1
check "nothing is said to be unseen" hasnt " ${pids[red]} .*unseen="
gone="connect stop TCP $at:$told -> $at:7000 - ${pids[red]} .* netns=$R via=destroy "
leave red
check "kill -9" soon "$gone"
check "kill -9: the listener" soon "listen stop TCP $at:7000 .* netns=$R via=destroy "
leave open

enter dark "$dark"
do_it dark "listen 7000"
do_it dark "dial 7000"
check "one that is not watched: unseen" soon "connect start TCP - -> $at:7000 - ${pids[dark]} .* unseen=netns"
check "and nothing of it is reported" hasnt " ${pids[dark]} .* netns=[0-9]"
leave dark

# ---- the same addresses and ports, at once ----

enter red "$red"
enter blue "$blue"
enter own
for who in red blue own; do
	do_it $who "listen 7000"
	do_it $who "dial 7000 24000"
done
for who in red blue own; do
	check "$who: its own connection" soon "$(start_of $who 24000 7000)"
done
do_it blue "close"
check "the end of one is its own" soon "$(stop_of blue 24000 7000 "$B")"
check "and nobody else's" once "connect stop TCP $at:24000 -> $at:7000 "
do_it own "close"
check "ours is ours" soon "$(stop_of own 24000 7000 "$own")"
check "the third is open" hasnt "connect stop TCP $at:24000 -> .* netns=$R "
do_it red "close"
check "until it is closed" soon "$(stop_of red 24000 7000 "$R")"

# Short connections, in all three: they end before they can be looked up. Each line has the
# right port and namespace of its process, or leaves them unknown.
judge() { # LINES KNOWN: minimum number for each process
	local ns who good=0

	for ns in "red $R" "blue $B" "own $own"; do
		who=${ns% *}
		tail -n 1 "$tmp/told-$who" | tr ' ' '\n' | grep '[0-9]' >"$tmp/ports"
		tail -n +$((before + 1)) "$log" | grep -E " -> $at:7000 - ${pids[$who]} " |
			awk -v ports="$tmp/ports" -v ns="netns=${ns#* }" -v who="$who" \
				-v lines="$1" -v least="$2" '
			BEGIN { while ((getline p < ports) > 0) used[p] = 1 }
			{ n++; split($6, l, ":") }
			$6 != "-" { known++; if (!(l[2] in used)) bad++ }
			/ netns=[0-9]/ { if (!index($0, " " ns " ")) bad++ }
			END { printf "#   %s: %d lines, %d with the local port, %d wrong\n",
				who, n, known, bad; exit bad || n < lines || known < least }' ||
			good=1
	done
	return "$good"
}
# An inferred end waits for a dump that shows the socket gone, so stops come a little later.
judged() { judge "$@" >"$tmp/judged"; }
in_time() { # SECONDS LINES KNOWN
	until_true "$1" judged "$2" "$3"
	local status=$?
	cat "$tmp/judged"
	return "$status"
}
all_there() {
	[ "$(tail -n +$((before + 1)) "$log" | grep -Ec 'connect start TCP .* -> ')" -ge "$1" ]
}
short() { # COUNT MS
	before=$(wc -l <"$log")
	for who in red blue own; do
		had=$(grep -c '^done' "$tmp/told-$who")
		order $who "short $1 7000 $2"
	done
	for who in red blue own; do until_true 60 answers $who $((had + 1)) || failed=1; done
	check "$1 short connections in each, a line for each" until_true 30 all_there $((3 * $1))
}
short 300 0
check "short ones: no port and no namespace of another's" in_time 15 590 0
short 15 400
check "slower ones are known as well" in_time 15 28 10

# ---- they come and go ----

add "$late"
enter late "$late"
L=$(inode "$late")
do_it late "listen 7002"
check "one that comes later is watched" soon 'netlog config .* netns=3/4 source=sockdiag$'
check "and what is open in it is known" soon "listen start TCP $at:7002 - ${pids[late]} "
do_it late "dial 7002"
check "and what is opened" soon "$(start_of late "$told" 7002 "$L")"
veth='' v=nlv$$
ip link add $v type veth peer name eth9 netns "$late" 2>/dev/null && veth=1
leave late
ip netns del "$late"
check "one that is no more" soon 'netlog config .* netns=2/4 source=sockdiag$'
no_link() { [ ! -e "/sys/class/net/$v" ]; }
if [ -n "$veth" ]; then
	check "is not kept alive" until_true 10 no_link
else
	echo "skip - is not kept alive: no veth here"
fi

ip netns del "$red"
add "$red"
N=$(inode "$red")
enter new "$red"
watches_new() { do_it new "listen 0" && has " listen start .* ${pids[new]} .* netns=$N "; }
check "a name that is used again is the new one's" until_true 15 watches_new
do_it red "dial 7000"
check "and the old one is not watched any more" soon "connect start TCP - -> $at:7000 - ${pids[red]} .* unseen=netns"

caps() { grep CapEff "/proc/$pid/status" | cut -f2 | xargs -I{} capsh --decode={}; }
enters() { caps | grep -q cap_sys_admin; }
enters_not() { ! enters; }
check "CAP_SYS_ADMIN is kept" enters
configure "netns = $blue"
kill -HUP "$pid"
check "SIGHUP: another choice" soon 'netlog config .* netns=1/1 source=sockdiag$'
do_it blue "dial 7000"
check "SIGHUP: one that stays" soon "$(start_of blue "$told" 7000 "$B")"
do_it new "listen 0"
check "SIGHUP: one that does not" soon "listen start TCP $at:- - ${pids[new]} .* unseen=netns|listen start TCP - - ${pids[new]} .* unseen=netns"
configure
kill -HUP "$pid"
check "SIGHUP: none, and CAP_SYS_ADMIN goes" until_true 10 enters_not
stop

configure "netns = all"
start
enter one "$dark"
enter two "$dark"
D=$(inode "$dark")
do_it one "listen 7000"
do_it one "dial 7000"
check "all: says so" has 'netlog start .* sockdiag=yes netns=all source=sockdiag$'
check "all: watched from a process's first connection on" soon "$(start_of one "$told" 7000)"
gone=$(stop_of one "$told" 7000 "$D")
both="${pids[one]}|${pids[two]}"
leave one
check "all: an end" soon "$gone"
do_it two "listen 7003"
sleep 2.5	# two looks
let_go() { grep -qE "/proc/($both)/ns/net: removed" "$tmp/err"; }
let_not_go() { ! let_go; }
check "all: watched as long as there is a process in it" let_not_go
do_it two "dial 7003"
check "all: and what another one does" soon "$(start_of two "$told" 7003)"
port=$told
do_it two "forge"
check "forged: no netlink socket takes a message of another than the kernel" \
	test "${told#* }" = "0 8" -a "${told% * *}" -gt 1
do_it two "dial 7003"
check "forged: the plugin goes on" soon "$(start_of two "$told" 7003)"
check "forged: no line of it" hasnt '9\.9\.9\.9|6\.6\.6\.6'
check "forged: the connection has not ended" hasnt "connect stop TCP $at:$port -> "
gone=$(stop_of two "$told" 7003 "$D")
leave two
check "all: an end of its" soon "$gone"
check "all: then it is let go" until_true 10 let_go
stop

configure "netns = $blue"
start --drop=cap_sys_admin
check "without CAP_SYS_ADMIN: netns=no" has 'netlog start .* sockdiag=yes netns=no source=sockdiag$'
check "without CAP_SYS_ADMIN: why" says 'netns: needs CAP_SYS_ADMIN'
do_it blue "dial 7000"
check "without CAP_SYS_ADMIN: unseen" soon "connect start TCP - -> $at:7000 - ${pids[blue]} .* unseen=netns"
stop
configure
start
check "none configured: nothing is said of it" has 'netlog start .* sockdiag=yes source=sockdiag$'
check "none configured: no CAP_SYS_ADMIN" enters_not
stop
exit $failed
