#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2153 # NETLOG_PROFILE is set by the machine
#
# In the machine: start the tools of one group, wait until each has told of a
# connection, run the scenarios (guest.sh of tests/live), wait until each has told
# of a last connection, and collect. POSIX, fit for busybox.
#
# usage: peers-guest.sh GROUP [SCENARIO...]
# The result, a tar archive on standard output: that of guest.sh, and in peers/
# NAME.out and NAME.err of each tool, versions, netns.
# Exit status: 99 when it could not do its work.
here=$(cd "$(dirname "$0")" && pwd)
seconds=120	# for all tools of a group to begin
out=/tmp/result
peers=$out/peers

broken() { echo "peers-guest.sh: $*" >&2; exit 99; }

now() { cut -d. -f1 /proc/uptime; }

group=$1
shift
mkdir -p $peers || broken "no directory $peers"

of_group() {
	while read -r name of _ command; do
		[ "$of" != "$group" ] || echo "$name $command"
	done <"$here/peers-tools"
}

# conntrack sees what a rule has asked it to follow; loopback is like any device.
follow_connections() {
	modprobe -a nft_ct nf_conntrack_netlink
	nft add table inet follow
	nft add chain inet follow in '{ type filter hook input priority 0; }'
	nft add rule inet follow in ct state new counter
}

start_tools() {
	of_group >"$out/tools"
	while read -r name command; do
		case $name in
		laurel)		continue ;;	# auditd has started it
		conntrack)	follow_connections ;;
		esac
		# shellcheck disable=SC2086 # a command and its arguments
		stdbuf -oL $command >$peers/"$name".out 2>$peers/"$name".err </dev/null &
		pids="$pids $!"
	done <"$out/tools"
}

output_of() { # NAME
	case $1 in
	laurel)	echo /var/log/laurel/audit.log ;;
	*)	echo "$peers/$1.out" ;;
	esac
}

# A connection of which all tools tell sooner or later. Prints the listener's port.
one_connection() {
	"$here/outcome" blocking 2>/dev/null |
		sed -n 's/^expect listen start .* local=127.0.0.1:\([0-9]*\) .*/\1/p'
}

# Prints the tools that have not reported one of these ports yet.
silent() { # PORT...
	ports=$(echo "$*" | sed 's/ /|/g')
	while read -r name command; do
		file=$(output_of "$name")
		grep -qwE "$ports" "$file" 2>/dev/null || echo "$name"
	done <"$out/tools"
}

await_tools() {
	deadline=$(($(now) + seconds)) ports=
	while :; do
		ports="${ports:+$ports }$(one_connection)"
		sleep 1
		quiet=$(silent "$ports")
		[ -n "$quiet" ] || return 0
		[ "$(now)" -lt $deadline ] && continue
		for name in $quiet; do cat $peers/"$name".err >&2; done
		broken "after $seconds s nothing from $quiet"
	done
}

# Lines that are still on their way come before this.
await_last() {
	port=$(one_connection)
	deadline=$(($(now) + seconds))
	while [ -n "$(silent "$port")" ]; do
		[ "$(now)" -lt $deadline ] || { echo "nothing of the last connection: $(silent "$port")" >&2; return; }
		sleep 0.2
	done
}

# It begins a new file after each 5 MB; the highest number is the oldest.
collect_laurel() {
	for n in 9 8 7 6 5 4 3 2 1 ''; do
		[ -e "/var/log/laurel/audit.log${n:+.$n}" ] &&
			cat "/var/log/laurel/audit.log${n:+.$n}" >>$peers/laurel.out
	done
}

pids=
start_tools
await_tools
"$here/guest.sh" -o $out "$NETLOG_PROFILE" "$@" || exit 99
await_last
# shellcheck disable=SC2086 # a list
kill -INT $pids 2>/dev/null
wait
collect_laurel
readlink /proc/self/ns/net | tr -dc 0-9 >$peers/netns
tar -c -C $out expect netlog.log audit.log peers
