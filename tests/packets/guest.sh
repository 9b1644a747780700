#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the virtual machine: nginx, sshd, postgres and dnsmasq in one namespace, their clients in
# another one, joined by veth; and servers whose connections another process uses. tcpdump
# captures both sides, and aunetlog one of them. A tar archive goes to standard output: *.pcap, log, truth, forks,
# arguments, said.
#
# truth: as judge.py has it; arguments: as judge_arguments.py
out=/tmp/out
mkdir -p $out
exec 3>&1 >$out/said 2>&1
export LC_ALL=C.UTF-8 TZ=UTC

fail() { echo "not ok - $*"; }
in_a() { ip netns exec a "$@"; }
in_b() { ip netns exec b "$@"; }
truth() { echo "$*" >>$out/truth; }

# until_true SECONDS COMMAND...
until_true() {
	local tries=$(($1 * 10))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { fail "in time: $*"; return 1; }
		usleep 100000
	done
}
listens() { in_b ss -lnH "sport = :$1" | grep -q .; }

# client COMMAND...: in a; its pid in $pid, what it prints in /tmp/client
client() {
	ip netns exec a "$@" >/tmp/client 2>>$out/clients </dev/null &
	pid=$!
	wait $pid || fail "client: $*"
	[ "$1" != chroot ] || shift 2
	{ printf '%s' $pid; printf '\t%s' "${@//$'\n'/\\n}"; echo; } >>$out/arguments
}

trace=/sys/kernel/tracing
echo 1 >$trace/events/sched/sched_process_fork/enable || fail "the kernel's tracing"

ip netns add a && ip netns add b || fail "no namespaces"
ip link add va netns a type veth peer name vb netns b
in_a ip addr add 10.77.0.1/24 dev va
in_b ip addr add 10.77.0.2/24 dev vb
in_a ip addr add fd77::1/64 dev va nodad
in_b ip addr add fd77::2/64 dev vb nodad
for ns in a b; do
	ip -n $ns link set lo up
	ip -n $ns link set v$ns up
done

dump() { # NAMESPACE INTERFACE FILE
	ip netns exec "$1" chroot /apps tcpdump -q -i "$2" --immediate-mode -U -s 200 -w "/tmp/$3.pcap" \
		</dev/null 2>"/tmp/dump.$3" &
	dumps+=($!)
	until_true 30 grep -q listening "/tmp/dump.$3"
}
dumps=()
dump a va a
dump b vb b
dump b lo lo
# the same live: the log is followed, and packets wait for it
live() { # INTERFACE FILE
	aunetlog capture --interface "$1" --in-netns b --wait 20 -if /var/log/netlog.log --write "$out/$2" 2>>$out/clients </dev/null &
	captures+=($!)
	until_true 60 test -s "$out/$2"
}
captures=()
live vb live.pcapng
live lo live-lo.pcapng

# ---- servers, in b ----
mkdir -p /apps/run/sshd /apps/root/.ssh /apps/var/lib/nginx /apps/var/log/nginx /apps/srv/www
head -c 100000 /dev/urandom >/apps/srv/www/file
chmod -R a+rX /apps/srv/www
cat >/apps/tmp/nginx.conf <<-END
	worker_processes 1;
	pid /run/nginx.pid;
	error_log /tmp/nginx.log;
	events { worker_connections 64; }
	http { access_log off; server { listen 80; listen [::]:80; root /srv/www; } }
END
in_b chroot /apps nginx -c /tmp/nginx.conf || fail nginx
chmod 700 /apps/root/.ssh
chroot /apps ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id </dev/null
cp /apps/root/.ssh/id.pub /apps/root/.ssh/authorized_keys
in_b chroot /apps /usr/sbin/sshd -p 22 -o PidFile=/run/sshd.pid || fail sshd
echo 'host all all 10.77.0.0/24 trust' >/apps/tmp/hba
chmod 1777 /apps/run
mkdir -p /apps/run/postgresql
chmod 1777 /apps/run/postgresql
ip netns exec b chroot /apps /usr/bin/setpriv --reuid postgres --regid postgres --clear-groups \
	/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main \
	-c config_file=/etc/postgresql/15/main/postgresql.conf -c hba_file=/tmp/hba \
	-c listen_addresses=10.77.0.2 -c port=5432 -c ssl=off -c dynamic_shared_memory_type=mmap </dev/null >>$out/servers 2>&1 &
postgres=$!
ip netns exec b dnsmasq -k -C /dev/null -p 53 -u root -x '' --address=/example.org/192.0.2.7 -R -h \
	</dev/null >>$out/servers 2>&1 &
dns=$!
for port in 80 22 5432 53; do until_true 60 listens $port; done
worker() { web=$(sed 's/ .*//' /proc/"$(cat /apps/run/nginx.pid)"/task/*/children) && [ -n "$web" ]; }
until_true 30 worker
sshd=$(cat /apps/run/sshd.pid)

# ---- clients ----
port=41000
for n in 1 2 3 4 5 6; do
	port=$((port + 1))
	to=10.77.0.2
	[ $n -lt 5 ] || to='[fd77::2]'
	client chroot /apps curl -s -g -o /dev/null --local-port $port "http://$to/file"
	truth TCP $port $pid "$web" "$web"
done
# refused: the kernel answers
port=$((port + 1))
ip netns exec a chroot /apps curl -s -o /dev/null --local-port $port http://10.77.0.2:81/ &
pid=$!
wait $pid && fail "port 81 answers"
truth TCP $port $pid - -
# both ends on lo
for n in 1 2 3; do
	port=$((port + 1))
	ip netns exec b chroot /apps curl -s -o /dev/null --local-port $port http://127.0.0.1/file &
	pid=$!
	wait $pid || fail "curl on lo"
	truth TCP $port $pid "$web" "$web"
done
for n in 1 2 3; do
	port=$((port + 1))
	client dig +short +tries=1 +time=20 -b "10.77.0.1#$port" @10.77.0.2 example.org
	grep -q '^192.0.2.7$' /tmp/client || fail "dig: $(cat /tmp/client)"
	truth UDP $port $pid $dns $dns
done
# the backend is a child that postgres forked
for n in 1 2 3; do
	client chroot /apps psql -At -F ' ' -h 10.77.0.2 -U postgres \
		-c 'select inet_client_port(), pg_backend_pid()' -c "select repeat('x', 50000)"
	read -r from backend </tmp/client
	truth TCP "$from" $pid $postgres "$backend"
done
# a child for each connection, which executes itself and gives privileges up
for n in 1 2; do
	client chroot /apps ssh -q -i /root/.ssh/id -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		root@10.77.0.2 'echo $SSH_CLIENT; echo $PPID; head -c 30000 /dev/zero | tr "\\0" x; sleep 1'
	from=$(sed -n '1s/^[^ ]* \([0-9]*\) .*/\1/p' /tmp/client)
	# before the login a child of that one speaks, whose number the trace has
	truth TCP "$from" $pid "$sshd" "$(sed -n 2p /tmp/client),children"
done
# one connection for each way to share it; "head -c 1" reads more than it writes
for way in prefork inherited passed privsep inetd; do
	ip netns exec b sharing $way /usr/bin/head >/tmp/shared || fail "sharing $way: $(cat /tmp/shared)"
	from=$(sed -n 's/^accepted .*:\([0-9]*\)$/\1/p' /tmp/shared)
	user=$(sed -n 's/^user //p' /tmp/shared)
	pid=$(sed -n 's/^client //p' /tmp/shared)
	opener=$(sed -n 's/^process //p' /tmp/shared)
	[ $way != prefork ] || opener=$user	# it accepts itself
	truth TCP "$from" "$pid" "$opener" "$user"
done

sleep 2
kill -INT "${dumps[@]}"
wait "${dumps[@]}"
kill -INT "${captures[@]}"
wait "${captures[@]}" || fail "aunetlog capture: $(cat $out/clients)"
cat $trace/trace >$out/forks
sync-audit 60
sleep 2
cp /apps/tmp/*.pcap /var/log/netlog.log $out/
mv $out/netlog.log $out/log
kill $postgres $dns "$sshd" "$(cat /apps/run/nginx.pid)"
tar -c -C $out . >&3
