/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/indexes: indexes in place of logs, and their making. */
#ifndef NETLOG_QUERY_INDEXES_H
#define NETLOG_QUERY_INDEXES_H

#include "parser/query/query_state.h"

/* A portion of a log that has an index. */
void indexes_portion(struct query *q, struct ahead_portion *p);
/* What came of the audit logs behind all of them. */
void indexes_tail(struct query *q, const struct aunetlog_log *last);

/* Returns true if entries of an index become text in the thread that reads them, by _text. */
bool indexes_have_text(const struct query *q);
void indexes_text(const struct entry *e, enum own_kind kind, struct ahead_text *out, void *arg);

/* With --index: what was counted so far; the logs have ended. */
struct indexing_counts indexes_counts(const struct query *q);
void indexes_end(struct query *q);

#endif
