#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make examples: one session on this host, as every format has it: a listener, curl, a UDP
# query, ssh, a connect that is refused. The files are beside the manual, in man/examples.
# The names of this host are replaced. Needs root; reads the kernel's audit records.
# session.sh [BUILD-DIR [DIRECTORY]]
set -u
export TZ=UTC LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
plugin=$(realpath "${1:-$here/../../build}/audisp-netlog") || exit 99
to=$(realpath "${2:-$here/../../man/examples}") || exit 99
user=4242	# nobody else's: all other connections are left out
[ "$(id -u)" = 0 ] || { echo "session.sh: needs root" >&2; exit 77; }
for program in curl ssh dig python3 setpriv jq; do
	command -v $program >/dev/null || { echo "session.sh: no $program here" >&2; exit 77; }
done
tmp=$(mktemp -d) pid=''
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$tmp"' EXIT
chmod 755 "$tmp"

formats=(netlog json ocsf cef leef sd:netlog@32473 rows:120 cern)
{
	printf '%s\n' '[log]' 'file =' '[output]' 'syslog = no' 'stdout = no' '[context]' 'use = yes' \
		'[sockdiag]' 'snapshot = no' '[ignore]' "match = uid!=$user"
	for format in "${formats[@]}"; do
		printf '[output %s]\ntransport = file\npath = %s/%s\nformat = %s\n' \
			"${format%%[:@]*}" "$tmp" "${format%%[:@]*}" "$format"
	done
} >"$tmp/conf"

"$plugin" --live --rules "$here/../../rules/30-netlog.rules" -c "$tmp/conf" >"$tmp/out" 2>&1 &
pid=$!
wait_for() { # COMMAND…
	local end=$((SECONDS + 20))
	until "$@"; do [ $SECONDS -ge $end ] && return 1; sleep 0.05; done
}
wait_for grep -qs 'netlog start' "$tmp/netlog" || { cat "$tmp/out" >&2; exit 99; }

cat >"$tmp/udp.py" <<'END'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 5353))
data, peer = s.recvfrom(512)
s.sendto(data[:2] + b"\x81\x83" + data[4:], peer)	# no such name
END
cat >"$tmp/session" <<'END'
python3 -m http.server 8080 --bind 127.0.0.1 >/dev/null 2>&1 & http=$!
python3 "$1/udp.py" & udp=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
	sleep 0.2
	curl -s -o /dev/null http://127.0.0.1:8080/ && break
done
dig +tries=1 +time=2 @127.0.0.1 -p 5353 example.org >/dev/null
ssh -F none -o BatchMode=yes -o ConnectTimeout=2 -o StrictHostKeyChecking=no -p 8080 127.0.0.1 true 2>/dev/null
curl -s http://127.0.0.1:81/
sleep 0.5
kill $http $udp 2>/dev/null
wait
END
setpriv --reuid $user --regid $user --clear-groups bash "$tmp/session" "$tmp" </dev/null
stopped() { grep -q ' listen stop TCP 127.0.0.1:8080 ' "$tmp/netlog"; }
wait_for stopped || { echo "session.sh: the end of the session was not logged" >&2; cat "$tmp/out" >&2; exit 1; }
kill -TERM "$pid"
wait "$pid"
pid=''

mkdir -p "$to"
clean() {
	sed -e "s/$(hostname)/web1/g" -e "s/$(cat /etc/machine-id)/0123456789abcdef0123456789abcdef/g" \
		-e "s|$tmp|/tmp/session|g" -e "s/$(uname -r)/6.12.0/g"
}
for format in "${formats[@]}"; do
	format=${format%%[:@]*}
	clean <"$tmp/$format" >"$to/$format"
done
# what has fewer fields than JSON has, of the same entries
echo "session.sh: $(wc -l <"$to/netlog") lines in each of $to/*" >&2
