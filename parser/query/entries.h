/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/entries: handles entries and errors from the logs. Each arg is the struct query. */
#ifndef NETLOG_QUERY_ENTRIES_H
#define NETLOG_QUERY_ENTRIES_H

#include "parser/query/query_state.h"

/* An event, from the reassembler to the tracker. */
void entries_event(const struct event *e, void *arg);
/* An entry of the tracker; of a file of the plugin. */
void entries_tracked(const struct entry *e, void *arg);
void entries_own(const struct entry *e, void *arg);
/* A line of a file of the plugin, before its entry if it has one. */
void entries_own_line(const struct stamp *time, bool begins, void *arg);

/* Reports unreadable input. The first error of each kind in a log is printed, the others are
 * counted; the count is printed at the end of the log. */
void entries_input_error(enum input_error_kind kind, const char *sample, size_t len, void *arg);
void entries_own_error(uint64_t number, const char *line, size_t len, void *arg);
void entries_end_log(struct query *q);

#endif
