/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/capture_command: aunetlog capture. */
#ifndef NETLOG_QUERY_CAPTURE_COMMAND_H
#define NETLOG_QUERY_CAPTURE_COMMAND_H

#include "parser/query/packet_options.h"

/* Returns the exit code. */
int capture_command(const struct packet_options *o);

#endif
