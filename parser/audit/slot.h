/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/audit/slot: the records of one event that gather.c puts together. */
#ifndef NETLOG_SLOT_H
#define NETLOG_SLOT_H

#include "parser/audit/record.h"
#include "parser/image.h"

#define SLOT_RECORDS 24		/* of one event, without an allocation */

enum slot_state { SLOT_EMPTY, SLOT_BUILDING, SLOT_COMPLETE,
		  SLOT_GIVEN };	/* passed on by gather_push(): without records, and not empty */

struct slot {
	enum slot_state state;
	uint64_t time, serial, node;
	struct record **records;
	unsigned int count, size;
	uint64_t owned[2];	/* bits: the first records that are copies */
	struct record *few[SLOT_RECORDS];
};

struct slot *slot_new(void);	/* NULL without memory */
void slot_free(struct slot *s);
/* Adds a record. stays: the record and its line stay valid until slot_keep(); otherwise they are
 * copied. Returns 0, or -ENOMEM if the record is lost. */
int slot_append(struct slot *s, struct record *r, bool stays);
/* Copies the records that are not copies. Returns -ENOMEM if one was not. */
int slot_keep(struct slot *s);
void slot_forget(struct slot *s);	/* all records */
/* Saves or loads the slot, which is new then. Its records are copies. */
void slot_image(struct slot *s, struct image *i);

#endif
