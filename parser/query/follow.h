/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/follow: waits for new lines of a log, also across its rotation. */
#ifndef NETLOG_QUERY_FOLLOW_H
#define NETLOG_QUERY_FOLLOW_H

#include "parser/query/source.h"

enum follow_result {
	FOLLOW_MORE,		/* read again; there may be no new bytes yet */
	FOLLOW_REPLACED,	/* log->fd and log->bytes are those of a new file, from its start */
	FOLLOW_OVER,		/* interrupted, or the log cannot grow */
};

struct follow;

/* Watches the log's folder, and takes SIGINT and SIGTERM as the end. NULL without memory. */
struct follow *follow_new(const struct aunetlog_log *log);
void follow_free(struct follow *f);		/* may be NULL */

/* Call this at the end of the log: waits up to ms milliseconds for a change. */
enum follow_result follow_wait(struct follow *f, struct aunetlog_log *log, int ms);

#endif
