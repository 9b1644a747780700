#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make try on this machine: shows real connections, and restores exactly the previous
# state, however it ends; alone, and alongside a running auditd.
# Usage: tests/live/try.sh BUILD_DIR
set -u
cd "$(dirname "$0")/../.." || exit 99
build=${1:-build}
tmp=$(mktemp -d) plugin='' auditd=''
failed=0

cleanup() {
	[ "$failed" = 0 ] || { echo "--- out"; cut -c1-200 "$tmp/out"; echo "--- auditd"; cat "$tmp/auditd.out"; }
	[ -n "$plugin" ] && kill "$plugin" 2>/dev/null
	[ -n "$auditd" ] && kill "$auditd" 2>/dev/null && wait "$auditd" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT

skip() { echo "skip: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "reading audit records needs root"
command -v auditctl >/dev/null || skip "no auditctl (package auditd)"
exec 9>/tmp/netlog-audit.lock
flock -w 300 9 || skip "another test holds kernel audit"
auditctl -s >"$tmp/before" 2>/dev/null || skip "no kernel audit here"
grep -q '^pid 0$' "$tmp/before" || skip "auditd is running; this test starts its own"
grep -q '^enabled 2' "$tmp/before" && skip "the audit rules are locked"

state() { auditctl -s | grep -vE '^(lost|backlog|backlog_wait_time_actual|pid) '; auditctl -l; }
state >"$tmp/state"

ok() { echo "ok - $*"; }
bad() { echo "not ok - $*"; failed=1; }
check() { local name=$1; shift; if "$@"; then ok "$name"; else bad "$name"; fi; }

# until SECONDS COMMAND…: waits for it to become true.
until_true() {
	local end=$((SECONDS + $1)); shift
	until "$@"; do [ $SECONDS -ge $end ] && return 1; sleep 0.05; done
}
has() { grep -qE "$1" "$tmp/out"; }
state_is_back() { state | diff - "$tmp/state" >"$tmp/diff" && ! pgrep -f "^$plugin_path" >/dev/null; }
plugin_path=$build/audisp-netlog

start() {
	: >"$tmp/out"
	"$plugin_path" --live --rules rules/30-netlog.rules "$@" >"$tmp/out" 2>&1 9>&- &
	plugin=$!
	until_true 30 has 'netlog start'
}

# A listener and a connection to it, for half a second; prints their ports.
traffic() {
	python3 - <<'E2'
import socket, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(1)
c = socket.socket(); c.connect(s.getsockname()); a, _ = s.accept()
print(s.getsockname()[1], c.getsockname()[1], flush=True)
time.sleep(0.5)
E2
}

shows_traffic() {
	local ports
	read -r -a ports < <(traffic)
	local l=127.0.0.1:${ports[0]} c=127.0.0.1:${ports[1]}
	until_true 30 has "connect start TCP $c -> $l .* python3" &&
		until_true 30 has "connect start TCP $l <- $c " &&
		until_true 30 has "connect stop TCP $c -> $l "
}

ended() { wait "$plugin"; local status=$?; plugin=''; return $status; }

start && ok "starts where no auditd runs" || bad "starts where no auditd runs"
check "heading says what is watched" has '^# audit-netlog .*TCP and UDP'
check "heading says that sock_diag is used" has '^# sock_diag adds'
check "heading names the source" has '^# Source: (module|bpf|sockdiag|rules)[,;]'
check "shows a connection and its end" shows_traffic
# Somebody who looks must have seen where it listened.
shows_a_killed() {
	local listener
	python3 -c "import signal, socket; s = socket.create_server((\"127.0.0.1\", 0)); signal.pause()" 9>&- &
	listener=$!
	until_true 40 has "listen start TCP 127.0.0.1:[0-9]+ .* $listener 0 python3 "
	local told=$?
	kill -KILL "$listener"
	until_true 40 has "listen stop TCP 127.0.0.1:[0-9]+ .* $listener 0 python3 .* via=destroy" && [ "$told" = 0 ]
}
check "shows the end of a process that was killed" shows_a_killed
kill -INT "$plugin"
check "Ctrl-C ends it with status 0" ended
check "last line is netlog stop" grep -q 'netlog stop$' <(tail -n 1 "$tmp/out")
check "rules, enabled flag and backlog are back" until_true 5 state_is_back

start; kill -TERM "$plugin"
check "SIGTERM ends it with status 0" ended
check "everything is back after SIGTERM" until_true 5 state_is_back

start; kill -KILL "$plugin"; ended
check "everything is back after SIGKILL" until_true 5 state_is_back

DURATION=1 plugin/try.sh >"$tmp/out" 2>&1 9>&-
check "DURATION=1 ends by itself with status 0" test $? = 0
check "says how long it runs" has '^# Runs for 1 s\.'
check "everything is back after DURATION" until_true 5 state_is_back
if command -v sudo >/dev/null && env -u DURATION sudo -n true 2>/dev/null; then
	DURATION=1 timeout 60 sudo -n plugin/try.sh >"$tmp/out" 2>&1 9>&-
	check "DURATION=1 before sudo ends it, too" test $? = 0
	check "everything is back after that" until_true 5 state_is_back
else
	echo "skip - DURATION=1 before sudo: no sudo here"
fi
DURATION=soon plugin/try.sh >"$tmp/out" 2>&1 9>&-
check "DURATION=soon is refused" test $? = 1

# alongside a private auditd
mkdir -p "$tmp/audit/plugins.d"; chmod 750 "$tmp/audit" "$tmp/audit/plugins.d"
cat >"$tmp/audit/auditd.conf" <<E2
local_events = yes
write_logs = yes
log_file = $tmp/audit/audit.log
log_group = root
log_format = RAW
flush = NONE
priority_boost = 0
num_logs = 2
max_log_file = 100
max_log_file_action = IGNORE
space_left = 75
space_left_action = IGNORE
admin_space_left = 50
admin_space_left_action = IGNORE
disk_full_action = IGNORE
disk_error_action = IGNORE
plugin_dir = $tmp/audit/plugins.d
E2
chmod 640 "$tmp/audit/auditd.conf"
auditd -n -c "$tmp/audit" >"$tmp/auditd.out" 2>&1 9>&- &
auditd=$!
auditd_runs() { auditctl -s | grep -q "^pid $auditd$"; }
until_true 10 auditd_runs || { cat "$tmp/auditd.out"; echo "private auditd did not start"; exit 99; }
state >"$tmp/state"
start
check "heading says that it listens beside auditd" has '^# Source: .*beside auditd'
check "shows a connection beside auditd" shows_traffic
check "auditd still has the audit socket" auditd_runs
kill -INT "$plugin"; ended
check "everything is back beside auditd" until_true 5 state_is_back
check "auditd still runs" auditd_runs
kill "$auditd"; wait "$auditd" 2>/dev/null; auditd=''
auditctl -e "$(sed -n 's/^enabled //p' "$tmp/before")" >/dev/null
exit $failed
