#!/bin/bash
# shellcheck disable=SC2317 # wait_for calls functions by name
# SPDX-License-Identifier: GPL-2.0-or-later
# Outputs to a collector: unix stream socket, TCP and TLS against real rsyslogd and socat,
# in a separate network namespace. A collector that is away, slow, stopped or killed
# costs no other output a line, and lost lines are counted in the stream.
# Usage: tests/cli/stream.sh PLUGIN
set -u
export TZ=UTC LC_ALL=C.UTF-8
plugin=$(realpath "$1") top=$(realpath "$(dirname "$0")/../..")

[ "$(id -u)" = 0 ] || { echo "skip - stream: needs root"; exit 77; }
for program in rsyslogd socat openssl script ss python3; do
	command -v $program >/dev/null || { echo "skip - stream: no $program here"; exit 77; }
done
if [ "${INSIDE:-}" != 1 ]; then
	unshare -mn true 2>/dev/null || { echo "skip - stream: no network namespaces here"; exit 77; }
	INSIDE=1 exec unshare -mn "$0" "$plugin" "${@:2}"
fi
ip link set lo up || exit 99

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"
tmp=$(mktemp -d) pids='' plugin_pid='' collector='' tls_files=''
err=$tmp/err
cleanup() {
	for p in $pids; do kill -KILL "$p"; done
	rm -rf "$tmp"
} 2>/dev/null
trap cleanup EXIT

# start KEY…: the plugin, with a file of every line in addition to the output "siem"
start() {
	rm -f "$tmp/file" "$tmp/in"
	printf '%s\n' '[log]' 'file =' '[output]' 'syslog = no' "file = $tmp/file" 'queue = 65536' '[kernel]' \
		'source = none' '[sockdiag]' 'use = no' '[output siem]' 'facility = local3' \
		'priority = notice' "$@" >"$tmp/conf"
	mkfifo "$tmp/in"
	# a terminal on stderr has its messages
	script -qfec "exec '$plugin' -c '$tmp/conf' <'$tmp/in'" "$tmp/err" </dev/null \
		>/dev/null 2>&1 &
	plugin_pid=$!
	pids+=" $plugin_pid"
	exec 5>"$tmp/in"
}
finish() {
	exec 5>&-
	wait "$plugin_pid"
}
in_file() { [ "$(grep -c ' connect stop ' "$tmp/file" 2>/dev/null)" = "$1" ]; }

start_rsyslogd() { # PORT [CONFIGURATION OF THE INPUT]
	cat >"$tmp/rsyslog.conf" <<-END
		global(workDirectory="$tmp" maxMessageSize="${max_message:-32k}" ${3:-})
		module(load="imtcp" ${2:-})
		template(name="all" type="string" string="${4:-%pri-text%|%hostname%|%app-name%|%procid%|%timereported:::date-rfc3339%|%msg%\\n}")
		ruleset(name="all") { action(type="omfile" file="$tmp/messages" template="all") }
		input(type="imtcp" port="$1" address="127.0.0.1" ruleset="all")
		module(load="imudp")
		input(type="imudp" port="$1" address="127.0.0.1" ruleset="all")
	END
	rsyslogd -n -f "$tmp/rsyslog.conf" -i "$tmp/pid" >"$tmp/rsyslogd.out" 2>&1 5>&- &
	collector=$!
	pids+=" $collector"
	wait_for listening "$1"
}
listening() { [ -n "$(ss -Hltn "sport = :$1")" ]; }
stop_rsyslogd() { [ -z "$collector" ] || kill "-${1:-TERM}" "$collector"; wait "$collector" 2>/dev/null; }

# The collector must have the lines of the file, except for reports of losses.
texts_of_file() { sed 's/^[^ ]* [^ ]* //' "$tmp/file"; }
texts_of_messages() { sed 's/^\([^|]*|\)\{5\} \{0,1\}//' "$tmp/messages" 2>/dev/null; }
same() { diff <(texts_of_file) <(texts_of_messages | grep -v '^netlog lost plugin=') >"$tmp/diff"; }
lost() { "$@" | sed -n 's/^netlog lost plugin=\([0-9]*\)$/\1/p' | awk '{ n += $1 } END { print n + 0 }'; }
came() { "$@" | grep -vc '^netlog lost plugin='; }
# came + lost is what the file has
adds_up() { [ $(($(came "$@") + $(lost "$@"))) = "$(wc -l <"$tmp/file")" ]; }

feed() { timeout 30 cat "$tmp/records" >&5; }

test_tcp() {
	start_rsyslogd 6010 || { echo "not ok - rsyslogd starts"; exit 99; }
	start 'transport = tcp' 'host = 127.0.0.1' 'port = 6010'
	connections 1 2000 >&5
	wait_for in_file 2000
	finish
	check "tcp: every line, in order, once" wait_for same
	check "tcp: facility, severity, host, program" \
		grep -qE "^local3.notice\|$(hostname)\|audisp-netlog\|[0-9]+\|" "$tmp/messages"
	check "tcp: the time of the entry" \
		grep -qE '\|2026-11-21T05:46:41\.391[0-9]*(Z|\+00:00)\| ?connect stop .*pid=|\|2026-11-21T05:46:41\.391[0-9]*(Z|\+00:00)\| ?connect stop ' "$tmp/messages"
}

# rsyslog cuts messages at maxMessageSize without a word; the manual's value lets the longest pass. A
# record's texts are bounded, so that no line here is longer than rsyslog's default, 8 KiB.
test_long() {
	local max_message exe
	exe=2F$(printf '01%.0s' {1..2500})	# a byte is \x01 in the line
	for max_message in 1k 16k; do
		start_rsyslogd 6019
		: >"$tmp/messages"
		start 'transport = tcp' 'host = 127.0.0.1' 'port = 6019'
		connections 1 1 | sed "s/exe=\"[^\"]*\"/exe=$exe/; s/title=\"curl\"/title=$exe/" >&5
		wait_for in_file 1
		finish
		if [ $max_message = 1k ]; then
			wait_for grep -q 'connect stop' "$tmp/messages"
			check "long lines ($(wc -L <"$tmp/file") bytes): maxMessageSize cuts them" \
				[ "$(wc -L <"$tmp/messages")" -gt 900 -a "$(wc -L <"$tmp/messages")" -lt 1100 ]
		else
			check "long lines: maxMessageSize=\"16k\" lets them pass" wait_for same
		fi
		stop_rsyslogd
	done
}

# rsyslog escapes the tabs between LEEF's pairs, unless the manual's setting keeps it from this.
test_leef() {
	local setting tabs
	for setting in '' 'parser.escapeControlCharacterTab="off"'; do
		stop_rsyslogd
		rm -f "$tmp/messages"
		start_rsyslogd 6010 '' "$setting"
		start 'transport = tcp' 'host = 127.0.0.1' 'port = 6010' 'format = leef'
		connections 1 10 >&5
		wait_for in_file 10
		finish
		leef() { [ "$(grep -c "LEEF:2.0|.*|x09|devTime=[0-9]*${tabs}cat=connect stop$tabs" "$tmp/messages" 2>/dev/null)" = 10 ]; }
		tabs='#011'
		[ -z "$setting" ] || tabs=$'\t'
		check "leef: rsyslogd has ${setting:-#011 in place of tabs}" wait_for leef
	done
}

test_away() {
	stop_rsyslogd
	rm -f "$tmp/messages"
	start 'transport = tcp' 'host = 127.0.0.1' 'port = 6010'
	connections 1 500 >&5
	check "away: the file has every line" wait_for in_file 500
	check "away: it is logged, once" \
		wait_for grep -q 'output siem: 127.0.0.1 port 6010: Connection refused; lines wait in the queue' "$tmp/err"
	sleep 1	# some attempts
	start_rsyslogd 6010
	check "away: nothing is lost when it comes" wait_for same
	check "away: nothing is said to be lost" [ "$(lost texts_of_messages)" = 0 ]
	check "away: its coming is logged" wait_for grep -q 'output siem: .*: writing again' "$tmp/err"
	check "away: one message of each" [ "$(grep -c 'output siem' "$tmp/err")" = 2 ]
	finish
}

# Killed in the middle: what it had acknowledged is there or was lost by itself.
test_killed() {
	# on a busy machine it is away for so long that the next attempt is 30 s later
	local i deadline=90
	: >"$tmp/messages"
	start 'transport = tcp' 'host = 127.0.0.1' 'port = 6010'
	connections 1 300 >&5
	wait_for in_file 300
	wait_for same
	stop_rsyslogd KILL
	for i in 1 2 3; do
		connections $((300 + 100 * i)) 100 >&5
		wait_for in_file $((300 + 100 * i))
	done
	start_rsyslogd 6010
	check "restarted: every line is there or counted" wait_for adds_up texts_of_messages
	finish
	check "restarted: the end, too" wait_for adds_up texts_of_messages
	stop_rsyslogd
}

# A collector that stops reading: the plugin does not wait for it.
test_stalled() {
	socat -u TCP-LISTEN:6011,bind=127.0.0.1,reuseaddr,rcvbuf=4096 "CREATE:$tmp/frames" 5>&- &
	collector=$!
	pids+=" $collector"
	wait_for listening 6011
	start 'transport = tcp' 'host = 127.0.0.1' 'port = 6011' 'queue = 64'
	connections 1 10 >&5
	wait_for in_file 10
	kill -STOP "$collector"
	connections 11 12000 >"$tmp/records"
	check "stalled: the records are read" feed
	check "stalled: the file has every line" wait_for in_file 12010
	kill -CONT "$collector"
	frames() { # "LEN <PRI>1 TIME HOST APP PID - - TEXT" without anything between
		python3 - "$tmp/frames" <<-'END'
			import sys
			data, at = open(sys.argv[1], "rb").read(), 0
			while at < len(data):
			    blank = data.index(b" ", at)
			    end = blank + 1 + int(data[at:blank])
			    if end > len(data):
			        break
			    print(data[blank + 1:end].split(b" ", 7)[7].decode())
			    at = end
		END
	}
	reported() { [ "$(lost frames)" -gt 0 ]; }
	check "stalled: the stream reports the loss" wait_for reported
	finish
	wait "$collector"
	check "stalled: what came and what was lost add up ($(lost frames) lost)" adds_up frames
	check "stalled: much was lost, so the test means something" [ "$(lost frames)" -gt 1000 ]
}

test_udp() {
	start 'transport = udp' 'host = 127.0.0.1' 'port = 6013'
	connections 1 1 >&5
	check "udp: nobody listens: it is logged" \
		wait_for grep -q 'output siem: 127.0.0.1 port 6013: Connection refused' "$tmp/err"
	rm -f "$tmp/messages"
	start_rsyslogd 6013
	check "udp: nothing is lost when somebody does" wait_for same
	# more at once do not fit in a receiver's buffer, and would be lost unnoticed
	connections 2 50 >&5
	wait_for in_file 51
	check "udp: they are all there" wait_for same
	stop_rsyslogd
	# the first datagram without a receiver is lost, and counted when a receiver starts
	connections 52 10 >&5
	wait_for in_file 61
	start_rsyslogd 6013
	check "udp: what came and what was lost add up" wait_for adds_up texts_of_messages
	check "udp: little is lost ($(lost texts_of_messages))" [ "$(lost texts_of_messages)" -le 3 ]
	finish
	stop_rsyslogd
}

test_unix() {
	socat -u "UNIX-LISTEN:$tmp/socket" "CREATE:$tmp/lines" 5>&- &
	collector=$!
	pids+=" $collector"
	wait_for test -S "$tmp/socket"
	start 'transport = unix' "path = $tmp/socket"
	connections 1 1000 >&5
	wait_for in_file 1000
	finish
	wait "$collector"
	check "unix: the same lines as in the file" cmp "$tmp/file" "$tmp/lines"
}

# Every reader gets every line from its connection on; one that stops costs the others
# nothing.
test_listen() {
	start 'transport = listen' "path = $tmp/lines.sock" 'mode = 0660' 'format = json'
	wait_for test -S "$tmp/lines.sock"
	check "listen: the socket has the mode" [ "$(stat -c %a "$tmp/lines.sock")" = 660 ]
	local reader stuck
	for reader in 1 2; do
		socat -u "UNIX-CONNECT:$tmp/lines.sock" "CREATE:$tmp/reader$reader" 5>&- &
		pids+=" $!"
	done
	socat -u "UNIX-CONNECT:$tmp/lines.sock" "CREATE:$tmp/stuck" 5>&- &
	stuck=$!
	pids+=" $stuck"
	readers() { [ "$(ss -Hx state established | grep -c "$tmp/lines.sock")" = "$1" ]; }
	# the plugin accepts them with the next line; socat makes its file when it is connected
	connected() { [ -e "$tmp/reader1" ] && [ -e "$tmp/reader2" ] && [ -e "$tmp/stuck" ]; }
	check "listen: three readers connect" wait_for connected
	kill -STOP "$stuck"
	connections 1 8000 >"$tmp/records"
	check "listen: a reader that stops does not stop the records" feed
	check "listen: the file has every line" wait_for in_file 8000
	all_read() { [ "$(grep -c connection_ "$tmp/reader$1")" = 8000 ]; }
	check "listen: a reader has every connection" wait_for all_read 1
	check "listen: and so has the other" wait_for all_read 2
	check "listen: JSON has no time in front" [ "$(grep -vc '^{' "$tmp/reader1")" = 0 ]
	check "listen: the one that stopped is disconnected" wait_for readers 2
	kill -KILL "$stuck"
	finish
	check "listen: the socket goes with the plugin" [ ! -e "$tmp/lines.sock" ]
	touch "$tmp/lines.sock"
	start 'transport = listen' "path = $tmp/lines.sock"
	connections 1 1 >&5
	check "listen: another file of that name stays, and it is logged" \
		wait_for grep -q "output siem: $tmp/lines.sock: Address already in use" "$tmp/err"
	check "listen: the file has its line" wait_for in_file 1
	finish
	rm "$tmp/lines.sock"
}

# A full disk is logged and counted, and costs the other output nothing.
test_full() {
	mkdir -p "$tmp/full"
	mount -t tmpfs -o size=256k tmpfs "$tmp/full" || return
	start 'transport = file' "path = $tmp/full/log"
	connections 1 3000 >&5
	check "full: the other file has every line" wait_for in_file 3000
	check "full: it is logged, once" wait_for grep -q "output siem: $tmp/full/log: No space left on device; lines are lost until it can be written" "$tmp/err"
	full_file() { sed 's/^[^ ]* [^ ]* //' "$tmp/full/log"; }
	check "full: only whole lines but the last" [ "$(full_file | sed '$d' | grep -vcE '^(netlog|connect) ')" = 0 ]
	mount -o remount,size=64m "$tmp/full"
	connections 3001 10 >&5
	wait_for in_file 3010
	check "full: when there is room the loss is in the stream" wait_for adds_up_whole
	check "full: one message of each" [ "$(grep -c 'output siem' "$tmp/err")" = 2 ]
	finish
	umount "$tmp/full"
}
# a line that was torn counts as lost
adds_up_whole() {
	local lost_lines
	lost_lines=$(lost full_file)
	[ "$lost_lines" -gt 100 ] && [ "$(full_file | grep -c '^connect stop.*:6020$')" = 1 ] || return
	[ $(($(full_file | grep -v '^netlog lost plugin=' | grep -cE ' ev=[0-9.]+:[0-9]+$|^netlog ') + lost_lines)) = "$(wc -l <"$tmp/file")" ]
}

# Structured data in its place, by rsyslogd and syslog-ng.
sd_want() { # from the file: comm, remote port, pid
	sed -n 's/^[^ ]* [^ ]* connect stop [^ ]* [^ ]* -> [^ ]*:\([0-9]*\) [^ ]* \([0-9]*\) [^ ]* \([^ ]*\) .*/\3|\1|\2/p' "$tmp/file"
}
test_sd() {
	rm -f "$tmp/messages"
	start_rsyslogd 6014 '' '' '%structured-data%|%msg%\n'
	start 'transport = tcp' 'host = 127.0.0.1' 'port = 6014' 'format = sd:netlog@32473'
	connections 1 300 >&5
	wait_for in_file 300
	finish
	sd_rsyslog() {
		diff <(sd_want) <(sed -n 's/^\[netlog@32473 kind="connect stop".* remote_port="\([0-9]*\)".* pid="\([0-9]*\)".* comm="\([^"]*\)".*\]| \{0,1\}connect stop .*/\3|\1|\2/p' "$tmp/messages") >"$tmp/diff"
	}
	check "sd: rsyslogd has the structured data and the line" wait_for sd_rsyslog
	stop_rsyslogd
}

# packaging/rsyslog/collector-json.conf unchanged, except for its paths and its port.
test_json_collector() {
	[ -e "$tmp/server.pem" ] || return
	if ! find /usr/lib* -name mmjsonparse.so 2>/dev/null | grep -q .; then
		echo "skip - json collector: no mmjsonparse here"
		return
	fi
	mkdir -p "$tmp/hosts.d"
	sed -e "s|/etc/rsyslog.d/netlog/ca.pem|$tmp/ca.pem|; s|/etc/rsyslog.d/netlog/collector.pem|$tmp/server.pem|" \
		-e "s|/etc/rsyslog.d/netlog/collector.key|$tmp/server.key|; s|/var/log/netlog|$tmp/hosts.d|; s|6514|6018|" \
		"$top/packaging/rsyslog/collector-json.conf" >"$tmp/collector.conf"
	rsyslogd -n -f "$tmp/collector.conf" -i "$tmp/pid2" >"$tmp/rsyslogd.out" 2>&1 5>&- &
	collector=$!
	pids+=" $collector"
	wait_for listening 6018
	start 'transport = tls' 'host = collector.test' 'port = 6018' "ca = $tmp/ca.pem" 'format = json'
	connections 1 300 >&5
	wait_for in_file 300
	finish
	json_stops() { [ "$(jq -c 'select(.event.action == "disconnect_received")' "$tmp/hosts.d/$(hostname).json" 2>/dev/null | wc -l)" = 300 ]; }
	check "json collector: every object is in its host's file" wait_for json_stops
	check "json collector: nothing came that is no JSON" [ ! -e "$tmp/hosts.d/not-json.log" ]
	stop_rsyslogd
}

test_syslog_ng() {
	# Debian's rsyslog and syslog-ng exclude each other: SYSLOG_NG may name an unpacked one
	local ng=${SYSLOG_NG:-syslog-ng}
	command -v "$ng" >/dev/null || { echo "skip - syslog-ng: not here"; return; }
	local tls=''
	[ -e "$tmp/server.pem" ] && tls="syslog(ip(127.0.0.1) port(6016) transport(\"tls\") tls(key-file(\"$tmp/server.key\") cert-file(\"$tmp/server.pem\") peer-verify(optional-untrusted)));"
	cat >"$tmp/syslog-ng.conf" <<-END
		@version: 3.38
		options { keep-hostname(yes); stats-freq(0); };
		source tcp { syslog(ip(127.0.0.1) port(6015) transport("tcp")); $tls };
		source unix { unix-stream("$tmp/ng.sock" flags(syslog-protocol)); };
		template all "\${.SDATA.netlog@32473.comm}|\${.SDATA.netlog@32473.remote_port}|\${.SDATA.netlog@32473.pid}|\${PROGRAM}|\${LEVEL}|\${MSG}\n";
		destination all { file("$tmp/ng" template(all)); };
		log { source(tcp); source(unix); destination(all); };
	END
	"$ng" -F -f "$tmp/syslog-ng.conf" --persist-file="$tmp/ng.persist" --pidfile="$tmp/ng.pid" \
		--control="$tmp/ng.ctl" >"$tmp/ng.out" 2>&1 5>&- &
	collector=$!
	pids+=" $collector"
	wait_for listening 6015 || { cat "$tmp/ng.out"; failed=1; return; }
	sd_ng() { diff <(sd_want) <(sed -n 's/|audisp-netlog|notice|connect stop .*//p' "$tmp/ng") >"$tmp/diff"; }
	local how
	for how in "tcp|host = 127.0.0.1|port = 6015" "unix|path = $tmp/ng.sock" "${tls:+tls|host = collector.test|port = 6016|ca = $tmp/ca.pem}"; do
		[ "$how" ] || continue
		rm -f "$tmp/ng"
		IFS='|' read -r -a how <<<"$how"
		start "transport = ${how[0]}" "${how[@]:1}" 'format = sd:netlog@32473'
		connections 1 300 >&5
		wait_for in_file 300
		finish
		check "syslog-ng, ${how[0]}: it has the structured data and every line" wait_for sd_ng
		kill -HUP "$collector"	# reopens its file
	done
	kill "$collector"
	wait "$collector" 2>/dev/null
}

certificates() {
	(cd "$tmp" && for ca in ca other; do
		openssl req -x509 -newkey rsa:2048 -nodes -keyout "$ca.key" -out "$ca.pem" -days 2 \
			-subj "/CN=test $ca" || exit 1
	done
	openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr \
		-subj "/CN=collector" &&
	printf 'subjectAltName=DNS:collector.test\n' >ext &&
	openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
		-extfile ext -out server.pem) >"$tmp/openssl.log" 2>&1
}

# openssl x509 of Debian 13 refuses negative days.
expired() {
	printf '%s\n' '[ca]' default_ca=d '[d]' database=index serial=serial new_certs_dir=. policy=p \
		default_md=sha256 '[p]' commonName=supplied >"$tmp/ca.conf"
	(cd "$tmp" && : >index && echo 70 >serial &&
	openssl ca -batch -notext -config ca.conf -cert ca.pem -keyfile ca.key -in server.csr -extfile ext \
		-startdate 20200101000000Z -enddate 20200102000000Z -out expired.pem) >"$tmp/openssl.log" 2>&1
	openssl s_server -accept 6020 -cert "$tmp/expired.pem" -key "$tmp/server.key" -quiet \
		>"$tmp/server.out" 2>&1 &
	pids+=" $!"
	wait_for listening 6020
}

# refused NAME PATTERN KEY…: nothing is sent
refused() {
	local name=$1 pattern=$2
	shift 2
	: >"$tmp/messages"
	start 'transport = tls' "port = ${port:-6012}" "$@"
	connections 1 10 >&5
	check "tls, $name: it is refused, with the reason" wait_for grep -qE "$pattern" "$tmp/err"
	finish
	check "tls, $name: nothing is sent" [ ! -s "$tmp/messages" ]
}

# TLS 1.3 lets the client finish its handshake before the collector refuses its certificate:
# lines sent at once would be lost.
test_tls_certificate() {
	(cd "$tmp" && openssl req -newkey rsa:2048 -nodes -keyout client.key -out client.csr \
		-subj "/CN=client" && openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key \
		-CAcreateserial -days 2 -out client.pem) >"$tmp/openssl.log" 2>&1
	openssl s_server -accept 6017 -cert "$tmp/server.pem" -key "$tmp/server.key" -quiet \
		-Verify 1 -verify_return_error -CAfile "$tmp/ca.pem" >"$tmp/server.out" 2>&1 &
	collector=$!
	pids+=" $collector"
	wait_for listening 6017
	unsent openssl 6017 'the collector refuses the connection: .*ertificate.*required.*'
	stop_rsyslogd
	refused_late
	start_rsyslogd 6012 'StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/certvalid"' "$tls_files"
	unsent rsyslogd 6012 'the collector( refuses|, which asks for a certificate).*'
	rm -f "$tmp/messages"
	start 'transport = tls' 'host = collector.test' 'port = 6012' "ca = $tmp/ca.pem" \
		"cert = $tmp/client.pem" "key = $tmp/client.key"
	connections 1 100 >&5
	wait_for in_file 100
	finish
	check "tls, a client certificate: every line" wait_for same
	stop_rsyslogd
}
# A collector that takes two seconds to refuse each client: lines are sent meanwhile, and
# counted as lost.
refused_late() {
	python3 tests/cli/late_tls.py 6018 "$tmp" 2 >"$tmp/server.out" 2>&1 &
	collector=$!
	pids+=" $collector"
	wait_for listening 6018
	start 'transport = tls' 'host = collector.test' 'port = 6018' "ca = $tmp/ca.pem"
	connections 1 300 >&5
	wait_for in_file 300
	check "tls, a late refusal: lines were sent before it" wait_for grep -q sent "$tmp/server.out"
	sent=$(wc -l <"$tmp/file")
	connections 301 301 >&5 # the next write reads the alert
	check "tls, a late refusal: the reason is logged" wait_for grep -qE \
		'siem: collector.test port 6018: the collector refuses the connection: .*required' "$tmp/err"
	check "tls, a late refusal: what was sent is counted as lost ($sent lines)" wait_for \
		grep -q " netlog lost .* queue=$sent " "$tmp/file"
	finish
	stop_rsyslogd
}

# unsent COLLECTOR PORT REASON: it wants a certificate that the plugin does not have
unsent() {
	start 'transport = tls' 'host = collector.test' "port = $2" "ca = $tmp/ca.pem"
	connections 1 10 >&5
	check "tls, $1 without a certificate: the refusal is logged" wait_for \
		grep -qE "siem: collector.test port $2: $3; lines wait" "$tmp/err"
	wait_for in_file 10
	finish
	check "tls, $1 without a certificate: the lines were kept to the end" \
		grep -q "siem: the last $(wc -l <"$tmp/file") lines could not be written" "$tmp/err"
}

test_tls() {
	if ! find /usr/lib* -name lmnsd_gtls.so 2>/dev/null | grep -q .; then
		echo "skip - tls: no rsyslog-gnutls here"
		return
	fi
	if ! ldd "$plugin" | grep -q gnutls; then
		echo "skip - tls: built without GnuTLS"
		return
	fi
	check "tls: certificates" certificates
	# the namespace's own name for the loopback address
	printf '127.0.0.1 localhost collector.test wrong.test\n' >"$tmp/hosts"
	mount --bind "$tmp/hosts" /etc/hosts || return
	tls_files="DefaultNetstreamDriverCAFile=\"$tmp/ca.pem\" DefaultNetstreamDriverCertFile=\"$tmp/server.pem\" DefaultNetstreamDriverKeyFile=\"$tmp/server.key\""
	start_rsyslogd 6012 'StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon"' "$tls_files"
	rm -f "$tmp/messages"
	start 'transport = tls' 'host = collector.test' 'port = 6012' "ca = $tmp/ca.pem"
	connections 1 2000 >&5
	wait_for in_file 2000
	finish
	check "tls: every line, in order, once" wait_for same
	refused "a CA that is not ours" 'siem: collector.test port 6012: .*(not trusted|issuer)' \
		'host = collector.test' "ca = $tmp/other.pem"
	refused "a host of another name" 'siem: wrong.test port 6012: .*(name|owner)' \
		'host = wrong.test' "ca = $tmp/ca.pem"
	refused "a CA that is not there" "siem: collector.test port 6012: $tmp/none.pem: " \
		'host = collector.test' "ca = $tmp/none.pem"
	expired
	port=6020 refused "an expired certificate" \
		'siem: collector.test port 6020: .*expired certificate; lines wait' \
		'host = collector.test' "ca = $tmp/ca.pem"
	stop_rsyslogd
	test_tls_certificate
}

if [ "${2:-}" ]; then "$2"; exit $failed; fi
test_tcp
test_leef
test_away
test_killed
test_stalled
test_udp
test_unix
test_listen
test_full
test_tls
test_long
test_sd
command -v jq >/dev/null && test_json_collector
test_syslog_ng
exit $failed
