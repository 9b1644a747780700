#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# In the machine: storms at rising rates, auditd and the plugin restarted for each,
# so that each ends with the plugin's final count of losses. Or, with tcplife instead
# of audit, how many sessions and how many losses it reports.
# Prints, for each: step, what the storm did (true ...), what was logged (found ...).
# POSIX, fit for busybox.
#
# usage: storm-guest.sh PROCESSES SECONDS RATE...
# Commands: start-auditd, stop-auditd. From the environment, where
# it is not the virtual machine: MOST (connections a second, to choose how many make a
# storm at full speed), STALL (seconds for which auditd does not read), NETLOG_LOG, STREAM (output of the plugin `stream`).
here=$(cd "$(dirname "$0")" && pwd)
PATH=$here:$PATH
stream=${STREAM:-/var/log/stream}
netlog_log=${NETLOG_LOG:-/var/log/netlog.log}
seconds=120	# to wait for auditd, the plugin and tcplife

broken() { echo "storm-guest.sh: $*" >&2; exit 99; }

now() { cut -d. -f1 /proc/uptime; }

size_of() { stat -c %s "$1" 2>/dev/null || echo 0; }

until_true() {
	deadline=$(($(now) + seconds))
	until "$@"; do
		[ "$(now)" -lt $deadline ] || return 1
		sleep 0.1
	done
}

lost() { auditctl -s | sed -n 's/^lost //p'; }

# As many as the seconds need, a multiple of the four kinds.
count_for() { # RATE
	rate=$1
	[ "$rate" != 0 ] || rate=${MOST:-600}
	n=$((rate * duration / processes / 4 * 4))
	[ $n -ge 4 ] || n=4
	echo $n
}

storm_now() { # RATE
	timeout 240 storm "$processes" "$(count_for "$1")" "$1" >/tmp/true || broken "storm: status $?"
	sed 's/^/true /' /tmp/true
}

# Everything audited so far was passed to the plugins when a marker arrives there: records
# in auditd's queue to them are lost without a trace when auditd is stopped. A marker
# can be dropped like any other record.
drain() {
	tries=0
	until until_there "storm-$1-$tries"; do
		tries=$((tries + 1))
		[ $tries -lt 8 ] || broken "nothing arrives at the plugins"
	done
}

until_there() { # MARKER
	from=$(size_of "$stream")
	auditctl -m "$1" || broken "auditctl -m"
	patience=$(($(now) + 20))
	until tail -c +$((from + 1)) "$stream" | grep -q "$1"; do
		[ "$(now)" -lt $patience ] || return 1
		sleep 0.2
	done
}

plugin_stopped() { tail -c +$((netlog_from + 1)) "$netlog_log" | grep -q ' netlog stop'; }

# The kernel takes a while to verify the programs.
bpf_speaks() { tail -c +$((netlog_from + 1)) "$netlog_log" | grep -q ' netlog start .* source=bpf'; }

# auditd, or the plugin with BPF, stops reading in the middle of a storm.
stall() {
	reader=$(auditctl -s | sed -n 's/^pid //p')
	[ "$NETLOG_PROFILE" != bpf ] || reader=$(pidof audisp-netlog)
	sleep 1
	kill -STOP "$reader"
	sleep "$1"
	kill -CONT "$reader"
}

# The plugin's counts of BPF's records.
bpf_counts() {
	sed -n 's/^netlog_bpf_records_total /written=/p
		s/^netlog_lost_total{what="bpf"} /lost=/p
		s/^netlog_lost_total{what="missed"} /missed=/p' /run/metrics | tr '\n' ' '
}

audit_step() { # RATE
	netlog_from=$(size_of "$netlog_log")
	start-auditd || broken "auditd does not start"
	[ "$NETLOG_PROFILE" != bpf ] || until_true bpf_speaks || broken "the plugin does not start"
	drain start
	stream_from=$(size_of "$stream") netlog_from=$(size_of "$netlog_log")
	lost_before=$(lost)
	[ -z "${STALL:-}" ] || stall "$STALL" &
	stalled=$!
	storm_now "$1"
	wait $stalled
	drain end
	kernel=$(($(lost) - lost_before))
	stop-auditd || broken "auditd does not end"
	until_true plugin_stopped || broken "the plugin does not end"
	until_true test -e "$stream.end" || broken "the plugin stream does not end"
	count "$stream" "$stream_from" "$netlog_log" "$netlog_from" | sed 's/^/found /'
	echo "found kernel lost=$kernel"
	[ "$NETLOG_PROFILE" != bpf ] || echo "found bpf $(bpf_counts)"
	grep -c 'dispatch error\|queue to plugins is full\|queue is full' "${SYSLOG:-/var/log/syslog}" 2>/dev/null |
		sed 's/^/found syslog queue_full=/'
}

# Its rows stop coming when it is through.
tcplife_quiet() {
	before=$(size_of /tmp/tcplife.out)
	sleep 1
	[ "$(size_of /tmp/tcplife.out)" = "$before" ]
}

tcplife_told() { grep -q storm /tmp/tcplife.out; }

# reports a first session once it is attached
tcplife_started() { storm 1 4 0 >/dev/null; tcplife_told; }

tcplife_step() { # RATE
	: >/tmp/tcplife.out
	stdbuf -oL tcplife -w >/tmp/tcplife.out 2>/tmp/tcplife.err &
	tcplife=$!
	until_true tcplife_started || broken "tcplife: $(cat /tmp/tcplife.err)"
	until_true tcplife_quiet
	rows_before=$(wc -l </tmp/tcplife.out)
	storm_now "$1"
	until_true tcplife_quiet || broken "tcplife does not come to its end"
	kill -INT $tcplife
	wait $tcplife
	echo "found sessions tcp=$(($(wc -l </tmp/tcplife.out) - rows_before))"
	sed -n 's/.*[Ll]ost \([0-9]*\) events.*/\1/p' /tmp/tcplife.err |
		awk '{ n += $1 } END { print "found reported lost=" n + 0 }'
}

[ $# -ge 3 ] || broken "usage: storm-guest.sh PROCESSES SECONDS RATE..."
processes=$1 duration=$2
shift 2
step=audit_step
case $NETLOG_PROFILE in
bpf)	printf '[status]\nmetrics = /run/metrics\n' >>/etc/audit/audisp-netlog.conf ;;
esac
case $NETLOG_PROFILE in
none)	step=tcplife_step ;;
*)	stop-auditd || broken "auditd does not end" ;;
esac
grep -q '\<audit=1\>' /proc/cmdline && held=1 || held=0
for rate; do
	echo "step rate=$rate"
	echo "found boot audit=$held"
	$step "$rate"
done
