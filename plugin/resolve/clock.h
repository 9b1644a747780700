/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/clock: time for the resolver. Long work is done in slices, so that the
 * event loop returns to its input every few milliseconds.
 */
#ifndef NETLOG_RESOLVE_CLOCK_H
#define NETLOG_RESOLVE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/track/track.h"

int64_t clock_mono_ns(void);
int64_t clock_mono_ms(void);
int64_t clock_real_ms(void);

/* How long the work in hand may go on. */
struct slice {
	int64_t begun_ns, end_ns;
};

struct slice slice_begin(unsigned int ms);
bool slice_over(const struct slice *s);
int64_t slice_used_ns(const struct slice *s);

/* Stamps *e with the current time and gives it to the tracker. */
void clock_deliver(struct track *t, struct event *e);

#endif
