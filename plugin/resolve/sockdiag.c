// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/sockdiag: NETLINK_SOCK_DIAG, dumps and notifications. */
#include "plugin/resolve/sockdiag.h"

#include "parser/event.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define EVENTS_BUFFER (8 << 20)
#define EVENT_SIZE 1024		/* of one message: about 400 bytes */
#define BATCH 32
#define DUMP_SIZE 32768		/* the kernel fills no more in one read */

struct sockdiag {
	struct mnl_socket *events, *dumps;
	struct sockdiag_query query;	/* the latest dump */
	bool busy;			/* the kernel has not ended it yet */
	unsigned int busy_seq;		/* or an earlier one that was abandoned */
	int queued_family;		/* 0, or its request is still to be sent */
	bool queued_info;
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
 * Payload, as the module counts it: bytes_sent excludes SYN and FIN. bytes_received
 * includes the peer's FIN, and no field says whether one came; rx is known only if no
 * segment had data.
 */
static void read_bytes(struct diag_sock *s, const struct tcp_info *i)
{
	if (!i->tcpi_notsent_bytes)
		s->tx = i->tcpi_bytes_sent - i->tcpi_bytes_retrans;
	if (!i->tcpi_bytes_received || !i->tcpi_data_segs_in)
		s->rx = 0;
}

/*
 * Reads the tcp_info of a destroyed socket. The handshake of a connect ended when its SYN
 * was acknowledged. If it was not, and one segment answered the one SYN, that segment was
 * a reset: any other would have left the socket in SYN_SENT, to send a second SYN. A
 * socket without peer port was disconnected, and its counters mean nothing.
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
 * Reads the direction of a living socket with no data in flight: tcp_ack() counts the SYN
 * of the connecting side among the bytes acknowledged, not that of the accepting side.
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

/* The whole message, with its padding, lies in len bytes. mnl_nlmsg_ok() compares signed
 * lengths: one of 0xffffffff passes. */
static bool is_whole(const struct nlmsghdr *m, size_t len)
{
	return len >= sizeof(*m) && m->nlmsg_len >= sizeof(*m) && m->nlmsg_len <= len &&
	       NLMSG_ALIGN((size_t)m->nlmsg_len) <= len;
}

/* The message behind m, which is whole. */
static const struct nlmsghdr *next_message(const struct nlmsghdr *m, size_t *left)
{
	size_t step = NLMSG_ALIGN((size_t)m->nlmsg_len);

	*left -= step;
	return (const void *)((const char *)m + step);
}

bool sockdiag_parse(const struct nlmsghdr *message, size_t len, struct diag_sock *out)
{
	const struct inet_diag_msg *m;
	struct attributes at = { 0 };

	if (!is_whole(message, len) || message->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    message->nlmsg_len < NLMSG_HDRLEN + sizeof(*m))
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

/* ---- sockets ---- */

/* Connected to the kernel: netlink_unicast() refuses every other sender. */
static struct mnl_socket *open_socket(void)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct mnl_socket *s = mnl_socket_open2(NETLINK_SOCK_DIAG,
						SOCK_CLOEXEC | SOCK_NONBLOCK);
	int err;

	if (!s)
		return NULL;
	if (!mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) &&
	    !connect(mnl_socket_get_fd(s), (const void *)&kernel, sizeof(kernel)))
		return s;
	err = errno;
	mnl_socket_close(s);
	errno = err;
	return NULL;
}

static bool is_kernel(const struct sockaddr_nl *from, socklen_t len)
{
	return len >= sizeof(*from) && from->nl_family == AF_NETLINK && !from->nl_pid;
}

/* ---- notifications ---- */

int sockdiag_subscribe(struct sockdiag *d)
{
	static const int groups[] = {
		SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET_UDP_DESTROY,
		SKNLGRP_INET6_TCP_DESTROY, SKNLGRP_INET6_UDP_DESTROY,
	};
	int size = EVENTS_BUFFER, err = 0;

	d->events = open_socket();
	if (!d->events)
		return -errno;
	setsockopt(mnl_socket_get_fd(d->events), SOL_SOCKET, SO_RCVBUFFORCE, &size,
		   sizeof(size));
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

static void hand_out(const struct sockdiag *d, const char *buf, size_t left, sockdiag_fn fn,
		     void *arg)
{
	const struct nlmsghdr *m = (const struct nlmsghdr *)buf;
	struct diag_sock s;

	for (; is_whole(m, left); m = next_message(m, &left))
		if (sockdiag_parse(m, left, &s)) {
			s.netns = d->query.netns;
			fn(&s, arg);
		}
}

int sockdiag_read_events(struct sockdiag *d, sockdiag_fn fn, void *arg)
{
	static char buf[BATCH][EVENT_SIZE] __attribute__((aligned(8)));
	struct sockaddr_nl from[BATCH];
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	bool lost = false;
	int n;

	for (int i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ buf[i], EVENT_SIZE };
		msgs[i] = (struct mmsghdr){ .msg_hdr = {
			.msg_name = &from[i], .msg_namelen = sizeof(from[i]),
			.msg_iov = &iov[i], .msg_iovlen = 1 } };
	}
	n = recvmmsg(mnl_socket_get_fd(d->events), msgs, BATCH, MSG_DONTWAIT, NULL);
	if (n < 0)
		return errno == ENOBUFS ? -ENOBUFS : 0;
	for (int i = 0; i < n; i++) {
		const struct msghdr *h = &msgs[i].msg_hdr;

		if (!is_kernel(&from[i], h->msg_namelen))
			continue;
		if (h->msg_flags & MSG_TRUNC)
			lost = true;
		else
			hand_out(d, buf[i], msgs[i].msg_len, fn, arg);
	}
	return lost ? -ENOBUFS : n == BATCH;
}

/* ---- dumps ---- */

static int send_request(struct sockdiag *d, int family, unsigned int states, bool info)
{
	_Alignas(struct nlmsghdr) char buf[NLMSG_SPACE(sizeof(struct inet_diag_req_v2))];
	struct nlmsghdr *m = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *r;

	m->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	m->nlmsg_seq = d->query.seq;
	r = mnl_nlmsg_put_extra_header(m, sizeof(*r));
	r->sdiag_family = family;
	r->sdiag_protocol = d->query.proto;
	r->idiag_ext = info ? 1 << (INET_DIAG_INFO - 1) : 0;
	r->idiag_states = states;
	if (mnl_socket_sendto(d->dumps, m, m->nlmsg_len) < 0)
		return -errno;
	d->busy = true;
	d->busy_seq = d->query.seq;
	return 0;
}

#define ALL_STATES (~(1U << STATE_TIME_WAIT | 1U << STATE_NEW_SYN_RECV))

int sockdiag_dump(struct sockdiag *d, int family, int proto, bool info)
{
	if (d->queued_family)	/* a whole round was waited for the end of the old one */
		d->busy = false;
	d->query.seq++;
	d->query.proto = proto;
	d->queued_family = d->busy ? family : 0;
	d->queued_info = info;
	return d->busy ? 0 : send_request(d, family, ALL_STATES, info);
}

int sockdiag_dump_fd(const struct sockdiag *d)
{
	return mnl_socket_get_fd(d->dumps);
}

/* The last message of a dump: 0, or its -errno. */
static int read_end_of_dump(const struct nlmsghdr *m)
{
	size_t len = mnl_nlmsg_get_payload_len(m);
	int err = 0;

	if (len >= sizeof(err))
		memcpy(&err, mnl_nlmsg_get_payload(m), sizeof(err));
	if (m->nlmsg_type == NLMSG_ERROR && err >= 0)
		return -EPROTO;
	return err < 0 ? err : 0;
}

static bool ends_dump(const struct nlmsghdr *m)
{
	return m->nlmsg_type == NLMSG_DONE || m->nlmsg_type == NLMSG_ERROR;
}

int sockdiag_parse_dump(const struct sockdiag_query *q, const void *buf, size_t len,
			sockdiag_fn fn, void *arg)
{
	const struct nlmsghdr *m = buf;
	struct diag_sock s;

	for (; is_whole(m, len); m = next_message(m, &len)) {
		if (m->nlmsg_seq != q->seq)	/* of a dump that was abandoned */
			continue;
		if (ends_dump(m))
			return read_end_of_dump(m);
		if (!sockdiag_parse(m, len, &s))
			continue;
		s.proto = q->proto;
		s.netns = q->netns;
		fn(&s, arg);
	}
	return 1;
}

/* The kernel has ended the dump of that seq. */
static bool has_end(const void *buf, size_t len, unsigned int seq)
{
	const struct nlmsghdr *m = buf;

	for (; is_whole(m, len); m = next_message(m, &len))
		if (m->nlmsg_seq == seq && ends_dump(m))
			return true;
	return false;
}

/* Returns the length of one piece; 0 if it is to be skipped; -errno. */
static ssize_t receive(struct sockdiag *d)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { d->buf, sizeof(d->buf) };
	struct msghdr h = { .msg_name = &from, .msg_namelen = sizeof(from),
			    .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n = recvmsg(mnl_socket_get_fd(d->dumps), &h, MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	if (!is_kernel(&from, h.msg_namelen))
		return 0;
	return h.msg_flags & MSG_TRUNC ? -EMSGSIZE : n;
}

int sockdiag_read_dump(struct sockdiag *d, sockdiag_fn fn, void *arg)
{
	ssize_t n = receive(d);

	if (n == -EAGAIN || n == -EINTR)
		return 2;
	if (n < 0)
		return n;
	if (d->busy && has_end(d->buf, n, d->busy_seq))
		d->busy = false;
	if (!d->queued_family)
		return sockdiag_parse_dump(&d->query, d->buf, n, fn, arg);
	if (!d->busy) {
		int family = d->queued_family;

		d->queued_family = 0;
		n = send_request(d, family, ALL_STATES, d->queued_info);
		return n ? n : 1;
	}
	return 1;
}

static void ignore(const struct diag_sock *s, void *arg)
{
	(void)s;
	(void)arg;
}

/*
 * Dumps no state: does anybody answer? The kernel loads the protocol's module and answers
 * within sendto(), so that nothing is waited for.
 */
static int probe(struct sockdiag *d, int proto)
{
	int err, more = 1;

	d->query.seq++;
	d->query.proto = proto;
	err = send_request(d, AF_INET, 0, false);
	while (!err && more == 1)
		more = sockdiag_read_dump(d, ignore, NULL);
	if (err)
		return err;
	return more == 2 ? -ETIMEDOUT : more;
}

struct sockdiag *sockdiag_open(int64_t netns)
{
	struct sockdiag *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return NULL;
	d->query.netns = netns;
	d->dumps = open_socket();
	if (d->dumps) {
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
