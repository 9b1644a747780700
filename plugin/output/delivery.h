/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/output/delivery: counts the delivered messages of a connection: those whose bytes the peer's
 * kernel has acknowledged. */
#ifndef NETLOG_DELIVERY_H
#define NETLOG_DELIVERY_H

#include <stdint.h>

#define DELIVERY_MAX 8192 /* messages on their way; older ones are taken for delivered */

struct delivery_count {
	uint64_t messages;	/* except reports of losses */
	uint64_t reports;	/* sum of the lost messages in such reports */
};

struct delivery {
	struct delivery_count delivered; /* of this connection */
	unsigned int first, count;	 /* of the ring: messages that may not have arrived */
	struct {
		uint64_t end;	  /* in bytes sent */
		uint64_t reports; /* as in struct message */
	} ring[DELIVERY_MAX];
};

/* Begins a new connection, without messages in transit. */
void delivery_begin(struct delivery *d);
/* Adds a message that ends at that number of bytes sent. */
void delivery_add(struct delivery *d, uint64_t end, uint64_t reports);
/* Notes that the peer has acknowledged this number of bytes. */
void delivery_acknowledge(struct delivery *d, uint64_t bytes);

/* Ends the connection: returns the undelivered messages, and forgets them. */
struct delivery_count delivery_lost(struct delivery *d);
/* Returns all delivered messages, and forgets them: the peer acknowledged but did not read them. */
struct delivery_count delivery_refused(struct delivery *d);

#endif
