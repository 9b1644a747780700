// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/diag_message: sock_diag's messages, read within their bounds. */
#include "plugin/resolve/diag_message.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/event.h"

struct attributes {
	const struct nlattr *info, *protocol, *ulp;
};

static int on_attribute(const struct nlattr *a, void *arg)
{
	struct attributes *to = arg;

	switch (mnl_attr_get_type(a)) {
	case INET_DIAG_INFO: to->info = a; break;
	case INET_DIAG_PROTOCOL: to->protocol = a; break;
	case INET_DIAG_ULP_INFO: to->ulp = a; break;
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
 * Payload, as the module counts it: bytes_sent excludes SYN and FIN. bytes_received includes
 * the peer's FIN, and no field shows whether one arrived; rx is known only if no segment had
 * data.
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

/* mnl_nlmsg_ok() compares signed lengths: one of 0xffffffff passes. */
bool diag_message_is_whole(const struct nlmsghdr *m, size_t len)
{
	return len >= sizeof(*m) && m->nlmsg_len >= sizeof(*m) && m->nlmsg_len <= len &&
	       NLMSG_ALIGN((size_t)m->nlmsg_len) <= len;
}

const struct nlmsghdr *diag_message_next(const struct nlmsghdr *m, size_t *left)
{
	size_t step = NLMSG_ALIGN((size_t)m->nlmsg_len);

	*left -= step;
	return (const void *)((const char *)m + step);
}

bool diag_message_parse(const struct nlmsghdr *message, size_t len, struct diag_sock *out)
{
	const struct inet_diag_msg *m;
	struct attributes at = { 0 };

	if (!diag_message_is_whole(message, len) || message->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
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
		.tx = -1,
		.rx = -1,
		.established = -1,
		.active = -1,
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

/* ---- dumps ---- */

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

int diag_message_read_dump(const struct diag_query *q, const void *buf, size_t len,
			   diag_message_fn fn, void *arg)
{
	const struct nlmsghdr *m = buf;
	struct diag_sock s;

	for (; diag_message_is_whole(m, len); m = diag_message_next(m, &len)) {
		if (m->nlmsg_seq != q->seq) /* of a dump that was abandoned */
			continue;
		if (ends_dump(m))
			return read_end_of_dump(m);
		if (!diag_message_parse(m, len, &s))
			continue;
		s.proto = q->proto;
		s.netns = q->netns;
		fn(&s, arg);
	}
	return 1;
}

bool diag_message_ends_dump(const void *buf, size_t len, unsigned int seq)
{
	const struct nlmsghdr *m = buf;

	for (; diag_message_is_whole(m, len); m = diag_message_next(m, &len))
		if (m->nlmsg_seq == seq && ends_dump(m))
			return true;
	return false;
}
