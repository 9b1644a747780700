#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make examples: one session on this host, as every format has it: a listener, curl, a UDP
# query, ssh, a connect that is refused. The files are in man/examples.
# The names of this host are replaced. Needs root; reads the kernel's audit records.
# session.sh [BUILD-DIR [DIRECTORY]]
# PICTURE=FILE.svg: draws instead what --live shows of the session on a terminal (man/picture).
set -u
export TZ=UTC LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
plugin=$(realpath "${1:-$here/../../build}/audisp-netlog") || exit 99
to=$(realpath "${2:-$here/../../man/examples}") || exit 99
user=4242	# no other process has it: all other connections are left out
[ "$(id -u)" = 0 ] || { echo "session.sh: needs root" >&2; exit 77; }
for program in curl ssh ssh-keygen dig python3 setpriv unshare; do
	command -v $program >/dev/null || { echo "session.sh: no $program here" >&2; exit 77; }
done
tmp=$(mktemp -d) pid=''
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$tmp"' EXIT
chmod 755 "$tmp"

rules=$here/../../rules/30-netlog.rules
formats=(netlog json ocsf cef leef sd:netlog@32473 rows:120 cern)
{
	printf '%s\n' '[log]' 'file =' '[output]' 'syslog = no' 'stdout = no' '[context]' 'use = yes' \
		'[sockdiag]' 'snapshot = no' '[ignore]' "match = uid!=$user"
	for format in "${formats[@]}"; do
		printf '[output %s]\ntransport = file\npath = %s/%s\nformat = %s\n' \
			"${format%%[:@]*}" "$tmp" "${format%%[:@]*}" "$format"
	done
} >"$tmp/conf"

wait_for() { # COMMAND…
	local end=$((SECONDS + 20))
	until "$@"; do [ $SECONDS -ge $end ] && return 1; sleep 0.05; done
}
sshd=$(PATH=$PATH:/usr/sbin command -v sshd) || { echo "session.sh: no sshd here" >&2; exit 77; }
# An sshd of that user, with its own keys; the user is only in this session's /etc/passwd.
ssh_port=2222
mkdir -m 700 "$tmp/ssh"
ssh-keygen -q -t ed25519 -N '' -f "$tmp/ssh/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$tmp/ssh/id"
cp "$tmp/ssh/id.pub" "$tmp/ssh/authorized_keys"
printf '%s\n' "HostKey $tmp/ssh/host_key" "AuthorizedKeysFile $tmp/ssh/authorized_keys" \
	'StrictModes no' 'UsePAM no' 'PidFile none' "ListenAddress 127.0.0.1:$ssh_port" >"$tmp/ssh/sshd_config"
chown -R $user:$user "$tmp/ssh"
{ cat /etc/passwd; echo "demo:x:$user:$user:demo:$tmp:/bin/bash"; } >"$tmp/passwd"
chmod 644 "$tmp/passwd"

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
"$2" -D -f "$1/ssh/sshd_config" 2>"$1/ssh/log" & sshd=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	sleep 0.2
	[ "$(ss -Hltun | grep -cE '127.0.0.1:(2222|5353|8080) ')" = 3 ] && break
done
curl -s -o /dev/null http://127.0.0.1:8080/
dig +tries=1 +time=2 @127.0.0.1 -p 5353 example.org >/dev/null
ssh -F none -i "$1/ssh/id" -o BatchMode=yes -o ConnectTimeout=5 -o UserKnownHostsFile=/dev/null \
	-o StrictHostKeyChecking=no -p $3 127.0.0.1 true 2>/dev/null || { cat "$1/ssh/log" >&2; }
curl -s http://127.0.0.1:81/
sleep 0.5
kill $http $udp $sshd 2>/dev/null
wait
END
with_user() { unshare -m sh -c 'mount --bind "$1/passwd" /etc/passwd && shift && exec "$@"' sh "$tmp" "$@"; }
session=(setpriv --reuid "$user" --regid "$user" --clear-groups bash "$tmp/session" "$tmp" "$sshd" "$ssh_port")

if [ -n "${PICTURE:-}" ]; then
	printf '%s\n' '[log]' 'file =' '[output]' 'syslog = no' '[sockdiag]' 'snapshot = no' \
		'[ignore]' "match = uid!=$user" >"$tmp/live.conf"
	PICTURE_ROWS=${PICTURE_ROWS:-25} PICTURE_TITLE="audisp-netlog --live" PICTURE_TRAFFIC="${session[*]} </dev/null" \
		with_user "$here/../../man/picture" "$PICTURE" "$plugin" --live --rules "$rules" -c "$tmp/live.conf" &&
		sed -i "s/$(uname -r)/6.12.0/g" "$PICTURE"
	exit
fi

"$plugin" --live --rules "$rules" -c "$tmp/conf" >"$tmp/out" 2>&1 &
pid=$!
wait_for grep -qs 'netlog start' "$tmp/netlog" || { cat "$tmp/out" >&2; exit 99; }
with_user "${session[@]}" </dev/null
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
# An output each for these would be more than the plugin allows: aunetlog writes them.
for format in sysmon hone 'template:{comm}[{pid}] {proto} {local} {dir} {remote} (uid={uid})'; do
	"${plugin%/*}/aunetlog" -if "$tmp/json" --format "$format" | clean >"$to/${format%%:*}"
done
echo "session.sh: $(wc -l <"$to/netlog") lines in $to/netlog" >&2
