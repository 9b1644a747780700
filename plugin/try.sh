#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make try: this machine's connections, as they happen, until Ctrl-C, SIGTERM or
# DURATION seconds. audisp-netlog --live loads the rules and removes them at the end.
set -u
cd "$(dirname "$0")/.." || exit 1

if [ "$(id -u)" != 0 ]; then
	echo "make try: reading the kernel's audit records needs root: sudo make try" >&2
	exit 1
fi

# DURATION=10 sudo make try: sudo drops the variable, but has it in its own environment.
duration_of_sudo() {
	local pid=$$ comm rest
	while [ "$pid" -gt 1 ]; do
		# "PID (COMM) STATE PPID …"; COMM may hold blanks
		rest=$(cat "/proc/$pid/stat" 2>/dev/null) || return
		comm=${rest#*(} comm=${comm%)*}
		if [ "$comm" = sudo ]; then
			tr '\0' '\n' <"/proc/$pid/environ" | sed -n 's/^DURATION=//p'
			return
		fi
		rest=${rest##*) }
		read -r _ pid _ <<<"$rest"
	done
}

args=(--live --rules rules/30-netlog.rules)
duration=${DURATION:-$(duration_of_sudo)}
case $duration in
'')	echo "# Runs until Ctrl-C; sudo make try DURATION=10 stops after 10 s." ;;
*[!0-9]*|0)
	echo "make try: DURATION=$duration is not a number of seconds" >&2
	exit 1 ;;
*)	echo "# Runs for $duration s."
	args+=(--duration "$duration") ;;
esac

# Ctrl-C reaches the plugin too (same terminal): wait until it has put things back.
pid=
trap ':' INT
trap 'kill -TERM $pid 2>/dev/null' TERM HUP
build/audisp-netlog "${args[@]}" &
pid=$!
while :; do
	wait "$pid"
	status=$?
	kill -0 "$pid" 2>/dev/null || break
done
exit "$status"
