// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/sockdiag: NETLINK_SOCK_DIAG, dumps and notifications. */
#include "plugin/resolve/sockdiag.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define EVENTS_BUFFER (8 << 20)
#define EVENT_SIZE 1024 /* size of one message: about 400 bytes */
#define BATCH 32
#define DUMP_SIZE 32768 /* the kernel fills no more in one read */

struct sockdiag {
	struct mnl_socket *events, *dumps;
	struct diag_query query; /* the latest dump */
	bool busy;		 /* the kernel has not ended it yet */
	unsigned int busy_seq;	 /* or an earlier one that was abandoned */
	int queued_family;	 /* 0, or its request is still to be sent */
	bool queued_info;
	_Alignas(struct nlmsghdr) char buf[DUMP_SIZE];
};

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
		SKNLGRP_INET_TCP_DESTROY,
		SKNLGRP_INET_UDP_DESTROY,
		SKNLGRP_INET6_TCP_DESTROY,
		SKNLGRP_INET6_UDP_DESTROY,
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

static void hand_out(const struct sockdiag *d, const char *buf, size_t left, diag_message_fn fn,
		     void *arg)
{
	const struct nlmsghdr *m = (const struct nlmsghdr *)buf;
	struct diag_sock s;

	for (; diag_message_is_whole(m, left); m = diag_message_next(m, &left))
		if (diag_message_parse(m, left, &s)) {
			s.netns = d->query.netns;
			fn(&s, arg);
		}
}

int sockdiag_read_events(struct sockdiag *d, diag_message_fn fn, void *arg)
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
			.msg_iov = &iov[i], .msg_iovlen = 1,
		} };
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
	if (d->queued_family) /* a whole round was waited for the end of the old one */
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

/* Returns the length of one piece; 0 if it is to be skipped; -errno. */
static ssize_t receive(struct sockdiag *d)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { d->buf, sizeof(d->buf) };
	struct msghdr h = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1,
	};
	ssize_t n = recvmsg(mnl_socket_get_fd(d->dumps), &h, MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	if (!is_kernel(&from, h.msg_namelen))
		return 0;
	return h.msg_flags & MSG_TRUNC ? -EMSGSIZE : n;
}

int sockdiag_read_dump(struct sockdiag *d, diag_message_fn fn, void *arg)
{
	ssize_t n = receive(d);

	if (n == -EAGAIN || n == -EINTR)
		return 2;
	if (n < 0)
		return n;
	if (d->busy && diag_message_ends_dump(d->buf, n, d->busy_seq))
		d->busy = false;
	if (!d->queued_family)
		return diag_message_read_dump(&d->query, d->buf, n, fn, arg);
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
 * Requests a dump of no state, to see whether the kernel answers. It loads the protocol's module
 * and answers within sendto(), so that this does not wait.
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
