/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/resolve/slice: long work is done in slices, so that the event loop returns to its
 * input every few milliseconds. */
#ifndef NETLOG_SLICE_H
#define NETLOG_SLICE_H

#include <stdbool.h>
#include <stdint.h>

/* Time budget of the current work; monotonic. */
struct slice {
	int64_t begun_ns, end_ns;
};

struct slice slice_begin(unsigned int ms);
bool slice_over(const struct slice *s);
int64_t slice_used_ns(const struct slice *s);

#endif
