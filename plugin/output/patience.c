// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/patience: limits the time that a caller waits for a slow output. */
#include "plugin/output/patience.h"

#define ONCE_MS 200
#define BURST_MS 400
#define SHARE 50 /* the budget recovers in this many times the length of a wait */

unsigned int patience_left(const struct patience *p, int64_t now_ms)
{
	int64_t owed = p->full_at > now_ms ? (p->full_at - now_ms) / SHARE : 0;
	int64_t left = BURST_MS - owed;

	if (left <= 0)
		return 0;
	return left < ONCE_MS ? left : ONCE_MS;
}

void patience_spend(struct patience *p, int64_t now_ms, int64_t waited_ms)
{
	if (p->full_at < now_ms)
		p->full_at = now_ms;
	p->full_at += waited_ms * SHARE;
}
