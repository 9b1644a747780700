#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# aunetlog on the plugin's own files, its table, its summaries: query.sh [aunetlog]
# The pairs of tests/golden are the logs, data/aunetlog.log is that of aunetlog.sh.
set -u
export TZ=UTC LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")" && pwd)
data=$here/data/aunetlog.log
pairs=$here/../golden/pairs
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$here/../lib.sh"
for_program "${1:-$here/../../build/aunetlog}"

run() {
	"$tool" "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

refuses() { # NAME PATTERN ARGUMENTS…
	local name=$1 pattern=$2
	shift 2
	run "$@"
	[ "$status" = 2 ] && [ ! -s "$out" ] && grep -Eq -- "$pattern" "$err"
	verdict "$name" $?
}

# same NAME FILE ARGUMENTS…: the query gives what is in FILE, and no error
same() {
	local name=$1 file=$2
	shift 2
	run "$@"
	[ "$status" = 0 ] && [ ! -s "$err" ] && [ -s "$file" ] && cmp -s "$file" "$out"
	verdict "$name" $?
}

without_args() { jq -cS 'del(.process.args, .process.args_count)' "$@"; }

# The plugin's own files give the lines that the records gave, in either format.
# Local times around both changes of the clock in New York; an hour comes twice in November.
test_clock_changes() {
	local n=0 time

	for time in '2026-10-31 23:59:59' '2026-11-01 00:30:00' '2026-11-01 01:30:00' '2026-11-01 01:10:00' \
		'2026-11-01 12:00:00' '2027-03-14 01:59:59' '2027-03-14 03:00:00' '2027-03-15 03:00:00'; do
		echo "$time.000 connect start TCP - -> 192.0.2.1:443 - 7 0 srv exe=/srv auid=unset id=3f1a09c2-$((++n)).1"
	done >"$tmp/changes"
	TZ=America/New_York run -if "$tmp/changes" --utc
	[ "$(cut -dT -f1-2 "$out" | cut -c6-19 | tr '\n' ' ')" = '11-01T03:59:59 11-01T04:30:00 11-01T05:30:00 11-01T06:10:00 11-01T17:00:00 03-14T06:59:59 03-14T07:00:00 03-15T07:00:00 ' ]
	verdict 'local times around a change of the clock' $?
}

test_own() {
	local log name zone
	for log in "$pairs"/*.log "$data"; do
		name=${log##*/}
		"$tool" -if "$log" >"$tmp/lines" 2>/dev/null
		"$tool" -if "$log" --utc >"$tmp/utc" 2>/dev/null
		"$tool" -if "$log" --format json >"$tmp/json" 2>/dev/null
		same "$name: its lines give the same lines" "$tmp/lines" -if "$tmp/lines"
		same "$name: its JSON gives the same lines" "$tmp/lines" -if "$tmp/json"
		same "$name: its JSON gives the same JSON" "$tmp/json" -if "$tmp/json" --format json
		same "$name: its lines in UTC give the same lines" "$tmp/lines" -if "$tmp/utc"
		"$tool" -if "$tmp/lines" --format json 2>/dev/null | without_args >"$tmp/back"
		without_args "$tmp/json" | cmp -s - "$tmp/back"
		verdict "$name: its lines give the same JSON, but for the arguments" $?
	done
	for zone in Asia/Kathmandu America/St_Johns; do
		TZ=$zone "$tool" -if "$data" >"$tmp/local"
		"$tool" -if "$data" --utc >"$tmp/utc"
		TZ=$zone same "local time of $zone" "$tmp/utc" --utc -if "$tmp/local"
	done
	test_clock_changes
	gzip -c "$tmp/local" >"$tmp/local.gz"
	TZ=$zone same 'a packed file of lines' "$tmp/utc" --utc -if "$tmp/local.gz"
	"$tool" -if "$data" --remote 127.0.0.1:18080 >"$tmp/some"
	"$tool" -if "$data" --format json >"$tmp/json"
	same 'conditions hold in JSON as in records' "$tmp/some" -if "$tmp/json" --remote 127.0.0.1:18080
	sed 's/^\(.\{23\}\) /\1+00:00 /; s/ /T/' "$tmp/some" >"$tmp/offset"
	same 'an offset behind the time' "$tmp/some" -if "$tmp/offset"
	TZ=Asia/Kolkata "$tool" -if "$data" --remote 127.0.0.1:18080 2>/dev/null |
		sed 's/^\(.\{23\}\) /\1+05:30 /' >"$tmp/offset"
	same 'another offset' "$tmp/some" -if "$tmp/offset"
}

test_mixed() {
	local log=$pairs/connect-6.1-module.log
	"$tool" -if "$data" >"$tmp/a"
	"$tool" -if "$log" 2>/dev/null >"$tmp/b"
	"$tool" -if "$data" --format json >"$tmp/a.json"
	cat "$tmp/a" "$tmp/b" | sort -s -k1,2 >"$tmp/both"
	"$tool" -if "$log" -if "$tmp/a" 2>/dev/null | sort -s -k1,2 >"$out"
	cmp -s "$tmp/both" "$out"
	verdict 'records and lines' $?
	"$tool" -if "$tmp/a.json" -if "$log" 2>/dev/null | sort -s -k1,2 >"$out"
	cmp -s "$tmp/both" "$out"
	verdict 'records and JSON' $?
	mkdir "$tmp/dir"
	head -n 10 "$tmp/a" >"$tmp/dir/netlog.log.1"
	tail -n +11 "$tmp/a" >"$tmp/dir/netlog.log"
	same 'a directory with rotations of netlog.log' "$tmp/a" -if "$tmp/dir"
}

test_own_damage() {
	"$tool" -if "$data" >"$tmp/a"
	{ head -n 3 "$tmp/a"; echo 'what is this'; tail -n +4 "$tmp/a" | head -n 1 | cut -c1-60
	  tail -n +4 "$tmp/a"; } >"$tmp/broken"
	run -if "$tmp/broken"
	[ "$status" = 0 ] && cmp -s "$tmp/a" "$out" && [ "$(wc -l <"$err")" = 2 ] &&
		grep -q "^aunetlog: $tmp/broken:4: not a line of audisp-netlog, skipped: what" "$err" &&
		grep -q "^aunetlog: $tmp/broken: and 1 more" "$err"
	verdict 'damaged lines are counted, the rest is read' $?
	{ cat "$tmp/a"; echo '2026-11-21 07:00:00.000 netlog lost kernel=12 module=0'
	  echo '2026-11-21 07:00:00.000 netlog start version=0.1'; } >"$tmp/lost"
	run -if "$tmp/lost"
	[ "$status" = 0 ] && cmp -s "$tmp/a" "$out" && grep -q 'reported losses in 1 line' "$err"
	verdict 'losses that the plugin reported are mentioned' $?
	"$tool" -if "$data" --format json | sed '3s/"pid":[0-9]*/"pid":"x"/; 5s/^.\{200\}/&"/' >"$tmp/broken"
	run -if "$tmp/broken"
	[ "$status" = 0 ] && [ "$(wc -l <"$out")" = 30 ] && grep -q ":3: not a line" "$err"
	verdict 'damaged JSON' $?
	local format
	for format in ocsf cef leef cern sysmon; do
		"$tool" -if "$data" --format "$format" >"$tmp/other"
		refuses "$format is refused" 'which leaves out parts of a connection; read' -if "$tmp/other"
	done
}

test_table() {
	run -if "$data" --format csv -c curl
	[ "$status" = 0 ] && [ "$(wc -l <"$out")" = 7 ] &&
		[ "$(head -n 1 "$out")" = start,end,dur,tx,rx,uid,process,proto,local,direction,remote,outcome ] &&
		grep -q '^2026-11-21 06:38:49.667,2026-11-21 06:38:49.667,0.000,,,1000,curl\[3624\],TCP,,->,127.0.0.1:18080,closed$' "$out"
	verdict 'CSV: a row per connection' $?
	run -if "$data" --format csv --fields pid,comm,remote,proctitle --remote :1 -n beta
	[ "$status" = 0 ] && [ "$(sed -n 2p "$out" | cut -d, -f1-3)" = '3675,curl,127.0.0.1:1' ]
	verdict '--fields in their order' $?
	run -if "$data" -O pid,comm -p 3624
	[ "$status" = 0 ] && [ "$(cat "$out")" = $'PID\tCOMM\n3624\tcurl' ]
	verdict '-O is a table' $?
	refuses '--fields with an unknown field' '^aunetlog: --fields foo: no such field; there are: start' --fields pid,foo
	refuses '--fields beside lines' 'goes with --format table' --fields pid --format json
	"$tool" -if "$pairs/connect-6.1-module.log" --format csv --kind fail 2>/dev/null >"$out"
	[ "$(wc -l <"$out")" -gt 1 ] && ! tail -n +2 "$out" | grep -qv ',ECONN[A-Z]*$'
	verdict 'a failure is a row with its error' $?
	local width
	for width in 60 80 120 200; do
		COLUMNS=$width TERM=dumb script -qec "$tool -if $data" /dev/null </dev/null 2>/dev/null | tr -d '\r' >"$out"
		[ "$(wc -l <"$out")" = 17 ] && [ "$(awk '{ if (length($0) > n) n = length($0) } END { print n }' "$out")" -le "$width" ]
		verdict "a terminal of $width columns" $?
		[ "$(grep -cE ' on (127.0.0.1:18080|\[::1\]:18081)|(127.0.0.1:18080|\[::1\]:18081) +\(listener\)' "$out")" = 4 ] &&
			! grep -qE '(127.0.0.1:18080|\[::1\]:18081) +on' "$out"
		verdict "a listener's address stands once ($width)" $?
	done
	run -if "$data" --open-at 2026-11-21 06:38:49.600 --format csv
	[ "$status" = 0 ] && [ "$(wc -l <"$out")" = 3 ] && grep -q 'python3.3620.*127.0.0.1:18080' "$out"
	verdict '--open-at' $?
	run -if "$data" --open-at 2026-11-21 06:38:49.600 --local :18080
	[ "$status" = 0 ] && [ "$(wc -l <"$out")" = 1 ] && grep -q 'listen start TCP 127.0.0.1:18080' "$out"
	verdict '--open-at with a condition, as lines' $?
	run -if "$data" --open-at 2026-11-22
	[ "$status" = 1 ] && [ ! -s "$out" ]
	verdict '--open-at, when all was over' $?
}

test_maybe() {
	run -if "$data" --local 127.0.0.1:43210 --proto tcp
	[ "$status" = 1 ] && grep -q '^aunetlog: 12 more lines could match' "$err"
	verdict 'unknown ends that could match are counted' $?
	run -if "$data" --local 127.0.0.1:43210 --proto tcp --maybe
	[ "$status" = 0 ] && [ "$(wc -l <"$out")" = 12 ] && ! grep -v 'connect .* TCP - -> ' "$out"
	verdict '--maybe prints them' $?
	run -if "$data" --local 127.0.0.1:43210 --comm nobody --maybe
	[ "$status" = 1 ] && [ ! -s "$out" ]
	verdict '--maybe: other conditions must hold' $?
	(sleep 1.3; cat "$data") | "$tool" >"$out" 2>"$err"
	[ "$(wc -l <"$out")" = 32 ] && grep -q 'a pipe that has nothing yet' "$err"
	verdict 'a slow pipe is waited for, and that is said' $?
}

test_summaries() {
	run -if "$data" --summary remote
	[ "$status" = 0 ] && [ "$(awk '{ print $1, $5 }' "$out" | paste -sd,)" = 'COUNT REMOTE,8 127.0.0.1,4 ::1' ]
	verdict '--summary remote, the most frequent first' $?
	run -if "$data" --summary network/8 --format csv
	[ "$(cat "$out")" = 'count,failed,sent,received,network/8
8,0,,,127.0.0.0/8
4,0,,,::/64' ]
	verdict '--summary network, as CSV' $?
	run -if "$data" --summary comm --top 1 -n alpha
	[ "$(awk '{ print $1, $5 }' "$out" | paste -sd,)" = 'COUNT COMM,3 curl' ]
	verdict '--summary of a field, --top, a condition' $?
	run -if "$data" --summary port --kind start
	[ "$(awk 'NR > 1 { print $1, $5 }' "$out" | paste -sd,)" = '4 18080,4 18081,2 1,2 5353' ]
	verdict '--summary port is the service' $?
	"$tool" -if "$pairs/connect-6.1-module.log" --summary errno 2>/dev/null >"$out"
	[ "$(awk '$5 == "ECONNREFUSED" { print $1 == $2 }' "$out")" = 1 ]
	verdict '--summary errno counts failures' $?
	refuses '--summary of nothing that there is' '^aunetlog: --summary foo: must be remote,' --summary foo
	refuses '--summary network/0' '^aunetlog: --summary network/0: must be' --summary network/0
	refuses 'two summaries' '^aunetlog: --scan: cannot be combined with --listeners' --listeners --scan
	refuses 'a summary as JSON' '^aunetlog: --listeners cannot be combined with --format json; it has table and csv' --listeners --format json
	refuses 'a ! that is no operator' "^aunetlog: --comm !curl: begins with !.*: '!=curl'" --comm '!curl'
	refuses '--open-at: a second that no clock has' 'neither a date' --open-at @261386157673502037
	refuses '--last' '^aunetlog: --last: unknown option; for the last hour: -ts -1h' --last 1h
	refuses '--top 0' '^aunetlog: --top 0: must be' --top 0
	run -if "$data" --listeners --format csv
	[ "$(wc -l <"$out")" = 5 ] && grep -q '^TCP,127.0.0.1:18080,this host,python3.3620.,2026-11-21 06:38:49.575,2026-11-21 06:38:49.667,1,2026-11-21 06:38:49.667$' "$out"
	verdict '--listeners' $?
	for n in 1 2 3; do
		echo "2026-11-21 06:00:0$n.100 connect start TCP - <- 192.0.2.9:500$n $((n / 3)) 0 srv exe=/srv auid=unset id=3f1a09c2-$n.1"
	done | awk '{ $9 = $9 " " $9 + 7 } 1' >"$tmp/unknown.log"
	run -if "$tmp/unknown.log" --listeners --format csv
	[ "$(grep -c . "$out")" = 3 ] && grep -q '^-*TCP,-,-,srv.7.,-,open,2,2026-11-21 06:00:02.100$' "$out" &&
		grep -q ',srv.8.,-,open,1,' "$out"
	verdict '--listeners: accepted without a local end: one row for each process' $?
	run -if "$data" --new --since '2026-11-21 06:38:51' --format csv
	[ "$status" = 0 ] && [ "$(cat "$out")" = 'first,new,what,process,since
2026-11-21 06:38:51.879,peer,::1,curl,4' ] && [ ! -s "$err" ]
	verdict '--new --since' $?
	run -if "$data" --new --since 2026-11-20
	[ "$status" = 0 ] && grep -q 'nothing in the logs is older' "$err"
	verdict '--new of a time before the logs' $?
	refuses '--new without a time' '^aunetlog: --new needs a time' --new
}

test_pictures() {
	run -if "$data" --graph
	[ "$status" = 0 ] && [ "$(head -n 1 "$out")" = 'digraph netlog {' ] && [ "$(tail -n 1 "$out")" = '}' ] &&
		grep -qF '"program curl@alpha" -> "127.0.0.1" [label=":18080 x1", penwidth=1];' "$out" &&
		grep -qF '"program curl@alpha" [label="curl@alpha", shape=ellipse];' "$out" &&
		grep -qF '"listener 127.0.0.1:18080" [label="127.0.0.1:18080", shape=house];' "$out"
	verdict '--graph' $?
	if command -v dot >/dev/null; then
		dot -Tsvg <"$out" >"$tmp/svg" 2>"$err"
		verdict '--graph is what dot reads' $?
	fi
	sed 's/comm="curl"/comm="127.0.0.1"/' "$data" >"$tmp/named.log"
	run -if "$tmp/named.log" --graph
	grep -qF '"program 127.0.0.1@alpha" -> "127.0.0.1"' "$out"
	verdict '--graph: a program that has the name of an address is not the address' $?
	refuses '--graph beside a format' 'cannot be combined with --format csv' --graph --format csv
	refuses '--html of a folder that is not there' '^aunetlog: --html /none/x: No such file' -if "$data" --html /none/x
	"$tool" -if "$data" >"$tmp/a"
	sed 's/ python3 exe/ <\/script>\\x22 exe/' "$tmp/a" >"$tmp/evil"
	run -if "$tmp/evil" --html "$tmp/page.html"
	[ "$status" = 0 ] && [ ! -s "$out" ] && [ "$(grep -ci '</script' "$tmp/page.html")" = 1 ] &&
		python3 - "$tmp/page.html" >"$out" <<-PYTHON
			import json, sys
			page = open(sys.argv[1]).read()
			rows = json.loads("[" + page.split("const rows = [", 1)[1].split("\n];" if "\n];" in page else "];", 1)[0] + "]")
			assert len(rows) == 16, len(rows)
			assert [r[5] for r in rows if r[5].startswith("curl")][0] == "curl[3624]"
			assert all(len(r) == 11 for r in rows)
		PYTHON
	verdict '--html: the data of every connection, and nothing that ends the script' $?
	if ! command -v chromium >/dev/null; then
		echo 'skip - the page in a browser: chromium is not installed'
		return
	fi
	timeout 60 chromium --headless=new --no-sandbox --disable-gpu --virtual-time-budget=3000 \
		--user-data-dir="$tmp/chromium" --dump-dom "file://$tmp/page.html#q=process%3Acurl&sort=-remote" >"$out" 2>"$err"
	grep -q 'role="status">6 of 16<' "$out" && grep -q 'aria-sort="descending"' "$out" &&
		[ "$(grep -o 'class="row [a-z]*"' "$out" | wc -l)" = 6 ]
	verdict '--html in a browser: the filter and the order of the address bar' $?
}

# wait_lines COUNT: until the output has that many lines, or 10 s
wait_lines() {
	local end=$((SECONDS + 10))
	until [ "$(wc -l <"$out")" -ge "$1" ]; do
		[ "$SECONDS" -lt "$end" ] || return 1
		read -rt 0.05 <> <(:)
	done
	return 0
}

# follow NAME FILE-TO-FOLLOW: the lines of $tmp/a, appended, across two kinds of rotation
follow() {
	local name=$1 log=$2 pid
	head -n 4 "$tmp/a" >"$log"
	: >"$out"
	"$tool" -F -ts 2026-11-20 -if "$log" >"$out" 2>"$err" </dev/null &
	pid=$!
	wait_lines 4
	verdict "-F $name: what there is" $?
	sed -n 5,7p "$tmp/a" >>"$log"
	sed -n 8p "$tmp/a" | head -c 40 >>"$log"
	wait_lines 7 && [ "$(wc -l <"$out")" = 7 ]
	verdict "-F $name: what is appended, but for half a line" $?
	sed -n 8p "$tmp/a" | tail -c +41 >>"$log"
	wait_lines 8
	verdict "-F $name: the other half" $?
	mv "$log" "$log.1"
	sed -n 9,10p "$tmp/a" >>"$log.1"
	sed -n 11,14p "$tmp/a" >"$log"
	wait_lines 14
	verdict "-F $name: across a rotation" $?
	: >"$log"
	sed -n '15p' "$tmp/a" >>"$log"
	wait_lines 15
	verdict "-F $name: cut to nothing" $?
	kill -INT "$pid"
	wait "$pid"
	[ $? = 0 ] && head -n 15 "$tmp/a" | cmp -s - "$out" && [ ! -s "$err" ]
	verdict "-F $name: ends at a signal with what was found" $?
}

test_follow() {
	"$tool" -if "$data" >"$tmp/a"
	mkdir "$tmp/follow"
	follow 'own lines' "$tmp/follow/netlog.log"
	run -F -if "$tmp/a.none"
	[ "$status" = 2 ]
	verdict '-F of a file that is not there' $?
}

# found KIND: programs or addresses that the rule named, good ones and bad ones
test_rules() {
	local seed good=0 bad=0 n
	for seed in 1 2 3 4 5; do
		python3 "$here/traffic.py" beacons "$seed" >"$tmp/traffic"
		run -if "$tmp/traffic" --beacons
		good=$((good + $(grep -c good "$out"))) bad=$((bad + $(grep -c bad "$out")))
	done
	echo "# --beacons: $bad of 100 planted found, $good of 1100 innocent"
	[ "$bad" = 100 ] && [ "$good" = 0 ]
	verdict '--beacons' $?
	good=0 bad=0
	for seed in 1 2 3 4 5; do
		python3 "$here/traffic.py" scan "$seed" >"$tmp/traffic"
		run -if "$tmp/traffic" --scan
		n=$(grep -cE '(bad|  198.51.100.[012]$)' "$out")
		bad=$((bad + n)) good=$((good + $(tail -n +2 "$out" | wc -l) - n))
	done
	echo "# --scan: $bad of 65 planted found, $good of 400 innocent"
	[ "$bad" = 65 ] && [ "$good" = 0 ]
	verdict '--scan' $?
}

# Records of matches, ancestors, Community ID, shorthands.
test_more_conditions() {
	local module=$pairs/connect-6.1-module.log id
	run -if "$data" -p 3624 -r
	[ "$status" = 0 ] && [ -s "$out" ] &&
		cmp -s <(grep -E '^node=alpha .*:(449|450|452)\): ' "$data" | grep -v '^[^ ]* type=EOE') \
			<(grep -v '^[^ ]* type=EOE' "$out")
	verdict '-r: socket, connect and exit, as they are in the log' $?
	"$tool" -if "$out" 2>"$err" | grep -q ' 3624 1000 curl '
	verdict '-r: what it prints can be read again' $?
	"$tool" -if "$data" >"$tmp/lines" 2>/dev/null
	refuses '-r: the plugin'"'"'s lines have no records' 'name the audit log' -if "$tmp/lines" -r
	tail -c +1 "$data" | "$tool" -r >"$out" 2>"$err"
	[ $? = 2 ] && grep -q 'stdin can be read only once' "$err"
	verdict '-r: not of a pipe' $?
	refuses '-r: not with another format' 'cannot be combined with --format' -if "$data" -r --format json

	id=$("$tool" -if "$module" --format json 2>/dev/null | jq -r '.network.community_id // empty' | head -n 1)
	"$tool" -if "$module" --format json 2>/dev/null | grep -c "\"$id\"" >"$tmp/count"
	run -if "$module" --community-id "$id"
	[ "$status" = 0 ] && [ "$(wc -l <"$out")" = "$(cat "$tmp/count")" ]
	verdict '--community-id finds what JSON has it for' $?
	refuses '--community-id: a wrong one' 'must be a Community ID' --community-id 1:x

	run -if "$module" --bytes '>800'
	[ "$status" = 0 ] && ! grep -vE ' (tx|rx)=[0-9]{3,}' "$out" && grep -q 'tx=900 rx=512' "$out" &&
		grep -q 'tx=512 rx=900' "$out"
	verdict '--bytes is either way' $?
	run -if "$module" --failed
	[ "$status" = 0 ] && ! grep -v ' connect fail ' "$out"
	verdict '--failed' $?
	run -if "$module" --in
	[ "$status" = 0 ] && ! grep -v ' <- ' "$out"
	verdict '--in' $?
	run -if "$module" --listen
	[ "$status" = 0 ] && ! grep -v ' listen ' "$out"
	verdict '--listen' $?
	run -if "$module" --listen --kind start
	[ "$status" = 0 ] && ! grep -v ' listen start ' "$out"
	verdict '--listen --kind start: only starts of listeners' $?
	"$tool" -if "$module" --listen >"$tmp/listen" 2>/dev/null
	run -if "$module" --listen --failed
	[ "$status" = 0 ] && [ "$(grep -c ' connect fail ' "$out")" -gt 0 ] &&
		cmp -s <(grep -v ' connect fail ' "$out") "$tmp/listen"
	verdict '--listen --failed: either' $?

	# sh (1200) starts make (1201), that starts curl (1202)
	family >"$tmp/family"
	run -if "$tmp/family" --ancestor sh
	[ "$status" = 0 ] && [ "$(grep -c ' start .* 1202 ' "$out")" = 1 ] && ! grep -q ' 1200 ' "$out"
	verdict '--ancestor by name, two above' $?
	run -if "$tmp/family" --ancestor 1201
	[ "$status" = 0 ] && [ "$(grep -c ' start ' "$out")" = 1 ]
	verdict '--ancestor by number' $?
	run -if "$tmp/family" --ancestor curl
	[ "$status" = 1 ]
	verdict '--ancestor: not of itself' $?
}

# call SERIAL PID PPID COMM ADDRESS: a connect
call() {
	printf 'type=SYSCALL msg=audit(1795243000.100:%s): arch=c000003e syscall=42 success=yes exit=0 a0=3 a1=7ffd a2=10 a3=0 items=0 ppid=%s pid=%s auid=1000 uid=1000 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=3 comm="%s" exe="/bin/%s" key="netlog"\n' \
		"$1" "$3" "$2" "$4" "$4"
	printf 'type=SOCKADDR msg=audit(1795243000.100:%s): saddr=020001BB%s0000000000000000\n' "$1" "$5"
	printf 'type=PROCTITLE msg=audit(1795243000.100:%s): proctitle=%s\n' "$1" 6375726C
}

family() {
	call 11 1200 1 sh C0000201
	call 12 1201 1200 make C0000202
	call 13 1202 1201 curl C0000203
}

# A log that grows between the runs gives what it gives at once.
test_checkpoint() {
	local log name size at step other
	for log in "$pairs"/*.log "$data"; do
		name=${log##*/}
		rm -f "$tmp/cp" "$tmp/parts" "$tmp/once"
		"$tool" -if "$log" --checkpoint "$tmp/once" >"$tmp/whole" 2>/dev/null
		size=$(wc -c <"$log") step=$(($(wc -c <"$log") / 9 + 7)) at=0
		: >"$tmp/grows"
		while [ "$at" -lt "$size" ]; do
			tail -c +$((at + 1)) "$log" | head -c "$step" >>"$tmp/grows"
			at=$((at + step))
			"$tool" -if "$tmp/grows" --checkpoint "$tmp/cp" >>"$tmp/parts" 2>"$err"
		done
		cmp "$tmp/whole" "$tmp/parts" >"$out" && [ -s "$tmp/whole" ]
		verdict "--checkpoint: $name in nine parts" $?
	done
	run -if "$tmp/grows" --checkpoint "$tmp/cp"
	[ "$status" = 1 ] && [ ! -s "$out" ]
	verdict '--checkpoint: nothing is printed twice' $?
	mv "$tmp/grows" "$tmp/audit.log.1"
	sed 's/audit(17952/audit(17953/' "$data" >"$tmp/audit.log"
	run -if "$tmp" --checkpoint "$tmp/cp"
	[ "$status" = 0 ] && [ "$(grep -c start "$out")" = "$(grep -c start "$tmp/whole")" ]
	verdict '--checkpoint: after a rotation the rest and the new log are read' $?
	echo nonsense >"$tmp/bad"
	run -if "$data" --checkpoint "$tmp/bad"
	[ "$status" = 10 ] && grep -q 'is not a checkpoint' "$err"
	verdict '--checkpoint: a file that is none, 10' $?
	size=$(stat -c %s "$tmp/once")
	for at in 60 $((size / 2)) $((size - 3)); do
		cp "$tmp/once" "$tmp/bad"
		other=a5
		[ "$(tail -c +$((at + 1)) "$tmp/once" | head -c 1 | od -An -tx1)" != ' a5' ] || other=5a
		printf '%b' "\\x$other" | dd of="$tmp/bad" bs=1 seek="$at" conv=notrunc 2>/dev/null
		run -if "$data" --checkpoint "$tmp/bad"
		[ "$status" = 10 ] && [ ! -s "$out" ] && grep -q 'remove it to start again' "$err"
		verdict "--checkpoint: damaged at byte $at, 10" $?
	done
	cp "$tmp/once" "$tmp/bad"
	chmod g+w "$tmp/bad"
	run -if "$data" --checkpoint "$tmp/bad"
	[ "$status" = 10 ] && grep -q 'others can write to it' "$err"
	verdict '--checkpoint: a file that others can write, 10' $?
	[ "$(stat -c %a "$tmp/once")" = 600 ]
	verdict '--checkpoint: only its owner reads the file' $?
	run -if "$data" --checkpoint "$tmp/nowhere/cp"
	[ "$status" = 11 ] && grep -q 'No such file' "$err"
	verdict '--checkpoint: one that cannot be written, 11' $?
	run -if "$pairs/exec-6.1-module.log" --checkpoint "$tmp/cp"
	[ "$status" = 12 ] && grep -q 'its log no longer exists' "$err"
	verdict '--checkpoint: its log is gone, 12' $?
	refuses '--checkpoint: not with a summary' 'cannot be combined with --summary' --checkpoint x --summary port
}

# The records that -r prints are enough for the same answer: those of the whole connection,
# of its listener and of the program.
test_raw() {
	local log question
	for log in "$pairs"/*.log "$data"; do
		for question in '' '--proto tcp' '--out'; do
			# an accept's time comes from the event before it
			# shellcheck disable=SC2086
			"$tool" -if "$log" $question 2>/dev/null | sed '/ <- /s/^[^ ]* [^ ]* //; s/ dur=[^ ]*//' >"$tmp/lines"
			# shellcheck disable=SC2086
			"$tool" -if "$log" $question -r 2>/dev/null >"$tmp/records"
			# shellcheck disable=SC2086
			"$tool" -if "$tmp/records" $question 2>/dev/null | sed '/ <- /s/^[^ ]* [^ ]* //; s/ dur=[^ ]*//' >"$out"
			[ "$(wc -l <"$tmp/records")" -le "$(wc -l <"$log")" ] && cmp "$out" "$tmp/lines" >"$err" ||
				echo "${log##*/} $question"
		done
	done >"$tmp/bad"
	cat "$tmp/bad"
	[ ! -s "$tmp/bad" ]
	verdict '-r: the records behind a match give it again' $?
	command -v ausearch >/dev/null || { echo 'ok - -r for ausearch # SKIP no ausearch'; return; }
	"$tool" -if "$data" -c curl -r 2>/dev/null | ausearch -ue 1000 -i >"$out" 2>/dev/null &&
		! "$tool" -if "$data" -c curl -r 2>/dev/null | ausearch -ue 0 -i >/dev/null 2>&1
	verdict '-r: ausearch has the conditions that lines have not' $?
}

for name in raw checkpoint more_conditions pictures maybe follow summaries rules own mixed own_damage table; do
	test_$name
done
exit $failed
