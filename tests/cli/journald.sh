#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A flood through a real systemd-journald: its rate limit drops lines without counting them in
# the stream, --doctor warns of it, and the settings of the manual disable it. Runs in separate
# namespaces, with a separate /run and /dev; the plugin is in a control group as systemd makes it
# for auditd.service, because the limit applies to a service. --doctor also reports what was dropped,
# and so does a plugin that runs meanwhile, as netlog lost suppressed=.
# Usage: tests/cli/journald.sh PLUGIN
set -u
plugin=$(realpath "$1")
journald=/lib/systemd/systemd-journald

skip_all() { echo "skip - journald: $1"; exit 77; }
[ "$(id -u)" = 0 ] || skip_all "needs root"
[ -x $journald ] || skip_all "no systemd-journald here"
command -v journalctl >/dev/null || skip_all "no journalctl here"
if [ "${INSIDE:-}" != 1 ]; then
	unshare -mn true 2>/dev/null || skip_all "no namespaces here"
	INSIDE=1 exec unshare -mn "$0" "$plugin"
fi

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"
tmp=$(mktemp -d) pid='' groups=() others=()
cleanup() {
	[ -z "$pid" ] || { kill "$pid"; wait "$pid"; }
	for g in "${groups[@]}" "${others[@]}"; do rmdir "$g"; done
	umount -l /dev /run
	rm -rf "$tmp"
} 2>/dev/null
trap cleanup EXIT

mount -t tmpfs -o size=64m tmpfs /run || skip_all "cannot mount"
mkdir -p /run/systemd/journal /run/systemd/units /run/systemd/journald.conf.d /run/log/journal "$tmp/dev"
for d in null zero urandom tty; do touch "$tmp/dev/$d"; mount --bind "/dev/$d" "$tmp/dev/$d" 2>/dev/null; done
ln -s /proc/self/fd "$tmp/dev/fd"
ln -s /run/systemd/journal/dev-log "$tmp/dev/log"
mount --rbind "$tmp/dev" /dev || skip_all "cannot mount"

# The group of a service in every hierarchy that systemd may look at, but with another name than
# auditd's: the machine may have that one.
unit=auditd-flood-$$.service
for root in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
	[ -e "$root/cgroup.procs" ] && mkdir -p "$root/system.slice" 2>/dev/null &&
		mkdir "$root/system.slice/$unit" 2>/dev/null && groups+=("$root/system.slice/$unit")
done
[ ${#groups[@]} -gt 0 ] || skip_all "cannot make a control group"

start_journald() { # [KEY=VALUE...]
	printf '%s\n' '[Journal]' Storage=volatile ReadKMsg=no Audit= ForwardToSyslog=no "$@" \
		>/run/systemd/journald.conf.d/netlog.conf
	rm -rf /run/log/journal/*
	setpriv --bounding-set=-audit_control,-audit_read $journald >"$tmp/journald.out" 2>&1 &
	pid=$!
	wait_for test -S /run/systemd/journal/dev-log
}

stop_journald() {
	kill "$pid"; wait "$pid" 2>/dev/null
	pid=''
	rm -f /run/systemd/journal/{dev-log,socket,stdout}
}

flood=3000
flood_records $flood >"$tmp/flood"
printf '[log]\nfile =\n[output]\nsyslog = yes\nqueue = 16384\nfile = %s\n[kernel]\nsource = none\n[sockdiag]\nuse = no\n' "$tmp/file" >"$tmp/conf"
printf '[log]\nfile =\n[output]\nsyslog = yes\n[kernel]\nsource = none\n' >"$tmp/doctor.conf"
doctor() { # [CHECK]
	"$plugin" --doctor --format json -c "$tmp/doctor.conf" 2>/dev/null |
		jq -r ".checks[] | select(.name == \"${1:-journal-rate}\") | .level + \" \" + .found"
}

journal() { journalctl -D /run/log/journal -o cat --no-pager "$@" 2>/dev/null; }
ended() { journal -t end | grep -q end; }
send_flood() {
	rm -f "$tmp/file"
	( for g in "${groups[@]}"; do echo "$BASHPID" >"$g/cgroup.procs"; done
	  exec "$plugin" -c "$tmp/conf" <"$tmp/flood" 2>/dev/null )
	wait_for sh -c 'logger -t end end; sleep 0.2; journalctl -D /run/log/journal -t end -o cat --no-pager 2>/dev/null | grep -q end'
	arrived=$(journal -t audisp-netlog | grep -c ' connect start \|^connect start ')
}

# ---- a limit ----

start_journald RateLimitIntervalSec=1s RateLimitBurst=200 || { cat "$tmp/journald.out"; echo "not ok - journald starts"; exit 99; }
send_flood
check "a rate limit drops lines ($arrived of $flood arrive)" [ "$arrived" -gt 0 -a "$arrived" -lt $((flood / 2)) ]
check "the file has every line" [ "$(grep -c ' connect start ' "$tmp/file")" = $flood ]
check "the plugin counts no loss, for journald has reported none yet" [ "$(grep -c 'netlog lost' "$tmp/file")" = 0 ]
if command -v jq >/dev/null; then
	check "--doctor warns of the limit" [ "$(doctor | cut -d ' ' -f 1-7)" = "warning journald accepts 200 lines in 1s" ]
	# journald logs the number with the first line that it takes after the interval
	dropped() {
		( for g in "${groups[@]}"; do echo "$BASHPID" >"$g/cgroup.procs"; done; exec logger -t later later )
		local n	# the plugin's own lines are among them
		n=$(doctor | sed -n 's/.*, and has dropped \([0-9]*\) since the boot$/\1/p')
		[ "${n:-0}" -ge $((flood - arrived)) ] && [ "$n" -lt $((flood - arrived + 9)) ]
	}
	check "--doctor reports how many were dropped ($((flood - arrived)) connections)" wait_for dropped
fi

# ---- a running plugin reports what is dropped, and only what journald says itself ----

if ldd "$plugin" | grep -q libsystemd; then
	in_unit() { for g in "${groups[@]}"; do echo "$BASHPID" >"$g/cgroup.procs"; done; exec "$@"; }
	suppressed() { sed -n 's/.* netlog lost .* suppressed=\([0-9]*\) .*/\1/p' "$tmp/file" | awk '{ n += $1 } END { print n + 0 }'; }
	is_suppressed() { # the unit's first line after the interval makes journald log the number
		( in_unit logger -t later later )
		[ "$(suppressed)" -ge $((flood - arrived)) ]
	}
	stop_journald
	start_journald RateLimitIntervalSec=1s RateLimitBurst=200
	rm -f "$tmp/file"
	mkfifo "$tmp/in"
	mv /run/log/journal /run/log/later # at boot the plugin may run before the journal's directory is there
	( in_unit "$plugin" -c "$tmp/conf" <"$tmp/in" 2>/dev/null ) &
	running=$!
	exec 3>"$tmp/in"
	wait_for grep -qs 'netlog start' "$tmp/file"
	wait_for sh -c "ls -l /proc/$running/fd | grep -q inotify"
	mv /run/log/later /run/log/journal
	printf '%s\n' MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e "MESSAGE=Suppressed 77777 messages from $unit" \
		_TRANSPORT=driver >"$tmp/forged"
	logger --journald="$tmp/forged"
	cat "$tmp/flood" >&3
	wait_for sh -c 'logger -t end end2; sleep 0.2; journalctl -D /run/log/journal -t end -o cat --no-pager 2>/dev/null | grep -q end2'
	arrived=$(journal -t audisp-netlog | grep -c ' connect start \|^connect start ')
	check "the plugin reports what was dropped ($((flood - arrived)) connections)" wait_for is_suppressed
	check "a forged message is not counted ($(suppressed) lines in all)" [ "$(suppressed)" -lt 77777 ]
	check "it is in the journal, too" [ "$(journal MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e | grep -c 77777)" = 1 ]
	# a message of rsyslogd's that does not come from its service
	logger -t rsyslogd "imuxsock[pid: $running]: 77777 messages lost due to rate-limiting (5 allowed within 2 seconds)"
	before=$(suppressed)
	( in_unit logger -t later later2 )
	wait_for sh -c 'journalctl -D /run/log/journal -t later -o cat --no-pager | grep -q later2'
	check "nor is one that looks like rsyslogd's" [ "$(suppressed)" -lt $((before + 77777)) ]
	exec 3>&-
	wait "$running"
fi

# ---- rsyslogd behind journald, with limits of its own ----

start_rsyslogd() { # CONFIGURATION
	printf '%s\n' "global(workDirectory=\"$tmp\")" "$1" "action(type=\"omfile\" file=\"$tmp/rsyslog\")" >"$tmp/rsyslog.conf"
	( for g in "${others[@]}"; do echo "$BASHPID" >"$g/cgroup.procs"; done
	  exec rsyslogd -n -f "$tmp/rsyslog.conf" -i "$tmp/rsyslog.pid" >"$tmp/rsyslogd.out" 2>&1 ) &
	rsyslogd=$!
}
stop_rsyslogd() { kill "$rsyslogd"; wait "$rsyslogd" 2>/dev/null; rm -f "$tmp/rsyslog"; }
arrived_there() { grep -c ' connect start ' "$tmp/rsyslog"; }

test_rsyslogd() {
	stop_journald
	start_journald RateLimitIntervalSec=0 ForwardToSyslog=yes
	rm -f "$tmp/file"
	start_rsyslogd 'module(load="imuxsock" SysSock.Use="off") input(type="imuxsock" Socket="/run/systemd/journal/syslog" RateLimit.Interval="1" RateLimit.Burst="200")'
	wait_for test -S /run/systemd/journal/syslog
	( in_unit "$plugin" -c "$tmp/conf" <"$tmp/in" 2>/dev/null ) &
	running=$!
	exec 3>"$tmp/in"
	cat "$tmp/flood" >&3
	wait_for in_file
	reported() { journal -t rsyslogd | sed -n "s/^imuxsock.pid: ${running}[],].*: \([0-9]*\) messages lost due.*/\1/p" | awk '{ n += $1 } END { print n + 0 }'; }
	is_counted() { # the process's next line after the interval makes rsyslogd log the number
		kill -USR1 "$running"
		[ "$(suppressed)" -gt $((flood / 2)) ] && [ "$(suppressed)" = "$(reported)" ]
	}
	check "lines that rsyslog's imuxsock dropped are counted" wait_for is_counted
	check "as many as rsyslogd reports ($(reported) of more than $flood)" [ "$(arrived_there)" -lt $((flood / 2)) ]
	missed=$(journal _TRANSPORT=driver | sed -n 's/^Forwarding to syslog missed \([0-9]*\) messages.*/\1/p' | awk '{ n += $1 } END { print n + 0 }')
	if [ "$missed" -gt 0 ]; then
		printf 'module(load="imuxsock")\n' >"$tmp/imuxsock.conf"
		mount --bind "$tmp/imuxsock.conf" /etc/rsyslog.conf
		check "--doctor shows what journald could not forward" [ "$(doctor imuxsock)" = \
			"warning journald could not forward $missed lines of this host to rsyslog since the boot" ]
		umount /etc/rsyslog.conf
	fi
	exec 3>&-
	wait "$running"
	stop_rsyslogd

	start_rsyslogd 'module(load="imjournal" StateFile="state" IgnorePreviousMessages="on" Ratelimit.Interval="1" Ratelimit.Burst="200")'
	# what was in the journal before it opened it is not for it
	reads_journal() { logger -t probe probe; grep -qs probe "$tmp/rsyslog"; }
	wait_for reads_journal
	send_flood
	mount --bind "$tmp/rsyslog.conf" /etc/rsyslog.conf || return
	is_shown() { # rsyslogd logs the number with its next line after the interval
		logger -t later later
		doctor imjournal | grep -Eq 'default, and has dropped [0-9]{3,} since the boot$'
	}
	check "--doctor shows how many lines imjournal has dropped" wait_for is_shown
	umount /etc/rsyslog.conf
	stop_rsyslogd
}
in_file() { [ "$(grep -c ' connect start ' "$tmp/file")" = "$flood" ]; }
for g in "${groups[@]}"; do mkdir "${g%/*}/rsyslog.service" 2>/dev/null && others+=("${g%/*}/rsyslog.service"); done
if ! ldd "$plugin" | grep -q libsystemd || [ ! -e /etc/rsyslog.conf ]; then
	echo "skip - rsyslogd behind journald: no rsyslog here, or no libsystemd"
elif [ ${#others[@]} = ${#groups[@]} ]; then
	test_rsyslogd
else
	echo "skip - rsyslogd behind journald: rsyslog.service runs here"
fi

# ---- the manual's setting: LogRateLimitIntervalSec=0, which systemd hands to journald so ----

ln -s 0 "/run/systemd/units/log-rate-limit-interval:$unit"
ln -s 0 "/run/systemd/units/log-rate-limit-burst:$unit"
stop_journald
start_journald RateLimitIntervalSec=30s RateLimitBurst=200
send_flood
check "LogRateLimitIntervalSec=0 of the service: every line arrives ($arrived of $flood)" [ "$arrived" = $flood ]
rm /run/systemd/units/*

# ---- the same for the whole host ----

stop_journald
start_journald RateLimitIntervalSec=0
send_flood
check "RateLimitIntervalSec=0: every line arrives ($arrived of $flood)" [ "$arrived" = $flood ]
if command -v jq >/dev/null; then
	check "--doctor is content" [ "$(doctor)" = "ok journald does not limit the rate of auditd's plugins" ]
fi
exit $failed
