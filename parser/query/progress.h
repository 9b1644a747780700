/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/progress: shows the progress of a long read on a terminal. */
#ifndef NETLOG_QUERY_PROGRESS_H
#define NETLOG_QUERY_PROGRESS_H

#include "parser/query/source.h"

/* All zero at first. */
struct progress {
	int64_t began_ms;	/* monotonic */
	bool shown;
};

/* Writes the progress to standard error if that is a terminal, standard output is not one, and the read
 * takes longer than a second. log: the current one; now_ms: monotonic. */
void progress_show(struct progress *p, const struct aunetlog_source *s,
		   const struct aunetlog_log *log, int64_t now_ms);
/* Erases the progress. */
void progress_end(struct progress *p);

/* On a terminal, after a read that took seconds for logs without an index, prints how to make one. */
void progress_advise(const struct progress *p, const struct aunetlog_source *s, int64_t now_ms);

#endif
