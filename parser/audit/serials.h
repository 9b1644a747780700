/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/serials: counts the events that never arrived, by their serial numbers.
 *
 * The kernel numbers its events one by one when it writes their first record
 * (audit_serial() in audit_log_start(); a record refused by the backlog limit or an exclude rule
 * has no number). All events go to auditd, which passes all of them on, so a number that never
 * arrives is an event that was dropped on the way:
 * - by kauditd, when auditd did not read for a while and the kernel was booted
 *   without audit=1 (kauditd_hold_skb(): "can we just silently drop the message?");
 *   nothing else counts these;
 * - by auditd, when this program did not read and its queue (q_depth) was full;
 * - by the kernel's rate limit or full queues, which are also in its "lost".
 * auditd queues records, not events: an event that arrives without the record that describes it
 * is lost as well.
 *
 * Numbers arrive slightly out of order, from several processors; and with audit=1 the kernel sends
 * records again that auditd did not take, seconds and thousands of events later. Not for use after
 * a filter, nor for auditd's own DAEMON_… events, which auditd numbers itself.
 */
#ifndef NETLOG_GAPS_H
#define NETLOG_GAPS_H

#include <stdbool.h>
#include <stdint.h>

#define SERIALS_WINDOW 65536	/* how far apart numbers may come */
#define SERIALS_AGES 60		/* calls of serials_age() until a number is given up */
#define SERIALS_LATE_MS 700	/* a busy host delays events by less: then a number is late */
#define SERIALS_LATE_MIN 16	/* fewer at a time are delayed, not lost, on a busy host */
#define SERIALS_PASSES 8
#define SERIALS_PASS_MS 100	/* between two of them */

/* next, as it was at a time (ms). */
struct serials_pass {
	uint32_t next;
	int64_t ms;
};

struct serials {
	bool started;
	uint32_t base;			/* all before are decided */
	uint32_t next;			/* one more than the highest that arrived */
	uint32_t marks[SERIALS_AGES];	/* next, as of the last calls of serials_age() */
	uint64_t lost;
	uint32_t checked;		/* all before arrived, or are in late */
	unsigned int pass_count;	/* oldest first */
	struct serials_pass passes[SERIALS_PASSES];
	uint64_t late;
	uint64_t came[SERIALS_WINDOW / 64];	/* a bit for each number from base on */
};

void serials_init(struct serials *g);
/* Notes that a record of the event with this number arrived: the record that describes the event,
 * or (head false) another one. Numbers wrap at 32 bits. */
void serials_came(struct serials *g, uint32_t serial, bool head);
/* Call this about once a second: a number that has not arrived for SERIALS_AGES calls is lost. */
void serials_age(struct serials *g);
/* Counts in late the numbers that have not arrived SERIALS_LATE_MS after a later one, if there are
 * SERIALS_LATE_MIN of them. They may still arrive; if not, they are counted in lost a minute later.
 * now: monotonic, ms. Returns true if there are more than before. */
bool serials_count_late(struct serials *g, int64_t now);
/* Returns true if serials_count_late() must be called again within SERIALS_PASS_MS, even if no
 * record arrives. */
bool serials_wait(const struct serials *g);
/* At the end of the input, counts all missing numbers. */
void serials_end(struct serials *g);

#endif
