// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/coverage: the times that the plugin's own log covers. */
#include "parser/query/coverage.h"

#include <stdlib.h>
#include <string.h>

/* An accept that waited has an old time: the latest of the first lines is the beginning. */
#define FIRST_LINES 16

void coverage_line(struct coverage *c, int64_t ms, bool begins)
{
	struct coverage_span *last = c->count ? &c->spans[c->count - 1] : NULL;

	if (!last || begins) {
		struct coverage_span *spans = reallocarray(c->spans, c->count + 1, sizeof(*spans));

		if (!spans) {
			c->failed = true;
			return;
		}
		c->spans = spans;
		spans[c->count++] = (struct coverage_span){ ms, ms };
		c->lines = begins ? FIRST_LINES : 0;
		return;
	}
	if (c->lines < FIRST_LINES) {
		c->lines++;
		last->from = ms > last->from ? ms : last->from;
	}
	last->to = ms > last->to ? ms : last->to;
}

void coverage_fini(struct coverage *c)
{
	free(c->spans);
	memset(c, 0, sizeof(*c));
}

bool coverage_has_all(const struct coverage *c, int64_t from, int64_t to)
{
	for (size_t i = 0; i < c->count; i++)
		if (from >= c->spans[i].from && to <= c->spans[i].to)
			return true;
	return false;
}

bool coverage_has(const struct coverage *c, int64_t ms)
{
	return coverage_has_all(c, ms, ms);
}
