// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/live/network: several network namespaces, and sockets of the kernel itself (D9 to D13
 * of SCENARIOS). */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenario.h"
#include "sockets.h"

#define PORT 8080

__attribute__((format(printf, 1, 2)))
static void need_that(const char *format, ...)
{
	char command[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	need(command);
}

/* D9: a process that is pid 1 where it lives; the log has the host's pids. */
static void container(void)
{
	struct conn l, c, s;
	pid_t pid;

	if (unshare(CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC))
		skip("no namespaces");
	pid = truth_fork();
	if (!pid) {
		if (getpid() != 1)
			die("not in a namespace of its own");
		own_net(0);
		listen_at(&l, LO, 0);
		dial(&c, &l);
		answer(&s, &l);
		talk(&c, &s, 100);
		hang_up(&c);
		leave(&s);
		leave(&l);
		_exit(0);
	}
	await_exit(pid);
}

/* A process in a separate network namespace, reached over a veth pair: from is our end's
 * address, to the neighbour's. It starts when the gate opens. */
struct neighbour {
	pid_t pid;
	struct gate made, go;
};

static void neighbour_make(struct neighbour *n, void (*fn)(void *), void *arg,
			   const char *to, const char *router)
{
	gate_make(&n->made);
	gate_make(&n->go);
	n->pid = truth_fork();
	if (n->pid)
		return;
	own_net(0);
	gate_open(&n->made);
	gate_wait(&n->go);
	need_that("ip addr add %s/24 dev eth0", to);
	need("ip link set eth0 up");
	if (router)
		need_that("ip route add default via %s", router);
	fn(arg);
	_exit(0);
}

static void neighbour_link(struct neighbour *n, const char *device, const char *from)
{
	gate_wait(&n->made);
	need_that("ip link add %s type veth peer name eth0 netns %d", device,
		  (int)n->pid);
	need_that("ip addr add %s/24 dev %s", from, device);
	need_that("ip link set %s up", device);
}

static void dial_out(void *to)
{
	struct address a = address(to, PORT);
	struct conn c;

	dial_with(&c, new_socket(AF_INET, SOCK_STREAM), &a);
	hang_up(&c);
}

/* D10: one connection, seen at both ends: two namespaces, two records. */
static void veth(void)
{
	struct neighbour n;
	struct conn l, s;

	own_net(0);
	neighbour_make(&n, dial_out, "192.0.2.1", "192.0.2.2", NULL);
	neighbour_link(&n, "v0", "192.0.2.1");
	listen_at(&l, "192.0.2.1", PORT);
	gate_open(&n.go);
	answer(&s, &l);
	await_exit(n.pid);
	hang_up(&s);
	hang_up(&l);
}

struct server {
	struct gate up;
};

static void serve_one(void *arg)
{
	struct server *server = arg;
	struct conn l, s;

	listen_at(&l, "10.2.0.2", PORT);
	gate_open(&server->up);
	answer(&s, &l);
	hang_up(&s);
	hang_up(&l);
}

/* A client and a server with this host between them. */
static void forward(void (*prepare)(void))
{
	struct neighbour client, server;
	struct server s;

	own_net(0);
	write_setting("/proc/sys/net/ipv4/ip_forward", "1");
	gate_make(&s.up);
	neighbour_make(&server, serve_one, &s, "10.2.0.2", "10.2.0.1");
	neighbour_make(&client, dial_out, "10.2.0.2", "10.1.0.2", "10.1.0.1");
	neighbour_link(&server, "s0", "10.2.0.1");
	gate_open(&server.go);
	gate_wait(&s.up);
	prepare();
	neighbour_link(&client, "c0", "10.1.0.1");
	gate_open(&client.go);
	await_exit(client.pid);
	await_exit(server.pid);
}

static void nothing(void)
{
}

static void masquerade(void)
{
	need("nft add table ip t");
	need("nft add chain ip t p { type nat hook postrouting priority 100 ; }");
	need("nft add rule ip t p oifname s0 masquerade");
}

/* D13: a forwarded connection is no connection of this host. */
static void routed(void)
{
	forward(nothing);
}

static void translated(void)
{
	forward(masquerade);
}

/* Is there a UDP socket with this port in our namespace? */
static bool has_udp(unsigned int port)
{
	unsigned int p;
	bool found = false;
	char line[512];
	FILE *f = fopen("/proc/net/udp", "re");

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, " %*d: %*[^:]:%x", &p) == 1 && p == port;
	if (f)
		fclose(f);
	return found;
}

/* Something is sent through the tunnel, so that the kernel's socket is used. */
static void send_through(const char *ip)
{
	struct address to = address(ip, 9);
	int fd = new_socket(AF_INET, SOCK_DGRAM);

	if (sendto(fd, "x", 1, 0, &to.sa, to.len) != 1)
		die("sendto");
	drop(fd);
}

static void tunnel(unsigned int port)
{
	need("ip addr add 10.9.0.1/24 dev t0");
	need("ip link set t0 up");
	if (!has_udp(port))
		die("the kernel has no socket");
	send_through("10.9.0.2");
	need("ip link del t0");
	if (has_udp(port))
		die("the kernel's socket is still there");
}

/* D11: sockets of the kernel itself, made and closed in our own system calls. */
static void vxlan(void)
{
	own_net(0);
	need("ip link add t0 type vxlan id 7 dstport 4789 dev lo remote 127.0.0.2");
	tunnel(4789);
}

static void geneve(void)
{
	own_net(0);
	need("ip link add t0 type geneve id 7 dstport 6081 remote 127.0.0.2");
	tunnel(6081);
}

static void wireguard(void)
{
	own_net(0);
	need("ip link add t0 type wireguard");
	need("ip addr add 10.9.0.1/24 dev t0");
	need("ip link set t0 up");
	need("ip link del t0");
}

/* D11: the kernel connects by TCP, in our write(). Only the other end, which is a
 * process's, is in the log; also where the kernel takes a socket as a process would
 * (Linux 6.12). */
static void nvme(void)
{
	struct conn l, *s = shared(1);
	char command[128], hello[128];
	pid_t pid;
	int fd;

	need("modprobe nvme-tcp");
	listen_at(&l, LO, 0);
	pid = truth_fork();
	if (!pid) {
		answer(s, &l);
		if (recv(s->fd, hello, sizeof(hello), MSG_WAITALL) != sizeof(hello))
			die("recv");
		s->rx = sizeof(hello);
		hang_up(s);
		_exit(0);
	}
	fd = open("/dev/nvme-fabrics", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("/dev/nvme-fabrics");
	snprintf(command, sizeof(command),
		 "transport=tcp,traddr=127.0.0.1,trsvcid=%u,nqn=nqn.2026-11.example:x",
		 ntohs(address_of(l.fd).four.sin_port));
	if (write(fd, command, strlen(command)) >= 0)
		die("nobody speaks NVMe here");
	await_exit(pid);
	truth_holds(&l, pid);
	hang_up(&l);
}

static pid_t spin(void)
{
	pid_t pid = truth_fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "stranger");
		for (;;)
			getppid();
	}
	return pid;
}

/* D12: the answer to a SYN arrives on a processor that runs another program. */
static void softirq(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct conn l, c, s;
	pid_t stranger[16];
	long n = 0;

	own_net(0);
	need("tc qdisc add dev lo root netem delay 2ms");
	while (n < processors && n < 16)
		stranger[n++] = spin();
	listen_at(&l, LO, 0);
	for (int i = 0; i < 30; i++) {
		dial(&c, &l);
		answer(&s, &l);
		hang_up(&c);
		hang_up(&s);
	}
	hang_up(&l);
	while (n--) {
		kill(stranger[n], SIGKILL);
		if (waitpid(stranger[n], NULL, 0) != stranger[n])
			die("waitpid");
	}
}

const struct scenario scenarios[] = {
	{ "container", container },
	{ "veth", veth },
	{ "routed", routed },
	{ "translated", translated },
	{ "vxlan", vxlan },
	{ "geneve", geneve },
	{ "wireguard", wireguard },
	{ "nvme", nvme },
	{ "softirq", softirq },
	{ NULL, NULL },
};
