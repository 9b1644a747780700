#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The half of `run` that needs the audited kernel: run the scenarios, wait until
# everything they did is in the log, collect. POSIX, fit for busybox. The other
# half, judging, is done wherever the result is taken.
#
# usage: guest.sh [-t] [-b COUNT] [-p SECONDS] [-w MS] [-o DIR] PROFILE [SCENARIO...]
#   -t      all at the same time; else one after the other
#   -b N    with N busy loops at the lowest priority
#   -p N    pause between two scenarios, in seconds
#   -w MS   each socket is left unchanged for this time after its start
#   -o DIR  leave the result there; else a tar archive goes to standard output
# The result: expect/NAME.expect, netlog.log, audit.log.
# Environment: PROGRAMS and TABLE (default: beside this file), NETLOG_LOG and
# AUDIT_LOG (default: where they are in the virtual machine), AT: a file that has the name
# of the scenario that runs (default: none), WITHIN: a command, with
# options, that runs the programs (default: none).
# Exit status: 99 when it could not do its work.
here=$(cd "$(dirname "$0")" && pwd)
PROGRAMS=${PROGRAMS:-$here}
TABLE=${TABLE:-$here/scenarios}
NETLOG_LOG=${NETLOG_LOG:-/var/log/netlog.log}
AUDIT_LOG=${AUDIT_LOG:-/var/log/audit/audit.log}
seconds=60	# for one program, and for the log to be complete
[ "$(uname -m)" = x86_64 ] || seconds=240	# emulated: several times slower

broken() { echo "guest.sh: $*" >&2; exit 99; }

now() { cut -d. -f1 /proc/uptime; }

together='' out='' archive='' pause=0 busy=0
while getopts tb:p:w:o: option; do
	case $option in
	t)	together=1 ;;
	b)	busy=$OPTARG ;;
	p)	pause=$OPTARG ;;
	w)	export TRUTH_PAUSE="$OPTARG" ;;
	o)	out=$OPTARG ;;
	*)	broken "usage: guest.sh [-t] [-b COUNT] [-p SECONDS] [-w MS] [-o DIR] PROFILE [SCENARIO...]" ;;
	esac
done
shift $((OPTIND - 1))
profile=${1:-}
[ -n "$profile" ] || broken "no profile"
shift
wanted=" $* "
if [ -z "$out" ]; then
	archive=1
	out=$(mktemp -d) || broken "no directory"
fi
mkdir -p "$out/expect" || broken "no directory $out"

# A name, or all those of a section or number: A, A1, A1.exit
is_wanted() {
	[ "$wanted" != "  " ] || return 0
	rest=$1
	section=${1%"${1#?}"}
	case $wanted in *" $rest "*|*" ${rest%%.*} "*|*" $section "*) return 0 ;; esac
	return 1
}

is_for_profile() { # PROFILES
	case ",$1," in *,all,*|*,"$profile",*) return 0 ;; esac
	return 1
}

# Prints what this machine lacks for it; nothing if it has all.
lacks() { # NEEDS
	for need in $(echo "$1" | tr , ' '); do
		case $need in
		-)	;;
		root)	[ "$(id -u)" = 0 ] || echo "needs root" ;;
		*)	command -v "$need" >/dev/null || echo "needs $need" ;;
		esac
	done
}

run_one() { # NAME PROGRAM ARGUMENT NEEDS
	file=$out/expect/$1.expect
	[ -z "${AT:-}" ] || echo "$1" >"$AT"
	why=$(lacks "$4" | head -n 1)
	if [ -n "$why" ]; then
		echo "skip $why" >"$file"
		return
	fi
	# shellcheck disable=SC2086 # a command with options
	${WITHIN:-} timeout "$seconds" "$PROGRAMS/$2" "$3" >>"$file" 2>"$out/expect/$1.err" </dev/null
	status=$?
	case $status in
	0|77)	;;
	*)	grep -q '^broken ' "$file" || echo "broken exit status $status" >>"$file" ;;
	esac
}

run_all() {
	while read -r name program argument needs profiles; do
		case $name in ''|'#'*) continue ;; esac
		is_wanted "$name" || continue
		is_for_profile "$profiles" || continue
		if [ -n "$together" ]; then
			run_one "$name" "$program" "$argument" "$needs" &
		else
			run_one "$name" "$program" "$argument" "$needs"
			[ "$pause" = 0 ] || sleep "$pause"
		fi
	done <"$TABLE"
	[ -z "$together" ] || wait
}

await_line() { # FILE GREP-ARGUMENTS...
	file=$1
	shift
	deadline=$(($(now) + seconds))
	until grep -q "$@" "$file" 2>/dev/null; do
		[ "$(now)" -lt $deadline ] || return 1
		sleep 0.05
	done
}

# All that was audited before is in audit.log when a marker has come there; the
# plugin is through with it when it has written the end of a last connection.
await_all() {
	marker=netlog-live-$$-$(now)
	auditctl -m "$marker" >/dev/null || broken "auditctl -m fails"
	await_line "$AUDIT_LOG" -F "$marker" ||
		broken "no marker in $AUDIT_LOG after $seconds s"
	# a line may be held for [sockdiag] wait, and what was never seen is swept later
	case $profile in *+sockdiag) sleep 10 ;; esac
	"$PROGRAMS/datagram" sentinel >"$out/sentinel" || broken "no sentinel"
	pid=$(sed -n 's/^process //p' "$out/sentinel")
	await_line "$NETLOG_LOG" -E "connect stop UDP .* [0-9-]+ $pid [0-9]+ datagram " ||
		broken "the plugin did not write the last line in $seconds s"
}

# A program that must wait for a processor while the kernel writes its event is late with it.
start_busy() {
	hogs=''
	[ "$busy" -gt 0 ] || return 0
	WITHIN="nice -n 19 ${WITHIN:-}"
	while [ "$busy" -gt 0 ]; do
		(while :; do :; done) &
		hogs="$hogs $!"
		busy=$((busy - 1))
	done
}

stop_busy() {
	# shellcheck disable=SC2086 # numbers of processes
	[ -z "$hogs" ] || kill $hogs
}

lost() { auditctl -s | sed -n 's/^lost //p'; }

[ -x "$PROGRAMS/datagram" ] || broken "no programs in $PROGRAMS"
lost_before=$(lost)
start_busy
run_all
stop_busy
ls "$out"/expect/*.expect >/dev/null 2>&1 || broken "no such scenario: $*"
await_all
[ "$(lost)" = "$lost_before" ] ||
	broken "the kernel lost $(($(lost) - lost_before)) records: nothing can be judged"
{ cp "$NETLOG_LOG" "$out/netlog.log" && cp "$AUDIT_LOG" "$out/audit.log"; } ||
	broken "logs cannot be copied"
if [ -n "$archive" ]; then
	tar -c -C "$out" expect netlog.log audit.log || broken "tar"
	rm -rf "$out"
fi
