/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/reading: the logs of a query. */
#ifndef NETLOG_QUERY_READING_H
#define NETLOG_QUERY_READING_H

#include "parser/query/query_state.h"

/* Reads the logs to their end, or with -F until an interrupt. */
void reading_logs(struct query *q);

#endif
