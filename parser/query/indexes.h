/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/indexes: reads indexes in place of logs, and writes them. */
#ifndef NETLOG_QUERY_INDEXES_H
#define NETLOG_QUERY_INDEXES_H

#include "parser/query/query_state.h"

/* Takes a portion of a log that has an index. */
void indexes_portion(struct query *q, struct ahead_portion *p);
/* Loads the state at the end of the audit logs that have an index: before another log is read, and
 * after all logs. Returns false after reporting an error. */
bool indexes_resume(struct query *q);
bool indexes_resume_at_end(struct query *q);

/* Returns true if entries of an index become text in the thread that reads them, by _text. */
bool indexes_have_text(const struct query *q);
void indexes_text(const struct entry *e, enum own_kind kind, struct ahead_text *out, void *arg);

/* With --index: a log begins; the logs have ended. */
void indexes_begin_log(struct query *q, struct aunetlog_log *log);
void indexes_end(struct query *q);

#endif
