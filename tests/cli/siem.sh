#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The formats as a SIEM takes them: ECS and OCSF by lists of the schemas' fields, the
# network part of published rules of Elastic and Sigma over crafted connections, Community
# IDs compared with tshark's, process.entity_id of a living process.
# Usage: tests/cli/siem.sh AUNETLOG PLUGIN
set -u
export TZ=UTC LC_ALL=C.UTF-8
tool=$1 plugin=$2
for program in jq python3; do
	command -v $program >/dev/null || { echo "skip - siem: no $program here"; exit 77; }
done
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# ---- schemas ----

all() { # FORMAT: of every log at hand
	local log
	for log in tests/golden/pairs/*.log tests/cli/data/aunetlog.log tests/cases/*.log; do
		case $log in *clock-1970*) continue ;; esac	# its times are no dates of today
		[ -e "$log" ] && "$tool" -if "$log" --format "$1" 2>/dev/null
	done
}
schema() { all "$2" | tests/cli/schema.py "$1" "tests/cli/data/$1.fields"; }

check "ECS: every field is in the schema, with its type" schema ecs json
for version in 1.3.0 1.6.0; do	# what came in between has its version in the list
	check "OCSF $version: every field is in the schema, with its type" schema ocsf "ocsf:$version"
done

# ---- rules ----

serial=100
# record accept|connect PID COMM EXE UID LOCAL LPORT REMOTE RPORT: as the kernel module writes them
record() {
	serial=$((serial + 1))
	[ "$1" = connect ] && record_line "$@" 2 && set -- established "${@:2}"
	record_line "$@" 1
}
record_line() { # …STATE
	echo "type=KERNEL msg=audit(1795245908.$serial:$serial): netlog=1 op=$1 ino=$serial proto=6 family=2 state=${10} laddr=$6 lport=$7 faddr=$8 fport=$9 netns=4026531840 mono=$((serial * 1000000)) sid=1 ppid=1 pid=$2 auid=1000 uid=$5 gid=0 euid=$5 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=3 comm=\"$3\" exe=\"$4\" subj=unconfined"
}
{
	record connect 1 kworker/u8:1 /tmp/x 0 192.0.2.5 40000 198.51.100.7 8443
	record connect 2 cat /usr/bin/cat 1000 192.0.2.5 40001 198.51.100.7 80
	record connect 3 evil /tmp/evil 1000 192.0.2.5 40002 198.51.100.7 4444
	record connect 4 bash /usr/bin/bash 1000 192.0.2.5 40003 198.51.100.7 9001
	record connect 5 curl /usr/bin/curl 1000 10.0.0.5 40004 10.0.0.9 10250
	record accept 6 python3 /usr/bin/python3 1000 192.0.2.5 8000 198.51.100.7 50000
	record accept 7 ollama /usr/bin/ollama 1000 192.0.2.5 11434 198.51.100.7 50001
	record connect 8 curl /usr/bin/curl 1000 127.0.0.1 40005 127.0.0.1 443
	record accept 9 ollama /usr/bin/ollama 1000 10.0.0.5 11434 10.0.0.7 50002
	record connect 10 bash /usr/bin/bash 1000 127.0.0.1 40006 127.0.0.1 9001
} >"$tmp/log"

cat >"$tmp/want" <<-'END'
	cat_network_activity 2
	gdb_sys_ptrace_netcon 1
	kubelet_api_connection_attempt 5
	kworker_netcon 1
	netcon_from_rwx_mem_region 1
	netcon_from_rwx_mem_region 2
	netcon_from_rwx_mem_region 3
	netcon_from_rwx_mem_region 4
	netcon_from_rwx_mem_region 5
	ollama_api_external_access 7
	port_scanning 1
	port_scanning 2
	port_scanning 3
	port_scanning 4
	shell_via_tcp_cli_utility 4
	sigma_back_connect_shell_dev 4
	sigma_susp_malware_callback_port 3
	simple_web_server_connection_accepted 6
	suspicious_network_activity_from_unknown_executable 1
	suspicious_network_activity_from_unknown_executable 3
END
# Sysmon's names and values, as a collector's key=value parser has them: all texts
sysmon() {
	"$tool" -if "$tmp/log" --format sysmon | jq -cR \
		'split(" ") | map(split("=") | {(.[0]): .[1:] | join("=")}) | add'
}
rules() {
	{ "$tool" -if "$tmp/log" --format json; sysmon; } | jq -rsf tests/cli/rules.jq |
		LC_ALL=C sort >"$tmp/got"
	diff "$tmp/want" "$tmp/got" >&2
}
check "Elastic's and Sigma's rules match what they are made for, and nothing else" rules

# ---- Community ID ----

# A packet for each tuple, read by tshark.
pcap() {
	jq -r 'select(.network.community_id) | [.network.community_id, .network.transport,
		.source.ip, .source.port, .destination.ip, .destination.port] | @tsv' |
		sort -u >"$tmp/tuples"
	python3 - "$tmp/tuples" "$tmp/pcap" <<-'END'
		import socket, struct, sys
		PROTO = {"tcp": 6, "udp": 17, "sctp": 132}
		def packet(proto, src, sport, dst, dport):
		    if proto == 6:
		        body = struct.pack(">HHIIBBHHH", sport, dport, 0, 0, 5 << 4, 2, 1024, 0, 0)
		    elif proto == 17:
		        body = struct.pack(">HHHH", sport, dport, 8, 0)
		    else:
		        body = struct.pack(">HHII", sport, dport, 0, 0)
		    if ":" in src:
		        return struct.pack(">IHBB", 6 << 28, len(body), proto, 64) + \
		            socket.inet_pton(socket.AF_INET6, src) + \
		            socket.inet_pton(socket.AF_INET6, dst) + body
		    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, proto, 0) + \
		        socket.inet_aton(src) + socket.inet_aton(dst) + body
		with open(sys.argv[2], "wb") as out:
		    out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
		    for line in open(sys.argv[1]):
		        _, proto, src, sport, dst, dport = line.rstrip("\n").split("\t")
		        data = packet(PROTO[proto], src, int(sport), dst, int(dport))
		        out.write(struct.pack("<IIII", 0, 0, len(data), len(data)) + data)
	END
}
communities() {
	{ all json; "$tool" -if "$tmp/log" --format json; } | pcap
	[ "$(wc -l <"$tmp/tuples")" -gt 20 ] || return
	tshark -r "$tmp/pcap" --enable-protocol communityid -T fields -e communityid \
		2>"$tmp/tshark" >"$tmp/theirs"
	diff <(cut -f 1 "$tmp/tuples") "$tmp/theirs" >&2
}
if command -v tshark >/dev/null && tshark -G protocols 2>/dev/null | grep -q communityid; then
	check "Community IDs are tshark's" communities
else
	echo "skip - no tshark with communityid here"
fi

# ---- process.entity_id ----

# A connection of this shell, now: the number is the documented hash.
entity() {
	local now start want
	now=$(date +%s.%3N)
	start=$(sed 's/.*) //' "/proc/$$/stat" | cut -d ' ' -f 20)
	printf '[log]\nfile =\n[output]\nsyslog = no\n[output json]\ntransport = stdout\nformat = json\n[kernel]\nsource = none\n[sockdiag]\nuse = no\n' >"$tmp/conf"
	record accept $$ bash /bin/bash 0 192.0.2.5 22 198.51.100.7 40000 |
		sed "s/(1795245908.[0-9]*:/($now:/; s/ppid=1 /ppid=$PPID /" |
		"$plugin" -c "$tmp/conf" 2>"$tmp/err" >"$tmp/entity"
	want=$(printf '%s %s %s %s' "$(cat /etc/machine-id)" "$(cat /proc/sys/kernel/random/boot_id)" $$ "$start" |
		openssl sha1 -binary | head -c 12 | base64)
	[ "$(jq -r 'select(.process.pid) | .process.entity_id' "$tmp/entity" | sort -u)" = "$want" ] &&
		[ "$(jq -r 'select(.process.pid) | .process.parent.entity_id' "$tmp/entity" | grep -c '^.\{16\}$')" -gt 0 ] &&
		[ "$(jq -r 'select(.process.pid) | .host.id' "$tmp/entity" | sort -u)" = "$(cat /etc/machine-id)" ]
}

# ---- the plugin's own lines ----

# Hone's view has none: an output of it has no empty lines in their places.
hone() {
	printf '[log]\nfile =\n[output]\nsyslog = no\n[output hone]\ntransport = stdout\nformat = hone\n[kernel]\nsource = none\n[sockdiag]\nuse = no\n' >"$tmp/conf"
	"$plugin" -c "$tmp/conf" 2>"$tmp/err" <"$tmp/log" >"$tmp/hone"
	[ -s "$tmp/hone" ] && ! grep -vE '^[0-9]+\.[0-9]{9} SOCK [OC] ' "$tmp/hone" >&2
}
check "hone: sockets alone" hone

if [ "$(readlink /proc/self/ns/pid)" = 'pid:[4026531836]' ] && [ -s /etc/machine-id ] && command -v openssl >/dev/null; then
	check "process.entity_id is the documented hash" entity
else
	echo "skip - entity: no machine-id, no openssl, or not the initial pid namespace"
fi
exit $failed
