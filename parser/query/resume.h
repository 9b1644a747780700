/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/resume: the state of a query that has read its logs up to some line, saved so that
 * another run goes on behind that line with the same results.
 */
#ifndef NETLOG_QUERY_RESUME_H
#define NETLOG_QUERY_RESUME_H

#include "parser/query/query_state.h"

/*
 * The state of the readers after the audit logs' lines so far, packed and owned by the
 * caller: for an index. NULL: without memory, or the state cannot be saved.
 */
void *resume_save_audit(struct query *q, size_t *len);
/* Loads it into a query that has read no audit log. Returns false if that is not a state of this
 * program: the query cannot go on then. */
bool resume_load_audit(struct query *q, const void *packed, size_t len);

/* Goes on where the run before ended that wrote --checkpoint. Returns 0, or an exit status with
 * the reason printed. */
int resume_checkpoint(struct query *q);
/* Writes --checkpoint, after all logs were read. Returns the same. */
int resume_write_checkpoint(struct query *q);

#endif
