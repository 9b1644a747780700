/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/index_command: aunetlog --index. */
#ifndef NETLOG_QUERY_INDEX_COMMAND_H
#define NETLOG_QUERY_INDEX_COMMAND_H

#include "parser/query/options.h"

/* Writes the indexes. Returns an exit status. */
int index_command(struct aunetlog_options *o);

#endif
