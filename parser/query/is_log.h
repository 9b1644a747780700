/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/is_log: keeps outputs from overwriting logs. */
#ifndef NETLOG_QUERY_IS_LOG_H
#define NETLOG_QUERY_IS_LOG_H

#include <sys/stat.h>

#include "parser/query/options.h"

/* Returns true if the file is a log that the options name (of --pair also as HOST=FILE), the
 * plugin's own log, or audit's. */
bool is_log(const struct aunetlog_options *o, const struct stat *file);

/* Does the same for a path. Returns false if there is no such file. */
bool is_log_path(const struct aunetlog_options *o, const char *path);

#endif
