#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/cli: what a running plugin may still do. Usage: confined.sh PLUGIN
set -u
cd "$(dirname "$0")/../.." || exit 1
plugin=$1
tmp=$(mktemp -d) || exit 1
trap 'exec 3>&-; wait; rm -rf "$tmp"' EXIT

mkfifo "$tmp/in"
printf '[log]\nfile =\n[output]\nsyslog = no\nfile = %s/out\n[sockdiag]\nuse = no\n[kernel]\nsource = none\n' "$tmp" >"$tmp/conf"
"$plugin" -c "$tmp/conf" <"$tmp/in" 2>"$tmp/err" &
pid=$!
exec 3>"$tmp/in"
for _ in $(seq 100); do
	grep -q 'netlog start' "$tmp/out" 2>/dev/null && break
	sleep 0.05
done
# The plugin writes its first line before it is confined for good: wait for that.
for _ in $(seq 100); do
	grep -qs "^Seccomp:[[:space:]]*2" "/proc/$pid/status" && break
	sleep 0.05
done

verdict() { # NAME STATUS
	[ "$2" = 0 ] && echo "ok - $1" || { echo "not ok - $1"; cat "$tmp/err"; bad=1; }
}
bad=0
for task in /proc/"$pid"/task/*; do
	grep -q '^NoNewPrivs:[[:space:]]*1' "$task/status" && grep -q '^Seccomp:[[:space:]]*2' "$task/status"
	verdict "thread ${task##*/}: no new privileges, a seccomp filter" $?
done
[ ! -s "$tmp/err" ]
verdict 'nothing to complain about' $?
exit $bad
