/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/packet/darwin: Apple's process blocks. A packet names a block by its place among those of the
 * section, so that added blocks renumber the existing ones.
 */
#ifndef NETLOG_PACKET_DARWIN_H
#define NETLOG_PACKET_DARWIN_H

#include "parser/packet/out.h"
#include "parser/packet/pcapng.h"
#include "parser/packet/process.h"

/* The blocks of one section. It begins as all zero. */
struct darwin {
	uint32_t count;			/* in the output */
	uint32_t added;			/* of them, ones that the input did not have */
	uint32_t *foreign;		/* place in the output of those in the input */
	uint32_t foreign_count, foreign_room;
};

void darwin_fini(struct darwin *d);
void darwin_section(struct darwin *d);	/* a section begins: none so far */

/* Writes the block of a process, and notes its place in p->index. */
void darwin_add(struct darwin *d, struct out *out, struct packet_process *p);
/* Notes that a block of the input was copied. */
void darwin_copied(struct darwin *d);

/* Returns true if options of the input that name a block may need another number. */
static inline bool darwin_moves(const struct darwin *d)
{
	return d->added && d->foreign_count;
}

/* Writes the numbers of the output into options, a copy of b's. */
void darwin_renumber(const struct darwin *d, const struct pcapng_block *b, uint8_t *options);

#endif
