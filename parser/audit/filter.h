/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/filter: drops irrelevant lines unparsed: auparse splits every record on arrival,
 * even if few of its fields are read.
 *
 * Kept are SYSCALL records of the calls in syscalls.h, the SOCKADDR, SOCKETCALL
 * and PROCTITLE records of the same events, an EOE only where no PROCTITLE came
 * (either ends the event), and the kernel module's records. The interpretation that
 * ENRICHED logs append to a record is cut off.
 */
#ifndef NETLOG_FILTER_H
#define NETLOG_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/audit/boots.h"
#include "parser/audit/lines.h"
#include "parser/audit/record.h"
#include "parser/audit/serials.h"
#include "parser/input_error.h"

#define FILTER_MAX LINES_MAX	/* bytes of a line */
#define FILTER_OUT 32768	/* bytes that auparse gets in one go, at most */
#define FILTER_LATE 10000	/* older lines until the newest is doubted */
#define FILTER_OPEN 4096	/* events whose later records are expected */
#define FILTER_FOLLOWERS 16	/* records kept of one event: auparse is quadratic in them */
#define FILTER_BYTE_ORDER_MARK "\xef\xbb\xbf"
#define FILTER_BLOCK 32768	/* bytes of one event as ausearch prints it */

struct filter {
	/* Whole lines, many at a time. */
	void (*out)(const char *data, size_t len, void *arg);
	/* The host was restarted before the record of this head. All earlier lines have
	 * been passed on. NULL: not reported, as for the stream of a running host. */
	void (*boot)(const struct head *h, void *arg);
	/* In place of out, each record; late: it is older than one before. Or NULL. */
	void (*record)(struct record *r, bool late, void *arg);
	/* Called when more than crowd SYSCALL records were passed on, including the next one. */
	void (*crowded)(void *arg);
	uint64_t crowd;
	void *arg;
	struct input_errors *complaints;
	bool pasted;			/* pasted text: syslog's prefixes, ausearch's order. Not for
					 * the stream of kernel or auditd. */

	uint64_t number, dropped;	/* lines seen, lines not passed on */
	uint64_t prefixed;		/* lines with a prefix, passed on */
	uint64_t opened;		/* SYSCALL records passed on */
	uint64_t titles;		/* PROCTITLE records passed on */
	uint64_t newest;		/* time of the newest line passed on, ms */
	uint64_t newest_serial, newest_key;	/* see is_late() */
	unsigned int late;		/* lines since that were older */
	struct record_how how;
	struct boots boots;
	struct serials serials;		/* of the node that came first */
	bool count_serials;
	uint64_t serials_since;		/* ms; older events do not begin the count */
	uint64_t node;
	bool begun;			/* the first line of the source was read */

	bool in_block;			/* after ausearch's "time->" */
	bool from_block;		/* record() is called with a record of such a block, not with
					 * that of filter_record() */
	struct lines lines;
	size_t used, block_used;
	char buffer[FILTER_OUT];
	char block[FILTER_BLOCK];
	struct {
		uint64_t key;
		uint8_t state, followers;
	} open[FILTER_OPEN];
};

/* Sets everything but out, boot, crowded, arg, complaints and pasted; record and crowd are
 * off, and count_serials on. */
void filter_init(struct filter *f);
void filter_fini(struct filter *f);
void filter_feed(struct filter *f, const char *data, size_t len);
/* Takes one line that was read ahead, in place of filter_feed(). Not between two calls of
 * filter_feed() that split a line. */
void filter_record(struct filter *f, struct record *r);
/* Saves or loads the state that later lines depend on, between two lines. Loading: f is new. */
void filter_image(struct filter *f, struct image *i);
/* Passes on the buffered lines; end: also a last line without newline, as the source has ended. */
void filter_push(struct filter *f, bool end);

#endif
