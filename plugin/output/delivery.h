/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/output/delivery: which messages of a connection have arrived: those whose bytes the
 * peer's kernel has acknowledged. */
#ifndef NETLOG_DELIVERY_H
#define NETLOG_DELIVERY_H

#include <stdint.h>

#define DELIVERY_MAX 8192 /* messages on their way; older ones are taken for delivered */

struct delivery_count {
	uint64_t messages;
	uint64_t reports; /* sum of those of messages that report losses: not in messages */
};

struct delivery {
	struct delivery_count delivered; /* of this connection */
	unsigned int first, count;	 /* of the ring: messages that may not have arrived */
	struct {
		uint64_t end;	  /* in bytes sent */
		uint64_t reports; /* as in struct message */
	} ring[DELIVERY_MAX];
};

/* A new connection: nothing is on its way. */
void delivery_begin(struct delivery *d);
/* A message ends at that number of bytes sent. */
void delivery_add(struct delivery *d, uint64_t end, uint64_t reports);
/* The peer has acknowledged so many bytes. */
void delivery_acknowledge(struct delivery *d, uint64_t bytes);

/* The connection is over: returns what has not arrived, and forgets it. */
struct delivery_count delivery_lost(struct delivery *d);
/* The peer acknowledged messages but refused to read them: returns all that were delivered, and
 * forgets them. */
struct delivery_count delivery_refused(struct delivery *d);

#endif
