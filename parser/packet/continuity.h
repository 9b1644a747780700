/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/packet/continuity: whether a TCP packet continues a connection whose earlier packets
 * were seen. Two connections between the same ends begin at different sequence numbers, and a
 * kernel that reuses the ends of a closed one begins at least 65,537 bytes after its last.
 */
#ifndef NETLOG_PACKET_CONTINUITY_H
#define NETLOG_PACKET_CONTINUITY_H

#include "parser/packet/dissect.h"

struct continuity_stream {
	bool known;
	uint32_t next;		/* sequence number after the latest byte seen or acknowledged */
};

/* All zero at first. */
struct continuity {
	struct continuity_stream sent, received;
};

enum continues {
	CONTINUES_UNKNOWN,	/* too little was seen, or packets between them are missing */
	CONTINUES_YES,
	CONTINUES_NO,		/* neither number fits */
};

/* outbound: the packet was sent by the end that "sent" is of. */
enum continues continuity_check(const struct continuity *c, const struct flow *f, bool outbound);
/* Notes a packet of the connection. */
void continuity_see(struct continuity *c, const struct flow *f, bool outbound);

#endif
