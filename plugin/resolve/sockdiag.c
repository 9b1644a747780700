// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/sockdiag: NETLINK_SOCK_DIAG, dumps and announcements. */
#include "plugin/resolve/sockdiag.h"

#include "parser/event.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define EVENTS_BUFFER (8 << 20)
#define EVENT_SIZE 1024		/* of one message: about 400 bytes */
#define BATCH 32
#define PROBE_MS 5000
#define DUMP_SIZE 32768		/* what the kernel fills at most for one read */

struct sockdiag {
	struct mnl_socket *events, *dumps;
	int64_t netns;
	unsigned int seq;
	int proto;			/* of the dump under way: it does not say */
	char buf[DUMP_SIZE];
};

/* ---- messages ---- */

struct attributes {
	const struct nlattr *info, *protocol, *ulp;
};

static int on_attribute(const struct nlattr *a, void *arg)
{
	struct attributes *to = arg;

	switch (mnl_attr_get_type(a)) {
	case INET_DIAG_INFO:		to->info = a; break;
	case INET_DIAG_PROTOCOL:	to->protocol = a; break;
	case INET_DIAG_ULP_INFO:	to->ulp = a; break;
	}
	return MNL_CB_OK;
}

static void read_end(struct netaddr *a, int family, const void *ip, uint16_t port,
		     uint32_t interface)
{
	memset(a, 0, sizeof(*a));
	netaddr_set_ip(a, family, ip);
	a->port = ntohs(port);
	a->has_port = true;
	if (a->family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL((struct in6_addr *)a->addr))
		a->scope = interface;
}

/*
 * Payload, as the module counts it: bytes_sent leaves out SYN and FIN. bytes_received
 * counts the peer's FIN, and nothing tells whether one came; only when no segment had
 * data is it known.
 */
static void read_bytes(struct diag_sock *s, const struct tcp_info *i)
{
	if (!i->tcpi_notsent_bytes)
		s->tx = i->tcpi_bytes_sent - i->tcpi_bytes_retrans;
	if (!i->tcpi_bytes_received || !i->tcpi_data_segs_in)
		s->rx = 0;
}

/*
 * Of a destroyed socket. The handshake of a connect ended when its SYN was acknowledged.
 * When it was not, and one segment came in answer to the one SYN, that segment was a
 * reset: anything else would have left it in SYN_SENT, to be sent a second SYN. A socket
 * without peer port was disconnected, and all its counters are of nothing.
 */
static void read_info(struct diag_sock *s, const struct nlattr *a)
{
	struct tcp_info i = { 0 };
	size_t len = mnl_attr_get_payload_len(a);

	if (len < offsetof(struct tcp_info, tcpi_segs_in) + sizeof(i.tcpi_segs_in) ||
	    !s->remote.port)
		return;
	memcpy(&i, mnl_attr_get_payload(a), len < sizeof(i) ? len : sizeof(i));
	s->established = i.tcpi_bytes_acked > 0;
	s->refused = !i.tcpi_bytes_acked && i.tcpi_segs_in == 1 && i.tcpi_segs_out == 1;
	if (len >= offsetof(struct tcp_info, tcpi_bytes_retrans) +
		   sizeof(i.tcpi_bytes_retrans))
		read_bytes(s, &i);
}

/*
 * Of a living one, with nothing on its way: tcp_ack() counts the SYN of who connected
 * among the bytes acknowledged, and not that of who accepted.
 */
static void read_direction(struct diag_sock *s, const struct nlattr *a)
{
	struct tcp_info i = { 0 };
	size_t len = mnl_attr_get_payload_len(a);

	if (len < offsetof(struct tcp_info, tcpi_bytes_retrans) +
		  sizeof(i.tcpi_bytes_retrans))
		return;
	memcpy(&i, mnl_attr_get_payload(a), len < sizeof(i) ? len : sizeof(i));
	if ((s->state != STATE_ESTABLISHED && s->state != STATE_CLOSE_WAIT) ||
	    i.tcpi_unacked || i.tcpi_total_retrans)
		return;
	if (i.tcpi_bytes_acked == i.tcpi_bytes_sent + 1)
		s->active = 1;
	else if (i.tcpi_bytes_acked == i.tcpi_bytes_sent)
		s->active = 0;
}

static bool is_mptcp(const struct nlattr *ulp)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, ulp)
		if (mnl_attr_get_type(a) == INET_ULP_INFO_NAME &&
		    mnl_attr_get_payload_len(a) >= sizeof("mptcp") &&
		    !memcmp(mnl_attr_get_payload(a), "mptcp", sizeof("mptcp")))
			return true;
	return false;
}

bool sockdiag_parse(const struct nlmsghdr *message, size_t len, struct diag_sock *out)
{
	const struct inet_diag_msg *m;
	struct attributes at = { 0 };

	/* mnl_attr_parse() reads to the end of the padding */
	if (!mnl_nlmsg_ok(message, len) || MNL_ALIGN(message->nlmsg_len) > len ||
	    message->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*m))
		return false;
	m = mnl_nlmsg_get_payload(message);
	if ((m->idiag_family != AF_INET && m->idiag_family != AF_INET6) ||
	    mnl_attr_parse(message, sizeof(*m), on_attribute, &at) < 0)
		return false;
	*out = (struct diag_sock){
		.cookie = (uint64_t)m->id.idiag_cookie[1] << 32 | m->id.idiag_cookie[0],
		.ino = m->idiag_inode,
		.proto = PROTO_UNKNOWN,
		.family = m->idiag_family,
		.state = m->idiag_state,
		.tx = -1, .rx = -1, .established = -1, .active = -1,
		.other = at.ulp && is_mptcp(at.ulp),
	};
	read_end(&out->local, m->idiag_family, m->id.idiag_src, m->id.idiag_sport,
		 m->id.idiag_if);
	read_end(&out->remote, m->idiag_family, m->id.idiag_dst, m->id.idiag_dport,
		 m->id.idiag_if);
	if (at.protocol && mnl_attr_get_payload_len(at.protocol) >= 1)
		out->proto = mnl_attr_get_u8(at.protocol);
	if (at.info && out->state != STATE_CLOSE)
		read_direction(out, at.info);
	else if (at.info && out->proto == IPPROTO_TCP)
		read_info(out, at.info);
	return true;
}

/* ---- announcements ---- */

int sockdiag_subscribe(struct sockdiag *d)
{
	static const int groups[] = {
		SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET_UDP_DESTROY,
		SKNLGRP_INET6_TCP_DESTROY, SKNLGRP_INET6_UDP_DESTROY,
	};
	int size = EVENTS_BUFFER, err;

	d->events = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!d->events)
		return -errno;
	setsockopt(mnl_socket_get_fd(d->events), SOL_SOCKET, SO_RCVBUFFORCE, &size,
		   sizeof(size));
	err = mnl_socket_bind(d->events, 0, MNL_SOCKET_AUTOPID);
	for (size_t i = 0; !err && i < sizeof(groups) / sizeof(*groups); i++)
		err = mnl_socket_setsockopt(d->events, NETLINK_ADD_MEMBERSHIP,
					    (void *)&groups[i], sizeof(groups[i]));
	if (!err)
		return 0;
	err = -errno;
	mnl_socket_close(d->events);
	d->events = NULL;
	return err;
}

int sockdiag_events_fd(const struct sockdiag *d)
{
	return d->events ? mnl_socket_get_fd(d->events) : -1;
}

static void hand_out(const struct sockdiag *d, const char *buf, size_t len, sockdiag_fn fn,
		     void *arg)
{
	const struct nlmsghdr *m = (const struct nlmsghdr *)buf;
	struct diag_sock s;
	int left = len;

	for (; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left))
		if (sockdiag_parse(m, left, &s)) {
			s.netns = d->netns;
			fn(&s, arg);
		}
}

int sockdiag_read_events(struct sockdiag *d, sockdiag_fn fn, void *arg)
{
	static char buf[BATCH][EVENT_SIZE] __attribute__((aligned(8)));
	struct sockaddr_nl from[BATCH];
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	int n;

	do {
		for (int i = 0; i < BATCH; i++) {
			iov[i] = (struct iovec){ buf[i], EVENT_SIZE };
			msgs[i] = (struct mmsghdr){ .msg_hdr = {
				.msg_name = &from[i], .msg_namelen = sizeof(from[i]),
				.msg_iov = &iov[i], .msg_iovlen = 1 } };
		}
		n = recvmmsg(mnl_socket_get_fd(d->events), msgs, BATCH, MSG_DONTWAIT,
			     NULL);
		if (n < 0)
			return errno == ENOBUFS ? -ENOBUFS : 0;
		for (int i = 0; i < n; i++)	/* of the kernel alone */
			if (!from[i].nl_pid)
				hand_out(d, buf[i], msgs[i].msg_len, fn, arg);
	} while (n == BATCH);
	return 0;
}

/* ---- dumps ---- */

static int request(struct sockdiag *d, int family, int proto, unsigned int states,
		   bool info)
{
	_Alignas(struct nlmsghdr) char buf[NLMSG_SPACE(sizeof(struct inet_diag_req_v2))];
	struct nlmsghdr *m = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *r;

	m->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	m->nlmsg_seq = ++d->seq;
	r = mnl_nlmsg_put_extra_header(m, sizeof(*r));
	r->sdiag_family = family;
	r->sdiag_protocol = proto;
	r->idiag_ext = info ? 1 << (INET_DIAG_INFO - 1) : 0;
	r->idiag_states = states;
	d->proto = proto;
	if (mnl_socket_sendto(d->dumps, m, m->nlmsg_len) < 0)
		return -errno;
	return 0;
}

int sockdiag_dump(struct sockdiag *d, int family, int proto, bool info)
{
	return request(d, family, proto,
		       ~(1U << STATE_TIME_WAIT | 1U << STATE_NEW_SYN_RECV), info);
}

static void ignore(const struct diag_sock *s, void *arg)
{
	(void)s;
	(void)arg;
}

/* A dump of no state: is there anybody to answer? The protocol's own part of the kernel
 * may be a module, which the first question loads. */
static int probe(struct sockdiag *d, int proto)
{
	struct pollfd p = { .fd = mnl_socket_get_fd(d->dumps), .events = POLLIN };
	int err = request(d, AF_INET, proto, 0, false);

	while (!err && poll(&p, 1, PROBE_MS) > 0) {
		err = sockdiag_read_dump(d, ignore, NULL);
		if (err <= 0)
			return err;
		err = 0;
	}
	return err ? err : -ETIMEDOUT;
}

int sockdiag_dump_fd(const struct sockdiag *d)
{
	return mnl_socket_get_fd(d->dumps);
}

/* The end of a dump carries its error, if there was one. */
static int done(const struct nlmsghdr *m)
{
	int err = 0;

	if (mnl_nlmsg_get_payload_len(m) >= sizeof(err))
		memcpy(&err, mnl_nlmsg_get_payload(m), sizeof(err));
	return err < 0 ? err : 0;
}

int sockdiag_read_dump(struct sockdiag *d, sockdiag_fn fn, void *arg)
{
	struct nlmsghdr *m;
	struct diag_sock s;
	int left;

	left = recv(mnl_socket_get_fd(d->dumps), d->buf, sizeof(d->buf), MSG_DONTWAIT);
	if (left < 0)
		return errno == EAGAIN || errno == EINTR ? 1 : -errno;
	for (m = (void *)d->buf; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left)) {
		if (m->nlmsg_seq != d->seq)	/* of one that was given up */
			continue;
		if (m->nlmsg_type == NLMSG_DONE)
			return done(m);
		if (m->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);

			return mnl_nlmsg_get_payload_len(m) >= sizeof(*e) && e->error ?
			       e->error : -EPROTO;
		}
		if (!sockdiag_parse(m, left, &s))
			continue;
		s.proto = d->proto;
		s.netns = d->netns;
		fn(&s, arg);
	}
	return 1;
}

struct sockdiag *sockdiag_open(int64_t netns)
{
	struct sockdiag *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return NULL;
	d->netns = netns;
	d->dumps = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (d->dumps && !mnl_socket_bind(d->dumps, 0, MNL_SOCKET_AUTOPID)) {
		err = probe(d, IPPROTO_TCP);
		if (!err)
			err = probe(d, IPPROTO_UDP);
		if (!err)
			return d;
		errno = -err;
	}
	err = errno;
	sockdiag_close(d);
	errno = err;
	return NULL;
}

void sockdiag_close(struct sockdiag *d)
{
	if (!d)
		return;
	if (d->events)
		mnl_socket_close(d->events);
	if (d->dumps)
		mnl_socket_close(d->dumps);
	free(d);
}
