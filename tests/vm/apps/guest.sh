#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the virtual machine: real programs, from the disk at /apps, and clients of each. The
# kernel's tracing and tcpdump record what happened, independently of this project.
# A tar archive goes to standard output: truth, packets, netlog.log, audit.log, said.
# usage: guest.sh [PROGRAM...]
# shellcheck disable=SC2086,SC2317 # numbers of processes; called by name
wanted=" ${*:-all} "
out=/tmp/out
trace=/sys/kernel/tracing
mkdir -p $out
exec 3>&1 >$out/said 2>&1

# busybox prefers its own applets (setpriv, inetd, nc): the real programs are named by their path.
in_apps() { chroot /apps "$@"; }
calls() { in_apps /srv/apps/calls.py "$@" || echo "not ok - clients of $1"; }
# in the background, as process $!
background() { chroot /apps "$@" </dev/null >>"$out/servers" 2>&1 & }
fail() { echo "not ok - $*"; }

# await PORT: until something listens there
await() {
	local tries=0
	until ss -ltnH "sport = :$1" | grep -q .; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || { fail "nothing listens at $1"; return 1; }
		usleep 100000
	done
}

# await_gone PORT: until nothing does
await_gone() {
	local tries=0
	while ss -ltnH "sport = :$1" | grep -q . && [ $tries -lt 200 ]; do
		tries=$((tries + 1))
		usleep 100000
	done
}

# skc_daddr 0, skc_rcv_saddr 4, skc_dport 12, skc_num 14, skc_family 16, skc_state 18
start_truth() {
	local sock='sk=%s:x64 lport=+14(%s):u16 rport=+12(%s):x16 raddr=+0(%s):x32 laddr=+4(%s):x32 state=+18(%s):u8'
	# shellcheck disable=SC2059 # a format
	at() { printf "$sock" "$1" "$1" "$1" "$1" "$1" "$1"; }
	# shellcheck disable=SC2016 # the kernel's own words
	{
		echo "p:truth/connect tcp_connect $(at '$arg1')"
		echo "r256:truth/accept inet_csk_accept $(at '$retval')"
		echo "p:truth/close tcp_close $(at '$arg1')"
		echo "p:truth/listen inet_csk_listen_start $(at '$arg1')"
	} >$trace/kprobe_events || { fail "the kernel's tracing"; return; }
	echo tai >$trace/trace_clock
	echo 16384 >$trace/buffer_size_kb
	echo 1 >$trace/options/record-tgid
	for call in accept accept4 connect close close_range exit exit_group; do
		echo 1 >$trace/events/syscalls/sys_enter_$call/enable
		echo 1 >$trace/events/syscalls/sys_exit_$call/enable
	done
	echo 1 >$trace/events/truth/enable
	background tcpdump -i lo -n -U -w /tmp/packets 'tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0'
	tcpdump=$!
	usleep 1500000
}

stop_truth() {
	echo 0 >$trace/events/truth/enable
	echo 0 >$trace/events/syscalls/enable
	cat $trace/trace >$out/truth
	grep -q 'entries-in-buffer/entries-written' $out/truth || fail "no trace"
	usleep 500000
	kill $tcpdump
	wait $tcpdump
	in_apps tcpdump -r /tmp/packets -n -tt >$out/packets
}

nginx_conf() {
	cat >/apps/tmp/nginx.conf <<-END
	worker_processes 2;
	pid /run/nginx.pid;
	error_log /tmp/nginx.log;
	events { worker_connections 64; }
	http {
		access_log off;
		server { listen 127.0.0.1:8001; location / { return 200 hello; } }
	}
	END
}

# A daemon with workers that accept on the listener that they inherit; a reload.
nginx() {
	nginx_conf
	mkdir -p /apps/run /apps/var/lib/nginx /apps/var/log/nginx
	in_apps nginx -c /tmp/nginx.conf || fail nginx
	await 8001 || return
	calls 8001 20 4 'GET / HTTP/1.0\r\n\r\n'
	in_apps curl -s -o /dev/null http://127.0.0.1:8001/ http://127.0.0.1:8001/
	in_apps nginx -c /tmp/nginx.conf -s reload
	usleep 1500000
	calls 8001 10 2 'GET / HTTP/1.0\r\n\r\n'
}
nginx_end() { in_apps nginx -c /tmp/nginx.conf -s quit; await_gone 8001; }

# A master with a worker that takes the listeners over; connects to nginx.
haproxy() {
	cat >/apps/tmp/haproxy.cfg <<-END
	global
	  stats socket /run/haproxy.sock expose-fd listeners
	defaults
	  mode http
	  timeout connect 20s
	  timeout client 20s
	  timeout server 20s
	  option httpclose
	frontend f
	  bind 127.0.0.1:8002
	  default_backend b
	backend b
	  server s 127.0.0.1:8001
	END
	in_apps haproxy -W -D -f /tmp/haproxy.cfg -p /run/haproxy.pid || fail haproxy
	await 8002 || return
	calls 8002 10 2 'GET / HTTP/1.0\r\n\r\n'
	kill -USR2 "$(head -n 1 /apps/run/haproxy.pid)"
	usleep 2500000
	calls 8002 6 1 'GET / HTTP/1.0\r\n\r\n'
}
haproxy_end() { kill "$(head -n 1 /apps/run/haproxy.pid)"; await_gone 8002; }

# A daemon with one thread and an event loop.
redis() {
	in_apps redis-server --daemonize yes --bind 127.0.0.1 --port 6379 --save '' --dir /tmp \
		--pidfile /run/redis.pid >/dev/null || fail redis
	await 6379 || return
	in_apps redis-cli ping
	in_apps redis-benchmark -q -c 5 -n 40 -t ping >/dev/null
	calls 6379 6 3 'PING\r\n'
}
redis_end() { in_apps redis-cli shutdown nosave; await_gone 6379; }

# Forks a process for each connection, which makes few socket calls.
postgres() {
	echo 'host all all 127.0.0.1/32 trust' >/apps/tmp/hba
	mkdir -p /apps/run/postgresql
	chmod 1777 /apps/run/postgresql
	background /usr/bin/setpriv --reuid postgres --regid postgres --clear-groups \
		/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main \
		-c config_file=/etc/postgresql/15/main/postgresql.conf -c hba_file=/tmp/hba \
		-c listen_addresses=127.0.0.1 -c port=5432 -c ssl=off \
		-c dynamic_shared_memory_type=mmap
	postgres=$!
	await 5432 || return
	for _ in 1 2 3; do
		in_apps psql -q -h 127.0.0.1 -U postgres -c 'select 1' >/dev/null || fail psql
	done
	in_apps psql -q -h 127.0.0.1 -U postgres -c 'select pg_sleep(3)' >/dev/null &
	local slow=$!
	in_apps psql -q -h 127.0.0.1 -U postgres -c 'select 2' >/dev/null || fail psql
	wait $slow
}
postgres_end() { kill -INT $postgres; wait $postgres; }

# Forks, executes itself, gives its privileges up.
openssh() {
	mkdir -p /apps/run/sshd /apps/root/.ssh
	chmod 700 /apps/root/.ssh
	in_apps ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id </dev/null
	cp /apps/root/.ssh/id.pub /apps/root/.ssh/authorized_keys
	in_apps /usr/sbin/sshd -p 2222 -o ListenAddress=127.0.0.1 -o PidFile=/run/sshd.pid || fail sshd
	await 2222 || return
	for _ in 1 2; do
		in_apps ssh -i /root/.ssh/id -p 2222 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
			root@127.0.0.1 true </dev/null || fail ssh
	done
}
openssh_end() { kill "$(cat /apps/run/sshd.pid)"; await_gone 2222; }

# ForkingTCPServer: the child makes no socket call, the parent uses the number again.
python() {
	background /srv/apps/forking.py 7003
	python=$!
	await 7003 || return
	calls 7003 8 4
	calls 7003 2 1
	sleep 2
}
python_end() { kill $python; wait $python; }

# Two workers that accept on a passed listener, without asking for the peer's address.
node() {
	background node /srv/apps/cluster.js 7004
	node=$!
	await 7004 || return
	calls 7004 10 3
}
node_end() { kill $node; wait $node; await_gone 7004; }

java() {
	background java -Xint -Xshare:auto -cp /srv/apps Server 7005
	java=$!
	await 7005 || return
	calls 7005 8 4
}
java_end() { kill $java; wait $java; }

go() {
	background /srv/apps/goserver 7006
	go=$!
	await 7006 || return
	in_apps /srv/apps/goserver 7006 8 || fail go
	calls 7006 4 2
}
go_end() { kill $go; wait $go; }

# The program gets the accepted connection, and knows nothing of sockets.
inetd() {
	echo '127.0.0.1:7007 stream tcp nowait root /bin/cat cat' >/apps/tmp/inetd.conf
	background /usr/sbin/inetd -i /tmp/inetd.conf
	inetd=$!
	await 7007 || return
	calls 7007 6 2
}
inetd_end() { kill $inetd; wait $inetd; await_gone 7007; }

# Listens, and executes the server at the first connection, which accepts it.
activate() {
	background systemd-socket-activate -l 127.0.0.1:7008 python3 -c '
import socket
s = socket.socket(fileno=3)
while True:
    c = s.accept()[0]
    c.sendall(c.recv(100))
    c.close()'
	activate=$!
	background systemd-socket-activate -l 127.0.0.1:7009 --accept --inetd cat
	activate2=$!
	await 7008 && await 7009 || return
	calls 7008 5 1
	calls 7009 4 2
}
activate_end() { kill $activate $activate2; wait $activate $activate2; await_gone 7008; await_gone 7009; }

socat() {
	background socat TCP4-LISTEN:7010,bind=127.0.0.1,reuseaddr,fork EXEC:cat
	socat=$!
	await 7010 || return
	calls 7010 6 3
}
socat_end() { kill $socat; wait $socat; await_gone 7010; }

start_truth
started=()
for name in nginx haproxy redis postgres openssh python node java go inetd activate socat; do
	case $wanted in *" $name "*|*" all "*) ;; *) continue ;; esac
	echo "# $name"
	"$name"
	started+=("$name")
	# haproxy connects to nginx
	[ "$name" != nginx ] || continue
	"${name}_end"
done
case " ${started[*]} " in *' nginx '*) nginx_end ;; esac
sync-audit 60
sleep 12	# what waits for sock_diag, and a scan
stop_truth
cp /var/log/netlog.log /var/log/audit/audit.log $out/
auditctl -s >$out/status
tar -c -C $out . >&3
