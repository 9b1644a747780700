#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The query tool as a user meets it: aunetlog.sh [path of aunetlog]
#
# data/aunetlog.log holds the netlog events of two machines, alpha and beta,
# captured on kernel 6.18 with auditd 3.0.9 (ENRICHED): on each, user 1000
# fetches http://127.0.0.1:18080/ and http://[::1]:18081/ with curl from two
# python3 servers (uid 65534, auid 1001) and tries port 1; root, logged in as
# 1000, connects a UDP socket.
set -u
export TZ=UTC LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")" && pwd)
data=$here/data/aunetlog.log
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
cp "${1:-$here/../../build/aunetlog}" "$tmp/aunetlog" || exit 99
tool=$tmp/aunetlog
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$here/../lib.sh"
out=$tmp/out err=$tmp/err

# run ARGUMENTS...: fills $out, $err, $status. Standard input is no pipe.
run() {
	"$tool" "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

# lines NAME COUNT PATTERN: of the last run, COUNT lines and all match PATTERN. With an
# end unknown, as of what rules alone report, others could match too: query.sh tests it.
lines() {
	[ "$(wc -l <"$out")" = "$2" ] && ! grep -Evq -- "$3" "$out" &&
		[ "$status" = 0 ] && ! grep -vq 'could match: \(their\|its\) local or remote end is unknown' "$err"
	verdict "$1" $?
}

# refuses NAME PATTERN ARGUMENTS...: exit 2, no output, one line on stderr
refuses() {
	local name=$1 pattern=$2
	shift 2
	run "$@"
	[ "$status" = 2 ] && [ ! -s "$out" ] && [ "$(wc -l <"$err")" = 1 ] &&
		grep -Eq -- "$pattern" "$err"
	verdict "$name" $?
}

# One curl of alpha (socket, connect, exit_group), moved to another second.
# fetch SECOND...: a log of one such connection at each.
fetch() {
	local second
	for second; do
		sed -n '/^node=alpha .* pid=3624 /p; /^node=alpha .*:4\(49\|50\|52\)): \(saddr\|proctitle\)=/p' "$data" |
			sort -s -t: -k2,2n | sed "s/^node=alpha //; s/audit([0-9]*\./audit($second./"
	done
}

# The seconds at which the connections printed by the last run started.
started() {
	sed -n 's/.*connect start .* ev=\([0-9]*\)\..*/\1/p' "$out" | tr '\n' ' '
}

test_filters() {
	run -if "$data"
	lines 'everything' 32 '^2026-11-2[0-9] [0-9:]{8}\.[0-9]{3} (connect|listen) (start|stop) (TCP|UDP) '
	all=$(wc -l <"$out")

	run -if "$data" -p 3624
	lines '-p' 2 ' 3624 1000 curl '
	run -if "$data" --pid 3624
	lines '--pid' 2 ' 3624 1000 curl '
	run -if "$data" -pp 3623
	lines '-pp' 2 ' ppid=3623 '
	run -if "$data" -ui 65534
	lines '-ui' 16 ' 65534 python3 '
	run -if "$data" --uid root
	lines '--uid with a name' 4 ' 0 python3 '
	run -if "$data" -ul 1001
	lines '-ul' 16 ' auid=1001 '
	run -if "$data" -ul -1
	[ "$status" = 1 ] && [ ! -s "$out" ]
	verdict '-ul -1 is a value, unset' $?
	run -if "$data" -ua 1000
	lines '-ua, uid or auid' 16 ' auid=1000 '
	run -if "$data" -ua 65534
	lines '-ua, uid alone' 16 ' 65534 python3 '
	run -if "$data" -c url
	lines '-c, part of the name' 12 ' curl '
	run -if "$data" -c curl -w
	lines '-c -w, all of it' 12 ' curl '
	run -if "$data" -c url -w
	[ "$status" = 1 ] && [ "$(cat "$err")" = '<no matches>' ]
	verdict '-c -w, not part of it' $?
	run -if "$data" -x bin/cur
	lines '-x, part of the path' 12 ' exe=/usr/bin/curl '
	run -if "$data" --executable /usr/bin/curl --word
	lines '--executable --word' 12 ' exe=/usr/bin/curl '
	run -if "$data" --session 15
	lines '--session' 2 ' ses=15 '
	sed '/^node=alpha/s/ key="netlog"/ subj=system_u:system_r:curl_t:s0 key="netlog"/' \
		"$data" >"$tmp/subj.log"
	run -if "$tmp/subj.log" -se curl_t
	lines '-se, part of the context' 16 ' subj=system_u:system_r:curl_t:s0 .* node=alpha$'
	run -if "$data" -se curl_t
	[ "$status" = 1 ] && [ ! -s "$out" ]
	verdict '-se without a context in the records' $?
	run -if "$data" -n alpha
	lines '-n' 16 ' node=alpha$'
	run -if "$data" --node alpha -n beta
	lines '--node twice is either' "$all" ' node=(alpha|beta)$'
	run -if "$data" --proto udp
	lines '--proto' 4 ' UDP '
	run -if "$data" --remote 127.0.0.1:18080
	lines '--remote ADDR:PORT' 4 ' -> 127.0.0.1:18080 '
	run -if "$data" --remote 127.0.0.0/8
	lines '--remote CIDR' 16 ' (->|<-) 127.0.0.1:'
	run -if "$data" --remote :5353
	lines '--remote :port' 4 ' -> 127.0.0.1:5353 '
	run -if "$data" --remote ::1
	lines '--remote IPv6' 8 ' (->|<-) \[::1\]:'
	run -if "$data" --local '[::1]:18081'
	lines '--local' 8 ' TCP \[::1\]:18081 '
	run -if "$data" -c curl -n beta --remote :1
	lines 'conditions are joined by and' 2 ' 3675 1000 curl .* node=beta$'
	run -if "$data" -c curl --just-one
	lines '--just-one' 1 ' connect start .* curl '
	run -if "$data" -p 3624 -p 3675
	lines '-p twice is either' 4 ' (3624|3675) 1000 curl '
	run -if "$data" -c curl -c python3 --proto udp
	lines 'alternatives, and another field' 4 ' UDP .* python3 '
	run -if "$data" --comm '!=curl' --kind start --direction in
	lines '!=, --kind, --direction' 4 ' connect start TCP .* <- .* python3 '
	run -if "$data" --kind listen
	lines '--kind listen' 8 ' listen (start|stop) '
	run -if "$data" --via in-progress -c curl
	lines '--via' 6 ' curl .* via=in-progress '
	run -if "$data" --kind fail
	[ "$status" = 1 ] && [ ! -s "$out" ]
	verdict '--kind fail, of which there is none' $?
	run -if "$data" --remote 'in ::1,127.0.0.1:18080' --kind start -c curl
	lines '--remote in' 4 ' (::1|127.0.0.1:18080|\[::1\]:18081) '
	run -if "$data" --remote ':18000-19000' --pid '>3000' --comm curl
	lines 'a range of ports, >' 8 ':1808[01] '
	run -if "$data" --proctitle ' -s -o ' --kind start
	lines '--proctitle, part of it' 6 ' proctitle=curl..20-s'
	run -if "$data" --exe '/usr/bin/curl' -w --kind start -n alpha
	lines '--exe' 3 ' exe=/usr/bin/curl .* node=alpha$'
	serial=$(sed -n 's/.* ev=[0-9.]*:\([0-9]*\) .*/\1/p' "$out" | head -n 1)
	run -if "$data" -a "$serial" -n alpha
	lines '-a' 2 " ev=[0-9.]*:$serial node=alpha\$"
	run -if "$data" --dur '>=0' --dur '<1d' --kind stop -c curl
	lines '--dur between' 6 ' connect stop .* dur='
	run -if "$data" --dur '>1d'
	[ "$status" = 1 ] && [ ! -s "$out" ]
	verdict '--dur, none so long' $?
	run -if "$data" -l -p 3624
	lines '-l' 2 ' 3624 '
}

# Each word, a second that is printed and one that is not. With -te, the words
# for days mean that day at the present time of day.
words() {
	local now=$1 midnight clock spec boot
	clock=$((now - $(date -d 'today 0:00' +%s)))
	boot=$((now - $(cut -d. -f1 /proc/uptime)))
	from now $((now + 30)) $((now - 30))
	from recent $((now - 570)) $((now - 630))
	from this-hour $((now - now % 3600)) $((now - now % 3600 - 1))
	from boot $((boot + 5)) $((boot - 5))
	for spec in 'today today' 'yesterday yesterday' "week-ago 7 days ago" \
		"this-week $(date +%w) days ago" "this-month $(date +%Y-%m-01)" \
		"this-year $(date +%Y-01-01)"; do
		midnight=$(date -d "${spec#* } 0:00" +%s)
		from "${spec%% *}" "$midnight" $((midnight - 1))
		to "${spec%% *}" $((midnight + clock - 30)) $((midnight + clock + 30))
	done
	to now $((now - 30)) $((now + 30))
	to recent $((now - 630)) $((now - 570))
	to this-hour $((now - now % 3600)) $((now - now % 3600 + 1))
	to boot $((boot - 5)) $((boot + 5))
}

from() {
	fetch "$3" "$2" >"$tmp/words.log"
	run -if "$tmp/words.log" -ts "$1"
	[ "$(started)" = "$2 " ]
	verdict "-ts $1" $?
}

to() {
	fetch "$2" "$3" >"$tmp/words.log"
	run -if "$tmp/words.log" -te "$1"
	[ "$(started)" = "$2 " ]
	verdict "-te $1" $?
}

test_words() {
	# An hour that ends meanwhile would change what the words mean.
	until [ $(($(date +%s) % 3600)) -lt 3570 ]; do sleep 1; done
	words "$(date +%s)"
}

# between NAME EXPECTED ARGUMENTS...: of four connections at 10:00:00 and
# 11:00:00 on two days
between() {
	local name=$1 expected=$2
	shift 2
	run -if "$tmp/days.log" "$@"
	[ "$(started)" = "$expected" ]
	verdict "$name" $?
}

test_dates() {
	local a=1700042400 b=1700046000 c=1700128800 d=1700132400
	fetch $a $b $c $d >"$tmp/days.log"	# 2023-11-15 and 16
	between '-ts date' "$c $d " -ts 11/16/23
	between '-ts date time' "$b $c $d " -ts 11/15/23 11:00:00
	between '-ts time date' "$b $c $d " -ts 11:00:00 11/15/23
	between '-ts date as aunetlog prints it' "$c $d " -ts 2023-11-16
	between '-ts with minutes' "$d " -ts 2023-11-16 10:01
	between '-ts with milliseconds' "$d " -ts 2023-11-16 10:00:00.668
	between '-te date time is inclusive' "$a $b " -te 11/15/23 11:00:00
	between '-te with milliseconds' "$a " -te 2023-11-15 11:00:00.666
	between '-ts and -te' "$b $c " -ts 11/15/23 10:30 -te 11/16/23 10:30
	between '-ts followed by an option' "$c $d " -ts 11/16/23 -c curl
	TZ=Asia/Tokyo between '-ts is local time' "$b $c $d " -ts 11/15/23 20:00:00
	LC_ALL=C.UTF-8 refuses '-ts in the wrong format' '11/16/23x: .*a date \(as ' \
		-if "$tmp/days.log" -ts 11/16/23x

	# The stop is after -ts, its start before: it must still be whole.
	fetch $a | sed "/syscall=231 /,\$s/audit($a\./audit($b./" >"$tmp/long.log"
	run -if "$tmp/long.log" -ts 11/15/23 10:30
	lines '-ts keeps what a stop needs' 1 'connect stop TCP - -> 127.0.0.1:18080 .* dur=3600\.'
}

test_sources() {
	local dir=$tmp/logs
	mkdir "$dir"
	fetch 1700000001 >"$dir/audit.log.10"
	fetch 1700000002 >"$dir/audit.log.2"
	fetch 1700000003 >"$dir/audit.log.1"
	fetch 1700000004 >"$dir/audit.log"
	run -if "$dir"
	[ "$(started)" = '1700000001 1700000002 1700000003 1700000004 ' ] &&
		[ "$status" = 0 ] && [ ! -s "$err" ]
	verdict 'directory, oldest first' $?

	run -if "$dir/audit.log.2"
	[ "$(started)" = '1700000002 ' ]
	verdict 'one file' $?

	# A connection that a rotation cuts, even in the middle of an event.
	mkdir "$tmp/cut"
	fetch 1700000001 | head -n 4 >"$tmp/cut/audit.log.1"
	fetch 1700000001 | tail -n +5 >"$tmp/cut/audit.log"
	run -if "$tmp/cut"
	lines 'an event cut by a rotation' 2 '127.0.0.1:18080'

	"$tool" <"$dir/audit.log.2" >"$out" 2>"$err" --input - && [ "$(started)" = '1700000002 ' ]
	verdict 'stdin by name' $?
	fetch 1700000005 | "$tool" >"$out" 2>"$err" && [ "$(started)" = '1700000005 ' ]
	verdict 'stdin when it is a pipe' $?
	"$tool" <"$data" >"$out" 2>"$err"
	cmp -s "$out" <("$tool" -if "$data" 2>/dev/null)
	verdict 'stdin when it is a log' $?
	printf 'one\ntwo\n' | tee "$tmp/list" >/dev/null
	count=0
	while read -r _; do
		"$tool" --format json >/dev/null 2>&1
		count=$((count + 1))
	done <"$tmp/list"
	[ "$count" = 2 ]
	verdict 'not stdin when it is another file' $?
	fetch 1700000005 | "$tool" -if "$dir" >"$out" 2>"$err"
	[ "$(started)" = '1700000001 1700000002 1700000003 1700000004 ' ]
	verdict '-if goes before a pipe' $?

	# Packed by whichever program, and under any name.
	local pack
	for pack in gzip zstd xz; do
		$pack -c <"$dir/audit.log.2" >"$tmp/packed"
		run -if "$tmp/packed"
		[ "$status" = 0 ] && [ ! -s "$err" ] && [ "$(started)" = '1700000002 ' ]
		verdict "a file packed by $pack" $?
		"$tool" <"$tmp/packed" >"$out" 2>"$err" -if - && [ "$(started)" = '1700000002 ' ]
		verdict "stdin packed by $pack" $?
		head -c -20 "$tmp/packed" >"$tmp/cut-off"
		run -if "$tmp/cut-off"
		[ "$status" = 2 ] && grep -q "^aunetlog: $tmp/cut-off: .* ends too early; the part before that was read" "$err"
		verdict "the end cut off what $pack packed" $?
	done
	cat "$tmp/packed" "$tmp/packed" >"$tmp/twice"
	run -if "$tmp/twice"
	[ "$status" = 0 ] && [ "$(started | wc -w)" -ge 1 ]
	verdict 'two packed files in one' $?
	{ head -c 40 "$tmp/packed"; printf 'XXXXXXXXXXXXXXXX'; tail -c +57 "$tmp/packed"; } >"$tmp/broken"
	run -if "$tmp/broken"
	[ "$status" = 2 ] && grep -q "^aunetlog: $tmp/broken: xz data \(is damaged\|ends\)" "$err"
	verdict 'damaged packed data' $?

	# The names contradict the events: audit.log is the oldest here.
	mkdir "$tmp/misnamed"
	cp "$dir/audit.log" "$tmp/misnamed/audit.log.1"
	gzip -c "$dir/audit.log.2" >"$tmp/misnamed/audit.log.gz"
	run -if "$tmp/misnamed"
	[ "$status" = 0 ] && [ "$(started)" = "1700000002 1700000004 " ] &&
		grep -q '^aunetlog: the files are read in the order of their first events' "$err"
	verdict 'files ordered by their first event' $?
	mkdir "$tmp/mixed"
	xz -c "$dir/audit.log.2" >"$tmp/mixed/audit.log.2.xz"
	cp "$dir/audit.log" "$tmp/mixed/audit.log"
	run -if "$tmp/mixed"
	[ "$status" = 0 ] && [ ! -s "$err" ] && [ "$(started)" = "1700000002 1700000004 " ]
	verdict 'a packed rotation in a directory' $?
	touch "$tmp/mixed/audit.log.swp"
	run -if "$tmp/mixed"
	[ "$status" = 0 ] && grep -q "^aunetlog: $tmp/mixed/audit.log.swp: not read" "$err"
	verdict 'a directory with another name in it' $?
	mkdir "$tmp/empty"
	refuses 'a directory without logs' ": no audit.log and no netlog.log in it" -if "$tmp/empty"
	refuses 'no such file' "^aunetlog: $tmp/none: No such file" -if "$tmp/none"
}

test_configured() {
	if ! unshare -m test -d /etc/audit 2>"$err"; then
		echo 'ok - configured logs # SKIP needs root, mount namespaces, /etc/audit'
		return
	fi
	mkdir "$tmp/etc" "$tmp/no-own"
	printf '# log_file = /nowhere\nLog_File = %s/logs/audit.log\n' "$tmp" >"$tmp/etc/auditd.conf"
	# the plugin's own log of this host is no part of it
	printf '[log]\nfile =\n' >"$tmp/etc/audisp-netlog.conf"
	"$tool" -if "$tmp/logs/audit.log.2" >"$tmp/own.lines"
	cat >"$tmp/with-etc" <<-SCRIPT
		#!/bin/sh
		# a log that the plugin keeps on this machine is none of this test's
		[ ! -d /var/log/audit-netlog ] || mount -t tmpfs none /var/log/audit-netlog || exit 99
		mount --bind $tmp/etc /etc/audit && exec $tool "\$@"
	SCRIPT
	chmod +x "$tmp/with-etc"
	unshare -m "$tmp/with-etc" >"$out" 2>"$err" </dev/null
	[ "$(started)" = '1700000001 1700000002 1700000003 1700000004 ' ]
	verdict 'the configured log and its rotations' $?
	: | unshare -m "$tmp/with-etc" >"$out" 2>"$err"
	[ "$(started | wc -w)" = 4 ] && grep -q 'standard input is an empty pipe: reading the logs' "$err"
	verdict 'an empty pipe is no input' $?
	test_both
	: | unshare -m "$tmp/with-etc" --input-logs >"$out" 2>"$err"
	[ "$(started | wc -w)" = 4 ]
	verdict '--input-logs goes before a pipe' $?
}

# A run of the plugin wrote a log of its own from 1700000002 to 1700000003: what it covers
# comes from there (the command is marked), the rest from the audit log.
test_both() {
	mkdir "$tmp/own"
	printf '[log]\nfile =\n[output]\nsyslog = no\nfile = %s/own/netlog.log\n' "$tmp" >"$tmp/etc/audisp-netlog.conf"
	{ echo '2023-11-14 22:13:22.000 netlog start version=0.1'
	  sed 's/ curl exe/ CURL exe/' "$tmp/own.lines"; } >"$tmp/own/netlog.log"
	unshare -m "$tmp/with-etc" --debug >"$out" 2>"$err" </dev/null
	[ "$(started)" = '1700000001 1700000002 1700000003 1700000004 ' ]
	verdict 'the log of the plugin and the audit log: each connection once' $?
	[ "$(grep -c ' CURL ' "$out")" = 2 ] && [ "$(grep -c ' curl ' "$out")" = 6 ] &&
		grep -q 'reading .*netlog.log for 2023-11-14 22:13:22.000 to 2023-11-14 22:13:22.' "$err"
	verdict 'the log of the plugin counts where it covers the time' $?
	unshare -m "$tmp/with-etc" -ts 2023-11-14 22:13:22.100 -te 2023-11-14 22:13:22.600 --debug >"$out" 2>"$err" </dev/null
	grep -q 'audit.log.1: not needed' "$err" && ! grep -q 'netlog.log: not needed' "$err"
	verdict 'the audit log is not read where that is not needed' $?
	{ echo '2023-11-14 22:13:23.000 netlog start version=0.1'
	  echo '2023-11-14 22:13:24.900 netlog config result=loaded'; } >>"$tmp/own/netlog.log"
	unshare -m "$tmp/with-etc" >"$out" 2>"$err" </dev/null
	[ "$(started)" = '1700000001 1700000002 ' ]
	verdict 'what the plugin left out while it ran stays out' $?
	unshare -m "$tmp/with-etc" --input-logs >"$out" 2>"$err" </dev/null
	[ "$(started | wc -w)" = 4 ] && ! grep -q CURL "$out"
	verdict '--input-logs reads the audit log alone' $?
	"$tool" -if "$tmp/own.lines" --format cef >"$tmp/own/netlog.log"
	unshare -m "$tmp/with-etc" >"$out" 2>"$err" </dev/null
	[ "$(started | wc -w)" = 4 ] && [ ! -s "$err" ]
	verdict 'a log of the plugin in CEF is left alone' $?
	rm "$tmp/etc/audisp-netlog.conf"
}

test_unreadable() {
	local as=()
	mkdir -m 700 "$tmp/secret"
	fetch 1700000001 >"$tmp/secret/audit.log"
	cp -r "$tmp/secret" "$tmp/partly"
	fetch 1700000000 >"$tmp/partly/audit.log.1"
	chmod 755 "$tmp/partly"
	chmod 644 "$tmp/partly/audit.log.1"
	chmod 0 "$tmp/partly/audit.log"
	if [ "$(id -u)" = 0 ]; then
		as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
		if ! "${as[@]}" "$tool" --version >"$out" 2>"$err"; then
			echo 'skip - unreadable files: cannot become another user'
			return
		fi
	else
		chmod 0 "$tmp/secret"
	fi
	"${as[@]}" "$tool" -if "$tmp/secret" >"$out" 2>"$err" </dev/null
	[ $? = 2 ] && [ ! -s "$out" ] && [ "$(wc -l <"$err")" = 1 ] &&
		grep -q "^aunetlog: $tmp/secret: Permission denied; run aunetlog as root, or .* -if" "$err"
	verdict 'an unreadable directory' $?
	"${as[@]}" "$tool" -if "$tmp/partly" >"$out" 2>"$err" </dev/null
	[ $? = 2 ] && [ "$(started)" = '1700000000 ' ] &&
		grep -q "^aunetlog: $tmp/partly/audit.log: Permission denied" "$err"
	verdict 'an unreadable file among others: the rest is read, exit 2' $?
	chmod 700 "$tmp/secret"
}

test_damaged() {
	local log=$tmp/damaged.log

	{ fetch 1700000001; echo 'what is this'; fetch 1700000002; } >"$log"
	run -if "$log"
	[ "$(started)" = '1700000001 1700000002 ' ] && [ "$status" = 0 ] &&
		grep -q "^aunetlog: $log:8: not an audit record, skipped: what" "$err" &&
		[ "$(wc -l <"$err")" = 1 ]
	verdict 'a line that is no record' $?

	{ fetch 1700000001; for _ in 1 2 3; do echo junk; done; head -c 300 /dev/zero; echo
	  fetch 1700000002; } >"$log"
	run -if "$log"
	[ "$(started)" = '1700000001 1700000002 ' ] && [ "$status" = 0 ] &&
		[ "$(head -n 1 "$err")" = "aunetlog: $log:8: not an audit record, skipped: junk" ] &&
		[ "$(tail -n 1 "$err")" = "aunetlog: $log: and 3 more: not an audit record, skipped" ]
	verdict 'more of them are counted' $?

	mkdir "$tmp/both"
	{ fetch 1700000001; echo junk; } >"$tmp/both/audit.log.1"
	{ echo junk; fetch 1700000002; } >"$tmp/both/audit.log"
	run -if "$tmp/both"
	[ "$(started)" = '1700000001 1700000002 ' ] &&
		grep -q "/both/audit.log.1:8: " "$err" && grep -q "/both/audit.log:1: " "$err"
	verdict 'each damaged file is named' $?

	{ fetch 1700000001; head -c 100000 /dev/zero | tr '\0' x; echo; fetch 1700000002; } >"$log"
	run -if "$log"
	[ "$(started)" = '1700000001 1700000002 ' ] && grep -q ': line too long, skipped' "$err"
	verdict 'a line without end' $?

	fetch 1700000001 | sed 's/ pid=3624 / pid=36x24 /; t; s/saddr=0200/saddr=02/' >"$log"
	fetch 1700000002 >>"$log"
	run -if "$log"
	[ "$(started)" = '1700000002 ' ] && grep -q "^aunetlog: $log:[0-9]*: field .*: pid" "$err"
	verdict 'a field that is no number' $?

	fetch 1700000001 | tail -n +2 >"$log"
	run -if "$log"
	[ "$status" = 0 ] && [ ! -s "$err" ]
	verdict 'a log that begins in the middle of an event is no damage' $?
	fetch 1700000001 | sed '/syscall=42 /d' >"$log"
	run -if "$log" -p 3624
	[ "$status" = 1 ] && [ "$(cat "$err")" = '<no matches>' ]
	verdict 'unless --debug asks (without)' $?
	run -if "$log" -p 3624 --debug
	[ "$status" = 1 ] && grep -q "^aunetlog: $log:3: record without its SYSCALL" "$err"
	verdict 'unless --debug asks' $?

	fetch 1700000001 1700000002 | head -c -20 >"$log"
	run -if "$log"
	[ "$(started)" = '1700000001 1700000002 ' ]
	verdict 'a log whose last line is cut' $?
}

test_exits() {
	run -if "$data" -p 1
	[ "$status" = 1 ] && [ ! -s "$out" ] && [ "$(cat "$err")" = '<no matches>' ]
	verdict 'no match: exit 1' $?
	: >"$tmp/nothing.log"
	run -if "$tmp/nothing.log"
	[ "$status" = 1 ] && [ ! -s "$out" ] && [ "$(cat "$err")" = '<no matches>' ]
	verdict 'an empty log' $?
	run --help
	[ "$status" = 0 ] && grep -q '^usage: aunetlog' "$out" && grep -q -- '-ts,--start' "$out"
	verdict '--help' $?
	grep -q -- '--dur TIME' "$out" && grep -q -- '-pp,--ppid PID' "$out"
	verdict '--help has the conditions' $?
	run --help fields
	[ "$status" = 0 ] && [ "$(wc -l <"$out")" = $(($(grep -c '^FIELD(' "$here/../../parser/entry/fields.def") + 1)) ] && grep -q '^errno  *= != in ' "$out"
	verdict '--help fields' $?
	run -v
	lines '-v' 1 '^aunetlog version [0-9]'
	run -if "$data" --id --s1c2.1
	[ "$status" = 0 ] && [ "$(grep -c 'id=--s1c2.1 ' "$out")" = 2 ]
	verdict '--id takes an id as lines have it, with its dashes' $?
	refuses 'no id' '^aunetlog: --id needs a value' --id --utc
	refuses 'a word without an option' '^aunetlog: x: .* -if x; .* -c x; .* --remote x' x
	refuses 'a name for a pid' '^aunetlog: -p cat: must be a number; for a program: -c cat' -p cat
	refuses 'a part of an address' 'a network is written 192.0.2.0/24' --remote 192.0.2
	refuses 'a part of an address, with its dot' 'a network is written 10.0.0.0/8' --remote 10.
	refuses 'a format, all are named' 'there are: netlog json .* table csv' --format jsn
	refuses 'an end before its beginning' '-ts is later than -te' -ts today 10:00 -te today 09:00
	refuses 'a terminal, the answer is ausearch' '-r | ausearch -tm TERMINAL -i' -tm pts0
	refuses 'an unknown option' '^aunetlog: -zz: unknown option' -zz
	refuses 'a word that is no option' '^aunetlog: extra: options and conditions have names' -if "$data" extra
	refuses 'a missing value' '^aunetlog: -p needs a value: PID' -p
	refuses 'an option instead of a value' '^aunetlog: -p needs a value' -p -c
	refuses 'a pid that is none' '^aunetlog: -p abc: must be a number' -p abc
	refuses 'an unknown user' '^aunetlog: -ui no.such: must be a user name' -ui no.such
	refuses 'an unknown protocol' '^aunetlog: --proto foo: must be tcp, ' --proto foo
	refuses 'an address that is none' '^aunetlog: --remote foo: must be ADDRESS' --remote foo
	refuses 'an operator that the field does not take' \
		'^aunetlog: --proto <tcp: must be tcp, ' --proto '<tcp'
	refuses 'a duration that is none' '^aunetlog: --dur >5x: must be a time in seconds' --dur '>5x'
	refuses '-ts twice' '^aunetlog: -ts: given twice' -ts today -ts now
	refuses 'a time that is none' '^aunetlog: -ts foo: neither a date .* nor now, recent' -ts foo
	refuses 'a time beside a moment' '^aunetlog: -ts recent is a moment' -ts recent 12:00
	refuses 'checkpoints' '^aunetlog: -ts checkpoint: ' -ts checkpoint
	"$tool" -if "$data" >/dev/full 2>"$err" </dev/null
	[ $? = 2 ] && [ "$(cat "$err")" = 'aunetlog: standard output: No space left on device' ]
	verdict 'a full disk' $?
	exec 3> >(:)
	wait $!
	(trap '' PIPE; "$tool" -if "$data" >&3 2>"$err" </dev/null)
	[ $? = 0 ] && [ ! -s "$err" ]
	verdict 'nobody reads the output' $?
	exec 3>&-
}

test_filters
test_words
test_dates
test_sources
test_configured
test_unreadable
test_damaged
test_exits
exit $failed
