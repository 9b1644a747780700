/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/packet/pick: predicates of owners_pick.c and pick_syn.c on one packet and the connections
 * between its ends. Included by these alone. */
#ifndef NETLOG_PACKET_PICK_H
#define NETLOG_PACKET_PICK_H

#include "parser/packet/ends.h"

struct question {
	struct owner_ends *ends;
	struct pick *p;
	const struct netaddr *local;
	int64_t ns;
	bool outbound, datagram;
};

bool pick_is_syn(const struct question *q);
/* Returns false if the log has another local end for g. */
bool pick_is_asked(const struct question *q, const struct owner *g);

/* Returns the next connection between these ends in the same namespace. */
struct owner *pick_after(const struct owner *g);
/* Returns the end of g, or the beginning of the next one: an inferred end can be late. */
int64_t pick_end(const struct owner *g);
/* Returns true if the first packet of g can have that time. */
bool pick_can_begin(const struct owner *g, int64_t ns);
/* Returns true if another namespace has the same ends at the same time. */
bool pick_has_double(const struct question *q, const struct owner *g, int64_t ns);
/* Returns true after the end of g's log: connections may have ended, and their ends been reused. */
bool pick_is_past(const struct question *q, const struct owner *g);

/* Returns NULL, and sets the reason, which may change while the log is late. */
struct owner *pick_unsure(const struct question *q, enum owners_why why);

/* Decides by the SYNs in the capture. Returns true if *g has the connection, or NULL with the
 * reason; false if the packet is no SYN, and the latest SYN decides nothing. */
bool pick_by_syn(const struct question *q, struct owner **g);

#endif
