# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For the scripts of this directory, which run in the virtual machine: `suite`
# calls each with the profile. They print "ok - …" and "not ok - …" with what
# was found instead, to file descriptor 1.
# shellcheck disable=SC2034 # used by those who source this
log=/var/log/netlog.log
audit_log=/var/log/audit/audit.log
module=/sys/module/audit_netlog/parameters
profile=${1:-default}
name=${0##*/}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# For waits that start no process: each is an event of audit, and costs 20 ms here.
mkfifo "$work/tick"
exec 7<>"$work/tick"

size_of() { stat -c %s "$1" 2>/dev/null || echo 0; }

# part FILE BYTES: what is in it after so many bytes. The logs are long after some scripts.
part() { dd if="$1" iflag=skip_bytes skip="$2" bs=64k 2>/dev/null; }

# What this script has added to the logs.
log_size=$(size_of $log) audit_size=$(size_of $audit_log)
log_here() { part $log "$log_size"; }
audit_here() { part $audit_log "$audit_size"; }

ok() { echo "ok - $name: $1"; }

# not_ok TEXT: what was found comes on standard input; CI shows only TEXT.
not_ok() {
	log_here | grep ' netlog lost' | tail -n 1 >"$work/lost"
	echo "not ok - $name: $1"
	sed 's/.*netlog lost/  netlog lost/; s/ [a-z]*=0\b//g' "$work/lost"
	head -n 15 | cut -c 1-400 | sed 's/^/  /'
}

give_up() { echo "$2" | not_ok "$1"; exit 0; }

# Takes the second processor away until the script ends: multi-threaded TCG of QEMU 7.2 crashes,
# sooner or later, when code is patched while another processor runs it (see `unload`).
one_processor() {
	local switch=/sys/devices/system/cpu/cpu1/online
	[ -w $switch ] && echo 0 >$switch || return 0
	trap 'echo 1 >/sys/devices/system/cpu/cpu1/online; rm -rf "$work"' EXIT
}

# until_true SECONDS COMMAND...
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -le $end ] || return 1
		read -rt 0.1 -u 7 || true
	done
}

# Run the program; its output is in $work/printed, its pid in $pid.
run_sockets() {
	sockets "$@" >"$work/printed" 2>&1 ||
		give_up "the program works" "$(cat "$work/printed")"
	pid=$(printed process)
}

printed() { sed -n "s/^$1 //p" "$work/printed"; }

is_through() { log_here | grep -q "^[^ ]* [^ ]* connect stop UDP .* $1 0 sockets "; }

# Wait until the plugin has written all that was audited so far.
settle() {
	local last
	sync-audit 30 || give_up "audit keeps up" "no marker after 30 s"
	last=$(sockets sentinel | sed 's/process //')
	until_true 60 is_through "$last" ||
		give_up "the plugin keeps up" "nothing of process $last after 30 s"
}

# The lines of process $pid; of others, too, where they ended what it opened.
lines() {
	log_here | awk -v p="$pid" '$3 == "connect" && $10 == p || $3 == "listen" && $8 == p ||
		index($0, " opener=" p " ")'
}

# counts TEXT NUMBER REGEX...: NUMBER lines of $pid match, for each pair.
counts() {
	local text=$1 bad='' n
	shift
	lines >"$work/lines"
	while [ $# -gt 0 ]; do
		n=$(grep -cE "$2" "$work/lines")
		[ "$n" = "$1" ] || bad+="$n, not $1, of $2"$'\n'
		shift 2
	done
	if [ -z "$bad" ]; then ok "$text"; else
		{ printf '%s' "$bad"; cat "$work/lines"; } | not_ok "$text: ${bad%%$'\n'*}"
	fi
}

# once TEXT ARROW WHAT: each connection that the program reported (opened,
# accepted) has one start and one stop, and the local end is known.
once() {
	local end bad=''
	log_here >"$work/here"
	while read -r end; do
		for verb in start stop; do
			[ "$(grep -cF " connect $verb TCP $end " "$work/here")" = 1 ] ||
				bad+="not one $verb of $end"$'\n'$(grep -F -- "${end#* }" "$work/here")$'\n'
		done
	done < <(printed opened; printed accepted)
	[ -s "$work/printed" ] || bad="the program printed nothing"
	if [ -z "$bad" ]; then ok "$1"; else printf '%s' "$bad" | not_ok "$1: ${bad%%$'\n'*}"; fi
}

# One field of a line on standard input.
field() { grep -o " $1=[^ ]*" | cut -d= -f2; }

sources_are() { # MODULE RULES
	grep -E ' netlog (start|config) .*module=' $log | tail -n 1 |
		grep -q "module=$1 rules=$2 sockdiag="
}

load_module() { # PARAMETER=VALUE...
	case $profile in
	rules)	return 0 ;;
	lean)	insmod "$NETLOG_MODULE" join=0 "$@" ;;
	*)	insmod "$NETLOG_MODULE" "$@" ;;
	esac || give_up "the module is loaded" "insmod fails"
}

unload_module() {
	[ "$profile" = rules ] || rmmod audit_netlog ||
		give_up "the module is unloaded" "rmmod fails"
}

plugin_pid() { pidof audisp-netlog; }

# How many lines of the log match, after its first $from bytes.
from=0
log_since() { part $log "$from"; }
since() { log_since | grep -cE "$1"; }
from_now() { from=$(size_of $log); }
has_since() { [ "$(since "$1")" -gt 0 ]; }

# A loss; events that were only late (late=) are none.
a_loss=' netlog lost.* [a-km-z][a-z]*=[1-9]'

loaded() { log_here | grep -c ' netlog config result=loaded'; }
more_loaded_than() { [ "$(loaded)" -gt "$1" ]; }

reload_plugin() {
	local before
	before=$(loaded)
	kill -HUP "$(plugin_pid)"
	until_true 40 more_loaded_than "$before" || give_up "the plugin reads its configuration anew" "$(tail -n 3 $log)"
}

# For the plugin to look every second what is there and what was lost.
look_often() {
	grep -q '^interval = 1$' /etc/audit/audisp-netlog.conf && return
	sed -i '$a [status]\ninterval = 1' /etc/audit/audisp-netlog.conf
	reload_plugin
}

# restart_bpf: auditd and the plugin, for a change of [kernel]. It costs 10 s of processor
# time, so a script leaves the restart to the next one, which mostly makes one anyway.
restart_due=/run/restart-due
restart_bpf() {
	rm -f $restart_due
	from_now
	{ stop-auditd && start-auditd; } || give_up "auditd starts again" "no"
	until_true 120 has_since ' netlog start .* source=bpf' || give_up "the plugin starts" "$(tail -n 3 $log)"
}

# with_kernel KEY VALUE: restarts with that in [kernel]. without_kernel KEY: takes it out; the
# next script restarts.
with_kernel() {
	sed -i "s/^\[kernel\]/&\n$1 = $2/" /etc/audit/audisp-netlog.conf
	restart_bpf
}

without_kernel() {
	sed -i "/^$1 = /d" /etc/audit/audisp-netlog.conf
	touch $restart_due
}

# whole TEXT: a new connection has its six lines, each once.
whole() {
	run_sockets one 7199
	settle
	counts "$1" 1 ' connect start [A-Z-]+ [^ ]+ -> ' 1 ' connect stop [A-Z-]+ [^ ]+ -> ' \
		1 ' connect start [A-Z-]+ [^ ]+ <- ' 1 ' connect stop [A-Z-]+ [^ ]+ <- ' \
		1 ' listen start ' 1 ' listen stop ' 6 .
}

# held NAME PORT: a connection that stays open until let_go NAME. Its output is in
# printed-NAME.
held() {
	sockets one "$2" "$work/end-$1" >"$work/printed-$1" &
	until_true 40 grep -qs accepted "$work/printed-$1" || give_up "$1 opens" "no"
}

let_go() { touch "$work/end-$1"; wait; }

case $name in
flows|processes|uses|scan)	;;	# they begin with a restart
*)	[ ! -e $restart_due ] || restart_bpf ;;
esac
