/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/packet/annotate: passes the blocks of a capture to a writer, with their processes. The writer
 * gets processes and connections before their first packet.
 */
#ifndef NETLOG_PACKET_ANNOTATE_H
#define NETLOG_PACKET_ANNOTATE_H

#include "parser/packet/owners.h"
#include "parser/packet/pcapng.h"

/* A packet with its processes. */
struct annotated {
	const struct pcapng_block *block;
	struct owners_found found;
	const struct flow *flow;	/* has_addresses, and ports, as far as they were read */
	bool has_flow;			/* it has ports */
};

struct packet_writer {
	/* The section's header; all processes must be written again in it. */
	void (*section)(struct packet_writer *w, const struct pcapng_block *b);
	/* A block that is not a packet. */
	void (*copy)(struct packet_writer *w, const struct pcapng_block *b);
	/* A process, before its first packet. */
	void (*process)(struct packet_writer *w, struct packet_process *p, int64_t ns);
	/* A fork, an exec or the end of a process: PROC_*. */
	void (*event)(struct packet_writer *w, const struct packet_process *p,
		      enum entry_kind what, int64_t ns);
	/* A connection, before its first packet, and when it has ended. */
	void (*opened)(struct packet_writer *w, const struct owner *o, int64_t ns);
	void (*closed)(struct packet_writer *w, uint32_t number, const struct packet_process *p,
		       int64_t ns);
	void (*packet)(struct packet_writer *w, const struct annotated *p);
	void (*end)(struct packet_writer *w, int64_t ns);
	void (*free)(struct packet_writer *w);
};

static inline void packet_writer_free(struct packet_writer *w)	/* may be NULL */
{
	if (w)
		w->free(w);
}

struct annotate;

struct annotate_counts {
	uint64_t packets, owned, whys[WHY_COUNT];
	uint64_t already;		/* already had a process, and were copied unchanged */
};

/* Borrows owners and writer. inner: see dissect(). NULL without memory. */
struct annotate *annotate_new(struct owners *owners, struct packet_writer *w, bool inner);
void annotate_free(struct annotate *a);		/* may be NULL */

/* The owners' ended() and process(), with the annotate as their argument. */
void annotate_ended(struct owner *o, void *arg);
void annotate_process(struct packet_process *p, enum entry_kind what, int64_t ns, void *arg);

/* Returns true if the block can be written now: later log lines would not change it, if the log is
 * complete up to its time. */
bool annotate_is_known(struct annotate *a, const struct pcapng_block *b);
void annotate_block(struct annotate *a, const struct pcapng_block *b);
void annotate_end(struct annotate *a);

/* Returns how many ends and events of processes wait for the packets of their time. */
size_t annotate_waiting(const struct annotate *a);

const struct annotate_counts *annotate_counts(const struct annotate *a);

#endif
