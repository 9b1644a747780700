#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make try: this machine's connections, as they happen, until Ctrl-C, SIGTERM or
# DURATION seconds. audisp-netlog --live loads the rules and takes them away.
set -u
cd "$(dirname "$0")/.." || exit 1

if [ "$(id -u)" != 0 ]; then
	echo "make try: reading the kernel's audit records needs root: sudo make try" >&2
	exit 1
fi

args=(--live --rules rules/30-netlog.rules)
[ -n "${DURATION:-}" ] && args+=(--duration "$DURATION")

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
