// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/begun: connections that the kernel's side reported. */
#include "parser/track/begun.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/track/protocol.h"

#define SLACK_MS 1000		/* the clocks of the two differ, or one is set */
#define IPPROTO_SMC_ 256	/* Linux 6.11 */

void begun_add(struct node *n, const struct event *f)
{
	struct recent_begun *r = ring_add(&n->begun, RECENT_BEGUN, sizeof(*r));
	bool joined = f->ev.serial;	/* BPF's own stamp: the record belongs to that call alone */

	if (r)
		*r = (struct recent_begun){
			.pid = f->task.pid, .ms = stamp_ms(&f->stamp),
			.serial = joined ? f->ev.serial : f->stamp.serial,
			.remote = f->remote, .proto = f->proto, .local_port = f->local.port,
			.inbound = f->op == NETLOG_OP_ACCEPT, .taken = joined,
		};
}

/* Returns true if the protocol runs over TCP: to the peer, and to some of the probes, its socket
 * is one of TCP. */
static bool over_tcp(int proto)
{
	return proto == IPPROTO_TCP || proto == PROTO_MPTCP || proto == IPPROTO_SMC_;
}

static bool is_proto(int a, int b)
{
	return a == PROTO_UNKNOWN || a == b || (over_tcp(a) && over_tcp(b));
}

/* Returns true if found can be the peer that was asked for. Scopes are ignored: a scope of the
 * socket is missing in the address. The any-address means this host. */
static bool is_peer(const struct netaddr *asked, const struct netaddr *found)
{
	return asked->port == found->port &&
	       (netaddr_is_any(asked) ||
		(asked->family == found->family &&
		 !memcmp(asked->addr, found->addr, sizeof(asked->addr))));
}

static bool is_of(const struct recent_begun *r, const struct begun_call *call)
{
	return !r->taken && r->pid == call->pid && r->inbound == call->inbound &&
	       r->ms >= call->since - SLACK_MS && is_proto(call->proto, r->proto) &&
	       (!call->local_port || !r->local_port || call->local_port == r->local_port) &&
	       is_peer(&call->remote, &r->remote);
}

/* Returns true if the call can be that of an unseen datagram socket: its second connect to the
 * same peer has no record. */
static bool is_repeated(const struct recent_begun *r, const struct begun_call *call)
{
	return protocol_is_datagram(r->proto) && r->pid == call->pid && !call->inbound &&
	       is_peer(&call->remote, &r->remote);
}

static bool is_joined(const struct recent_begun *r, uint64_t serial)
{
	return serial && r->serial == serial;
}

/* Returns true for a loopback address. call_peer() returns loopback for the any-address, with
 * which a bound socket reaches its own address: that peer was not rewritten. */
static bool is_this_host(const struct netaddr *a)
{
	static const uint8_t any6[15];

	return a->family == AF_INET6 ? !memcmp(a->addr, any6, 15) : a->addr[0] == 127;
}

/* Notes from a record that joined its call whether peers can be compared. */
static void learn(struct node *n, const struct recent_begun *r, const struct netaddr *asked)
{
	n->joins = true;
	n->rewrites |= !is_this_host(asked) && !is_peer(asked, &r->remote);
}

bool begun_compares(const struct node *n)
{
	return n->joins && !n->rewrites;
}

/* Returns true if the ring has wrapped since the call: its record may have been evicted. */
static bool is_forgotten(const struct node *n, const struct begun_call *call)
{
	const struct ring *ring = &n->begun;
	unsigned int count = ring_count(ring);

	return count >= RECENT_BEGUN &&
	       RING_BACK(const struct recent_begun, ring, count)->ms >= call->at - SLACK_MS;
}

bool begun_take(struct node *n, const struct begun_call *call)
{
	struct recent_begun *found = NULL;
	bool doubtful = false;

	for (unsigned int i = 1; i <= ring_count(&n->begun); i++) {
		struct recent_begun *r = RING_BACK(struct recent_begun, &n->begun, i);

		if (is_joined(r, call->serial) || is_joined(r, call->attempt)) {
			if (!call->inbound)
				learn(n, r, &call->remote);
			found = r;
			break;
		}
		if (is_of(r, call))
			found = r;	/* the oldest one */
		doubtful |= is_repeated(r, call);
	}
	if (found)
		found->taken = true;
	return found || doubtful || is_forgotten(n, call);
}

bool begun_take_joined(struct node *n, const struct event *f)
{
	for (unsigned int i = 1; i <= ring_count(&n->begun); i++) {
		struct recent_begun *r = RING_BACK(struct recent_begun, &n->begun, i);

		if (r->inbound || r->pid != f->task.pid || !is_joined(r, f->stamp.serial))
			continue;
		r->taken = true;
		learn(n, r, &f->addr);
		return true;
	}
	return false;
}
