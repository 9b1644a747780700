// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/live/datagram: UDP, and sockets that must not be taken for TCP or UDP (section E of
 * SCENARIOS). */
#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "scenario.h"
#include "sockets.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif

static int udp(void)
{
	return new_socket(AF_INET, SOCK_DGRAM);
}

/* A bind makes a UDP server. */
static void serve(struct conn *l, const char *ip, unsigned int port)
{
	int fd = new_socket(address(ip, port).sa.sa_family, SOCK_DGRAM);

	truth_before();
	bind_to(fd, ip, port);
	truth_listening(l, fd, "UDP");
}

static void datagram_to(struct conn *c, const struct conn *to)
{
	char buf[64];

	if (send(c->fd, "hello", 5, 0) != 5)
		die("send");
	await(to->fd, POLLIN);
	if (recv(to->fd, buf, sizeof(buf), 0) != 5)
		die("recv");
	c->tx += 5;
}

/* E1 */
static void plain(void)
{
	struct address to;
	struct conn l, c;

	serve(&l, LO, 0);
	to = address_of(l.fd);
	udp_dial(&c, udp(), &to);
	datagram_to(&c, &l);
	hang_up(&c);
	hang_up(&l);
}

/* E1: nothing listens there. A UDP connect does not need a listener. */
static void nobody(void)
{
	struct address to = address(LO, 9);
	struct conn c;

	own_net(0);
	udp_dial(&c, udp(), &to);
	leave(&c);
}

static void plain6(void)
{
	struct address to;
	struct conn l, c;

	serve(&l, "::1", 0);
	to = address_of(l.fd);
	udp_dial(&c, new_socket(AF_INET6, SOCK_DGRAM), &to);
	datagram_to(&c, &l);
	hang_up(&c);
	hang_up(&l);
}

/* E2: getaddrinfo(3) asks for a route by connecting to port 0. */
static void route_probe(void)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct address to = address(LO, 0), to6 = address("::1", 0);
	int fd = udp();

	if (connect(fd, &to.sa, to.len))
		die("connect");
	if (connect(fd, &nobody, sizeof(nobody)))
		die("disconnect");
	if (connect(fd, &to.sa, to.len))
		die("connect");
	drop(fd);
	fd = new_socket(AF_INET6, SOCK_DGRAM);
	if (connect(fd, &to6.sa, to6.len))
		die("connect");
	drop(fd);
}

/* E3 */
static void reconnect(void)
{
	struct conn a, b, c, d;
	struct address to;

	serve(&a, LO, 0);
	serve(&b, LO, 0);
	to = address_of(a.fd);
	udp_dial(&c, udp(), &to);
	datagram_to(&c, &a);
	to = address_of(b.fd);
	d = c;
	truth_before();
	if (connect(c.fd, &to.sa, to.len))
		die("connect");
	c.tx = -1;
	truth_stopped(&c, "reconnect");
	truth_connected(&d, d.fd, "UDP");
	d.tx = -1;
	hang_up(&d);
	hang_up(&a);
	hang_up(&b);
}

/* E3: the same peer again is no news. */
static void reconnect_same(void)
{
	struct address to;
	struct conn l, c;

	serve(&l, LO, 0);
	to = address_of(l.fd);
	udp_dial(&c, udp(), &to);
	if (connect(c.fd, &to.sa, to.len))
		die("connect");
	hang_up(&c);
	hang_up(&l);
}

/* E3: AF_UNSPEC takes the peer away. */
static void disconnect(void)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct address to;
	struct conn l, c;

	serve(&l, LO, 0);
	to = address_of(l.fd);
	udp_dial(&c, udp(), &to);
	truth_before();
	if (connect(c.fd, &nobody, sizeof(nobody)))
		die("disconnect");
	truth_stopped(&c, "disconnect");
	drop(c.fd);
	hang_up(&l);
}

/* E4: bind, receive, answer by sendto. */
static void server(void)
{
	struct address to, from = { .len = sizeof(from.six) };
	struct conn l, c;
	char buf[16];

	serve(&l, LO, 0);
	to = address_of(l.fd);
	udp_dial(&c, udp(), &to);
	if (send(c.fd, "ask", 3, 0) != 3)
		die("send");
	if (recvfrom(l.fd, buf, sizeof(buf), 0, &from.sa, &from.len) != 3 ||
	    sendto(l.fd, "answer", 6, 0, &from.sa, from.len) != 6 ||
	    recv(c.fd, buf, sizeof(buf), 0) != 6)
		die("answer");
	c.tx = 3;
	c.rx = 6;
	hang_up(&c);
	hang_up(&l);
}

static void server_exit(void)
{
	struct conn l;

	serve(&l, "0.0.0.0", 0);
	leave(&l);
}

/* E4: a bound socket that connects does not receive from all any more. */
static void bound_connect(void)
{
	struct conn l, own, c;
	struct address to;

	serve(&l, LO, 0);
	to = address_of(l.fd);
	serve(&own, LO, 0);
	truth_before();
	if (connect(own.fd, &to.sa, to.len))
		die("connect");
	truth_stopped(&own, "reconnect");
	truth_connected(&c, own.fd, "UDP");
	hang_up(&c);
	hang_up(&l);
}

/* sendto() without connect is not a connection (E5 is on request). */
static void unconnected(void)
{
	struct address to;
	struct conn l;
	char buf[16];
	int fd = udp();

	serve(&l, LO, 0);
	to = address_of(l.fd);
	if (sendto(fd, "hello", 5, 0, &to.sa, to.len) != 5 ||
	    recv(l.fd, buf, sizeof(buf), 0) != 5)
		die("sendto");
	drop(fd);
	hang_up(&l);
}

static void try_socket(int family, int type, int proto)
{
	int fd = socket(family, type, proto);

	if (fd >= 0)
		close(fd);
}

static void unix_sockets(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 1 +
		snprintf(un.sun_path + 1, 32, "netlog-test-%d", (int)getpid());
	int l = socket(AF_UNIX, SOCK_STREAM, 0), c, s;

	c = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(l, (struct sockaddr *)&un, len) || listen(l, 1) ||
	    connect(c, (struct sockaddr *)&un, len))
		die("unix");
	s = accept(l, NULL, NULL);
	if (s < 0)
		die("accept unix");
	close(s);
	close(c);
	close(l);
}

/* E7: nothing of all this is logged. */
static void others(void)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK };
	struct address to = address(LO, 0);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);

	if (fd >= 0) {
		if (connect(fd, &to.sa, to.len))
			die("raw connect");
		close(fd);
	}
	fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	if (fd >= 0) {
		if (bind(fd, &to.sa, to.len) || connect(fd, &to.sa, to.len))
			die("ping");
		close(fd);
	}
	fd = socket(AF_NETLINK, SOCK_RAW, 0);
	if (bind(fd, (struct sockaddr *)&nl, sizeof(nl)) ||
	    connect(fd, (struct sockaddr *)&nl, sizeof(nl)))
		die("netlink");
	close(fd);
	try_socket(AF_PACKET, SOCK_RAW, 0);
	try_socket(AF_VSOCK, SOCK_STREAM, 0);
	try_socket(AF_INET, SOCK_STREAM, 0);	/* never used */
	unix_sockets();
	/* TCP that is only bound is nothing yet */
	fd = new_socket(AF_INET, SOCK_STREAM);
	bind_to(fd, LO, 0);
	close(fd);
}

/* E7 */
static void udplite(void)
{
	int lfd = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);
	struct conn l, c;
	struct address to;

	if (lfd < 0)
		skip("no UDP-Lite in this kernel");
	truth_before();
	bind_to(lfd, LO, 0);
	truth_listening(&l, lfd, "UDPLITE");
	to = address_of(lfd);
	truth_before();
	c.fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);
	if (connect(c.fd, &to.sa, to.len))
		die("connect");
	truth_connected(&c, c.fd, "UDPLITE");
	hang_up(&c);
	hang_up(&l);
}

static void mptcp_pair(int listener_proto, int client_proto)
{
	struct address to, from = { .len = sizeof(from.six) };
	int lfd = socket(AF_INET, SOCK_STREAM, listener_proto);
	int fd = socket(AF_INET, SOCK_STREAM, client_proto);
	struct conn l, c, s;

	if (lfd < 0 || fd < 0)
		skip("no MPTCP in this kernel");
	bind_to(lfd, LO, 0);
	truth_before();
	if (listen(lfd, 4))
		die("listen");
	truth_listening(&l, lfd, listener_proto ? "MPTCP" : "TCP");
	to = address_of(lfd);
	truth_before();
	if (connect(fd, &to.sa, to.len))
		die("connect");
	truth_connected(&c, fd, client_proto ? "MPTCP" : "TCP");
	truth_before();
	fd = accept(lfd, &from.sa, &from.len);
	if (fd < 0)
		die("accept");
	/* with a peer that does not speak it the kernel hands out plain TCP */
	truth_accepted(&s, fd, listener_proto && client_proto ? "MPTCP" :
		       listener_proto ? "TCP|MPTCP" : "TCP");
	c.tx = s.tx = -1;
	hang_up(&c);
	hang_up(&s);
	hang_up(&l);
}

/* E8 */
static void mptcp(void)
{
	mptcp_pair(IPPROTO_MPTCP, IPPROTO_MPTCP);
}

static void mptcp_fallback(void)
{
	mptcp_pair(0, IPPROTO_MPTCP);
	mptcp_pair(IPPROTO_MPTCP, 0);
}

/* Not in the list: run waits for its stop, which shows that all earlier lines have arrived. */
static void sentinel(void)
{
	struct address to = address(LO, 10);
	struct conn c;

	udp_dial(&c, udp(), &to);
	leave(&c);
}

const struct scenario scenarios[] = {
	{ "plain", plain },
	{ "plain6", plain6 },
	{ "nobody", nobody },
	{ "route_probe", route_probe },
	{ "reconnect", reconnect },
	{ "reconnect_same", reconnect_same },
	{ "disconnect", disconnect },
	{ "server", server },
	{ "server_exit", server_exit },
	{ "bound_connect", bound_connect },
	{ "unconnected", unconnected },
	{ "others", others },
	{ "udplite", udplite },
	{ "mptcp", mptcp },
	{ "mptcp_fallback", mptcp_fallback },
	{ "sentinel", sentinel },
	{ NULL, NULL },
};
