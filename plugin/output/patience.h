/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/output/patience: limits the time that a caller waits for an output. A fast output needs a few
 * milliseconds in a burst; an output that is always slow must not delay its caller. Waits are limited
 * to 0.4 s in a burst, and to 2 % of the time in the long run.
 */
#ifndef NETLOG_PATIENCE_H
#define NETLOG_PATIENCE_H

#include <stdint.h>

struct patience {
	int64_t full_at; /* monotonic ms: when the whole budget is available again; 0 at first */
};

/* Returns the milliseconds that the caller may wait, 0 to 200. */
unsigned int patience_left(const struct patience *p, int64_t now_ms);
void patience_spend(struct patience *p, int64_t now_ms, int64_t waited_ms);

#endif
