#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The syslog output against a real rsyslogd: lines arrive whole, with the facility
# and priority of the configuration, without a second time; and lines lost while
# no syslogd listens are counted and reported. Runs in a mount namespace with its own
# /dev, so that the machine's /dev/log is not touched.
# Usage: tests/cli/syslog.sh PLUGIN LOG_WITH_RECORDS
set -u
plugin=$(realpath "$1") records=$(realpath "$2")

[ "$(id -u)" = 0 ] || { echo "skip - syslog: needs root"; exit 77; }
command -v rsyslogd >/dev/null || { echo "skip - syslog: no rsyslogd here"; exit 77; }
if [ "${INSIDE:-}" != 1 ]; then
	unshare -m true 2>/dev/null || { echo "skip - syslog: no mount namespaces here"; exit 77; }
	INSIDE=1 exec unshare -m "$0" "$plugin" "$records"
fi

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"
tmp=$(mktemp -d) syslogd=''
cleanup() {
	[ -n "$syslogd" ] && kill "$syslogd" 2>/dev/null
	umount -l /etc/rsyslog.conf
	umount -l /dev
	for d in null zero urandom tty; do umount -l "$tmp/dev/$d"; done
	rm -rf "$tmp"
} 2>/dev/null
trap cleanup EXIT
mkdir "$tmp/dev"
for d in null zero urandom tty; do touch "$tmp/dev/$d"; mount --bind "/dev/$d" "$tmp/dev/$d" 2>/dev/null; done
ln -s /proc/self/fd "$tmp/dev/fd"
mount --rbind "$tmp/dev" /dev || { echo "skip - syslog: cannot mount"; exit 77; }

start_rsyslogd() {
	cat >"$tmp/rsyslog.conf" <<-END
		module(load="imuxsock" SysSock.Name="/dev/log" SysSock.RateLimit.Interval="${1:-0}" SysSock.UsePIDFromSystem="off")
		global(workDirectory="$tmp")
		template(name="all" type="string" string="%pri-text%|%syslogtag%|%msg%\n")
		*.* action(type="omfile" file="$tmp/messages" template="all")
	END
	rsyslogd -n -f "$tmp/rsyslog.conf" -i "$tmp/pid" >"$tmp/rsyslogd.out" 2>&1 5>&- &
	syslogd=$!
	wait_for listens
}
listens() { python3 -c 'import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).connect("/dev/log")' 2>/dev/null; }

printf '[log]\nfile =\n[output]\nsyslog = yes\nfacility = local3\npriority = notice\nfile = %s\n[kernel]\nsource = none\n[sockdiag]\nuse = no\n' "$tmp/file" >"$tmp/conf"

start_rsyslogd || { cat "$tmp/rsyslogd.out"; echo "not ok - rsyslogd starts"; exit 99; }
TZ=IST-5:30 "$plugin" -c "$tmp/conf" <"$records" 2>/dev/null
lines=$(wc -l <"$tmp/file")
arrived() { [ "$(grep -c '^local3.notice|' "$tmp/messages")" = "$lines" ]; }
check "every line of the file arrives by syslog too ($lines)" wait_for arrived
check "with the configured facility and priority" grep -q '^local3.notice|audisp-netlog\[[0-9]*\]:|' "$tmp/messages"
same() {
	diff <(sed 's/^[^ ]* [^ ]* //' "$tmp/file" | grep -v '^netlog ') \
		<(sed -n 's/^local3.notice|[^|]*| *//p' "$tmp/messages" | sed 's/ time=[^ ]*$//' | grep -v '^netlog ')
}
check "the same lines, without the time in front" same
same_times() {
	diff <(sed 's/ connect .*//; s/ listen .*//; s/ netlog .*//; s/ /T/' "$tmp/file") \
		<(sed -n 's/^local3.notice|.* time=\([^ ]*\)+05:30$/\1/p' "$tmp/messages")
}
check "each ends with the file's time as time=, with the offset from UTC" same_times

# killed: its socket stays, and no one listens at it
kill -KILL "$syslogd"; wait "$syslogd" 2>/dev/null; syslogd=''
rm -f "$tmp/messages" "$tmp/file" "$tmp/pid"
mkfifo "$tmp/in"
"$plugin" -c "$tmp/conf" <"$tmp/in" 2>"$tmp/errors" &
pid=$!
exec 5>"$tmp/in"
cat "$records" >&5
all_in_file() { [ "$(grep -c . "$tmp/file")" = "$((lines - 1))" ]; }	# all but netlog stop
check "without a syslogd the file gets its lines" wait_for all_in_file
start_rsyslogd
reported() { grep -q 'netlog lost plugin=' "$tmp/messages" 2>/dev/null; }
check "when it is back, the loss is reported" wait_for reported
exec 5>&-
wait "$pid"
check "the plugin ended well" test $? = 0
lost() { sed -n 's/^local3.*netlog lost plugin=\([0-9]*\).*/\1/p' "$tmp/messages" | awk '{ n += $1 } END { print n + 0 }'; }
got() { grep -c '^local3.notice|' "$tmp/messages"; }
adds_up() { [ $(($(lost) + $(got) - $(grep -c '^local3.*netlog lost plugin=' "$tmp/messages"))) = "$(wc -l <"$tmp/file")" ]; }
check "lost and written add up" wait_for adds_up ||
	echo "lost $(lost), written $(got), of $(wc -l <"$tmp/file")"
exec 5>&-

# A flood through a syslogd that limits the rate: lines are missing without being counted
# in the stream. --doctor reports this and how to fix it.
kill "$syslogd"; wait "$syslogd" 2>/dev/null; syslogd=''
flood=3000
flood_records $flood >"$tmp/flood"
touch "$tmp/etc-rsyslog.conf"
[ -e /etc/rsyslog.conf ] && mount --bind "$tmp/etc-rsyslog.conf" /etc/rsyslog.conf
flood() { # NAME INTERVAL: through an rsyslogd with that limit
	rm -f /dev/log "$tmp/messages" "$tmp/file"
	start_rsyslogd "$2" || return
	cat "$tmp/rsyslog.conf" >"$tmp/etc-rsyslog.conf"
	"$plugin" -c "$tmp/conf" <"$tmp/flood" 2>/dev/null
	logger_done() { logger -p local4.info end 2>/dev/null; sleep 0.2; grep -q '^local4.info' "$tmp/messages"; }
	wait_for logger_done
	kill "$syslogd"; wait "$syslogd" 2>/dev/null; syslogd=''
	arrived=$(grep -c '^local3.notice|.* connect start ' "$tmp/messages")
}
# without a file it does not wait for the line of its test connection
printf '[log]\nfile =\n[output]\nsyslog = yes\n[kernel]\nsource = none\n' >"$tmp/doctor.conf"
doctor() { "$plugin" --doctor --format json -c "$tmp/doctor.conf" 2>/dev/null | jq -r '.checks[] | select(.name == "imuxsock") | .level + " " + .found'; }

flood limited 5
check "flood: a rate limit drops lines ($arrived of $flood arrive)" [ "$arrived" -lt $((flood / 2)) ]
check "flood: the file has every line" [ "$(grep -c ' connect start ' "$tmp/file")" = $flood ]
check "flood: the plugin counts no loss, for it sees none" \
	[ "$(grep -c 'netlog lost' "$tmp/messages")" = 0 ]
check "flood: rsyslogd alone says so" grep -qi 'rate-limit' "$tmp/messages"
if [ -e /etc/rsyslog.conf ] && command -v jq >/dev/null; then
	check "flood: --doctor warns of the limit" [ "$(doctor)" = "warning rsyslog's imuxsock accepts 200 lines in 5 s from a process" ]
fi
flood unlimited 0
check "flood: without the limit every line arrives ($arrived of $flood)" [ "$arrived" = $flood ]
if [ -e /etc/rsyslog.conf ] && command -v jq >/dev/null; then
	check "flood: --doctor is content" [ "$(doctor)" = "ok rsyslog's imuxsock does not limit the rate" ]
fi
exit $failed
