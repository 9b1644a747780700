// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/arrival: time and order of audit's events. */
#include "parser/track/arrival.h"

#include "parser/track/defer.h"

#define AUDIT_BORN 1084147200	/* 2004-05-10 */
#define CLOCK_SLACK 10		/* s */

/*
 * Returns true if the clock was set between two events: set back further than any call but these
 * waits and any event is late, or set from a time before audit existed (Linux 2.6.6).
 */
static bool is_clock_set(const struct event *f, const struct stamp *now)
{
	if (now->sec && now->sec < AUDIT_BORN && f->stamp.sec >= AUDIT_BORN)
		return true;
	return f->stamp.sec + CLOCK_SLACK < now->sec && f->kind != EVENT_ACCEPT &&
	       f->kind != EVENT_CONNECT && f->kind != EVENT_CLOSE;
}

/* Returns a value that distinguishes events of one serial: the module's records may join the
 * event of a system call. */
static uint64_t what_of(const struct event *f)
{
	uint64_t of = (uint64_t)f->task.pid << 32 ^ (uint64_t)f->fd << 16 ^ f->result;

	if (f->kind == EVENT_MODULE)
		of = f->cookie ^ f->ino << 1 ^ f->mono;
	return stamp_ms(&f->stamp) ^ (of ^ (uint64_t)f->kind << 56 ^ (uint64_t)f->op << 48) *
				     0x9e3779b97f4a7c15;
}

/* A sender repeats unconfirmed messages, and log files may overlap: a repeated event is dropped. */
bool arrival_is_repeated(const struct track *t, const struct event *f)
{
	return f->stamp.serial && f->kind != EVENT_BOOT && f->kind != EVENT_GONE &&
	       node_has_event(t->node, f->stamp.serial, what_of(f));
}

/*
 * Audit stamps an event with the time of the call's entry. For an accept that may be hours
 * before the client connected; but the stream is in the order in which calls ended, so the
 * accept is no earlier than the event before it by number. EVENT_GONE is not part of the
 * stream, and is ahead of it.
 */
void arrival_set_time(struct track *t, const struct event *f)
{
	struct stamp *now = &t->node->now;

	t->when = f->stamp;
	t->late = false;
	if (f->kind == EVENT_GONE)
		return;
	t->node->clock += is_clock_set(f, now);
	if (f->kind == EVENT_ACCEPT && stamp_ms(&f->stamp) < stamp_ms(now)) {
		int64_t before = node_time_before(t->node, f->stamp.serial);

		if (before > stamp_ms(&t->when)) {
			t->when.sec = before / 1000;
			t->when.milli = before % 1000;
		}
	}
	t->late = !node_add_time(t->node, f->stamp.serial, what_of(f), stamp_ms(&t->when));
	if (!t->late)
		*now = t->when;
	if (t->diag.on)
		defer_stream(t);
}
