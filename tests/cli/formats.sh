#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The formats as their readers read them: jq takes every object, and finds in JSON what
# the line says; rsyslogd's mmjsonparse parses it.
# Usage: tests/cli/formats.sh AUNETLOG
set -u
export TZ=UTC LC_ALL=C.UTF-8
tool=$1 data=tests/cli/data/aunetlog.log
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"
tmp=$(mktemp -d) syslogd=''
cleanup() {
	[ -n "$syslogd" ] && kill "$syslogd" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT

# The line again, from JSON, as far as all lines have it.
from_json='def ends($a; $p): if $a then (if ($a | contains(":")) then "[\($a)]" else $a end) +
		":\($p // "-")" elif $p then "-:\($p)" else "-" end;
	def source: ends(.source.ip; .source.port);
	def destination: ends(.destination.ip; .destination.port);
	.netlog.kind + " " + (.network.transport // "-" | ascii_upcase) + " " +
	(if .netlog.kind | startswith("listen") then destination
	 elif .network.direction == "ingress" then destination + " <- " + source
	 elif .network.direction == "egress" then source + " -> " + destination
	 else source + " - " + destination end) +
	" \(.process.session_leader.pid // "-") \(.process.pid // "-") \(.user.id // "-")" +
	" \(.process.name // "-") exe=\(.process.executable // "-") auid=\(.netlog.auid // "-")"'

same_as_line() {
	"$tool" -if "$data" | sed 's/^[^ ]* [^ ]* //; s/ auid=\([^ ]*\).*/ auid=\1/' >"$tmp/lines"
	"$tool" -if "$data" --format json | jq -r "$from_json" >"$tmp/back"
	[ -s "$tmp/lines" ] && diff "$tmp/lines" "$tmp/back" >&2
}

every_object() { # FORMAT: as many objects as lines
	[ "$("$tool" -if "$data" --format "$1" | jq -c . | wc -l)" = \
	  "$("$tool" -if "$data" | wc -l)" ]
}

# A stop and its start have one id.
pairs() {
	local stops
	"$tool" -if "$data" --format json >"$tmp/json"
	stops=$(jq -r 'select(.event.type[-1] == "end") | .event.id' "$tmp/json" | sort -u | wc -l)
	[ "$stops" -gt 0 ] && [ "$stops" = "$(jq -r 'select(.event.type[-1] == "end") | .event.id' \
		"$tmp/json" | sort -u | grep -Fxc -f <(jq -r 'select(.event.type[-1] == "start") |
		.event.id' "$tmp/json"))" ]
}

parsed() {
	[ "$(grep -c '^connection_attempted|' "$tmp/parsed")" = \
	  "$("$tool" -if "$data" --kind connect-start --direction out | wc -l)" ] &&
		grep -q '^connection_attempted|127.0.0.1|18080|curl|[0-9]*|start$' "$tmp/parsed"
}

if command -v jq >/dev/null; then
	check 'JSON has what the line has' same_as_line
	check 'json, read by jq' every_object json
	check 'ocsf, read by jq' every_object ocsf
	check 'a stop has the id of its start' pairs
else
	echo 'skip - no jq here'
fi

if command -v rsyslogd >/dev/null &&
   { compgen -G '/usr/lib*/rsyslog/mmjsonparse.so' || compgen -G '/usr/lib/*/rsyslog/mmjsonparse.so'; } >/dev/null; then
	"$tool" -if "$data" --format json >"$tmp/netlog.json"
	touch "$tmp/parsed"
	cat >"$tmp/rsyslog.conf" <<-END
		module(load="imfile")
		module(load="mmjsonparse")
		global(workDirectory="$tmp" maxMessageSize="16k")
		template(name="some" type="string" string="%\$!event!action%|%\$!destination!ip%|%\$!destination!port%|%\$!process!name%|%\$!process!pid%|%\$!event!type[1]%\n")
		input(type="imfile" file="$tmp/netlog.json" tag="netlog:" ruleset="netlog")
		ruleset(name="netlog") {
			action(type="mmjsonparse" cookie="")
			action(type="omfile" file="$tmp/parsed" template="some")
		}
	END
	rsyslogd -n -f "$tmp/rsyslog.conf" -i "$tmp/pid" >"$tmp/rsyslogd.out" 2>&1 </dev/null &
	syslogd=$!
	wait_for parsed
	check "rsyslogd's mmjsonparse reads it" parsed || { cat "$tmp/rsyslogd.out"; head -n 3 "$tmp/parsed"; }
else
	echo 'skip - no rsyslogd with mmjsonparse here'
fi
exit $failed
