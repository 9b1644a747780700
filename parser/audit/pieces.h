/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/pieces: turns an event's records into an event of the tracker. An event that lacks a
 * record waits for it, for a bounded time; its pieces are joined by node, time and serial.
 */
#ifndef NETLOG_PIECES_H
#define NETLOG_PIECES_H

#include <sys/queue.h>

#include "parser/audit/fragment.h"
#include "parser/audit/module_record.h"
#include "parser/audit/reassemble.h"
#include "parser/image.h"

struct held;

struct pieces {
	event_fn event;
	void *arg;
	struct input_errors *complaints;
	bool titles;		/* a PROCTITLE arrived: no rule excludes them */
	uint64_t events;	/* begun */
	uint64_t facts, joined, syscalls;	/* passed on; joined; with SYSCALL */
	struct held *held;
	TAILQ_HEAD(, held) fifo;
};

void pieces_init(struct pieces *p, event_fn event, void *arg, struct input_errors *complaints);
void pieces_fini(struct pieces *p);	/* held records are dropped */

/* An event begins: pieces_module() for each of the module's records in it, pieces_take()
 * with the others, if there are any, and pieces_end(). f has the event's time and node. */
void pieces_begin(struct pieces *p);
void pieces_module(struct pieces *p, const struct fragment *f, struct module_record *m);
void pieces_take(struct pieces *p, struct fragment *f);
void pieces_end(struct pieces *p);

/* Call this about once a second on a live stream: gives up events that are too old. */
void pieces_age(struct pieces *p);
/* Passes on the held events: no more of their records will arrive. */
void pieces_release(struct pieces *p);
/* Saves the held records, or loads them into p, which is new. */
void pieces_image(struct pieces *p, struct image *i);
unsigned int pieces_held(const struct pieces *p);

#endif
