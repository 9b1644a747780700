/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/resume: saves the state of a query that has read its logs up to some line. Another run
 * continues after that line with the same results.
 */
#ifndef NETLOG_QUERY_RESUME_H
#define NETLOG_QUERY_RESUME_H

#include "parser/query/query_state.h"

/*
 * Returns the state of the readers after the audit logs' lines so far, packed and owned by the caller:
 * for an index. NULL without memory, or if the state cannot be saved.
 */
void *resume_save_audit(struct query *q, size_t *len);
/* Loads the state into a query that has read no audit log. Returns false if it is not a state of this
 * program: the query must then end. */
bool resume_load_audit(struct query *q, const void *packed, size_t len);

/* Continues where the run ended that wrote --checkpoint. Returns 0, or an exit status with the reason
 * printed. */
int resume_checkpoint(struct query *q);
/* Writes --checkpoint, after all logs were read. Returns the same. */
int resume_write_checkpoint(struct query *q);

#endif
