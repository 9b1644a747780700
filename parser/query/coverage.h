/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/coverage: the times that the plugin's own log covers: from its first line to its last,
 * except between the last line of a run of the plugin and the start of the next run.
 */
#ifndef NETLOG_QUERY_COVERAGE_H
#define NETLOG_QUERY_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct coverage_span {
	int64_t from, to;	/* ms, both inclusive */
};

/* All zero at first. */
struct coverage {
	struct coverage_span *spans;	/* owned */
	size_t count;
	unsigned int lines;	/* of the last span, up to a bound */
	bool failed;		/* out of memory: spans are missing */
};

/* Adds a line of that time; begins: the plugin was started. */
void coverage_line(struct coverage *c, int64_t ms, bool begins);
void coverage_fini(struct coverage *c);

bool coverage_has(const struct coverage *c, int64_t ms);
/* Returns true if one span covers the whole time. */
bool coverage_has_all(const struct coverage *c, int64_t from, int64_t to);

#endif
