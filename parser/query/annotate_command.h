/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/annotate_command: aunetlog annotate. */
#ifndef NETLOG_QUERY_ANNOTATE_COMMAND_H
#define NETLOG_QUERY_ANNOTATE_COMMAND_H

#include "parser/query/packet_options.h"

/* Returns the exit code. */
int annotate_command(struct packet_options *o);

#endif
