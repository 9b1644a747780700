/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/indexes: indexes in place of logs, and their making. */
#ifndef NETLOG_QUERY_INDEXES_H
#define NETLOG_QUERY_INDEXES_H

#include "parser/query/query_state.h"

/* A portion of a log that has an index. */
void indexes_portion(struct query *q, struct ahead_portion *p);
/* Goes on behind the audit logs that have an index: before another one is read, and at the end
 * of all. Returns false if that is impossible: it was reported. */
bool indexes_go_on(struct query *q);
bool indexes_go_on_at_end(struct query *q);

/* Returns true if entries of an index become text in the thread that reads them, by _text. */
bool indexes_have_text(const struct query *q);
void indexes_text(const struct entry *e, enum own_kind kind, struct ahead_text *out, void *arg);

/* With --index: a log begins; the logs have ended. */
void indexes_begin_log(struct query *q, struct aunetlog_log *log);
void indexes_end(struct query *q);

#endif
