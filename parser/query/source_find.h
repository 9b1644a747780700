/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/source_find: the files of a query, not opened yet: part of source.c. */
#ifndef NETLOG_QUERY_SOURCE_FIND_H
#define NETLOG_QUERY_SOURCE_FIND_H

#include "parser/query/source.h"

/* Adds the logs of the options; for standard input also the descriptor. */
void source_find(struct aunetlog_source *s, const struct aunetlog_options *o);

/* Reports an error of a file, and sets failed. */
void source_complain(struct aunetlog_source *s, const char *path, int err);

/* Order of struct aunetlog_log by the names of rotated files, for qsort(). */
int source_older_first(const void *a, const void *b);

/* Returns the path of the plugin's own log, by its configuration, owned by the caller; NULL: none. */
char *source_own_log(const char *conf);

#endif
