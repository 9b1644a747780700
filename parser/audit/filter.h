/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/filter: splits the stream into lines and drops, unparsed, what cannot
 * matter: auparse pays for every record on arrival, whatever is read of it.
 *
 * Kept are SYSCALL records of the calls in syscalls.h, the SOCKADDR, SOCKETCALL
 * and PROCTITLE records of the same events, an EOE only where no PROCTITLE came
 * (either ends the event), the kernel module's records, and SYSTEM_BOOT. The
 * interpretation that ENRICHED logs append to a record is cut off.
 */
#ifndef NETLOG_LINES_H
#define NETLOG_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/input_error.h"
#include "parser/audit/serials.h"

#define FILTER_MAX 16384		/* the kernel's records end at 8970 */
#define FILTER_OUT 32768		/* what auparse gets in one go, at most */
#define FILTER_LATE 10000		/* older lines until the newest is doubted */
#define FILTER_OPEN 4096		/* events whose later records are expected */

struct filter {
	void (*out)(const char *data, size_t len, void *arg);
	void *arg;
	struct input_errors *complaints;
	uint64_t number, dropped;	/* lines seen, lines not passed on */
	uint64_t opened;		/* SYSCALL records passed on */
	uint64_t newest;		/* time of the newest line passed on, ms */
	unsigned int late;		/* lines since that were older */
	struct serials gaps;		/* of the node that came first */
	uint64_t gaps_since;		/* ms; older events do not begin the count */
	uint64_t node;

	bool skipping;			/* inside a line that is too long */
	size_t carried, used;
	char carry[FILTER_MAX];
	char buffer[FILTER_OUT];
	struct {
		uint64_t key;
		uint8_t state;
	} open[FILTER_OPEN];
};

/* Sets everything but out, arg and complaints. */
void filter_init(struct filter *l);
/* Whole lines that are kept go to out(), many at a time. */
void filter_feed(struct filter *l, const char *data, size_t len);
/* Passes on what is buffered; end: also a last line without newline. */
void filter_push(struct filter *l, bool end);

#endif
