/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/packet_output: the output of annotate and capture. */
#ifndef NETLOG_QUERY_PACKET_OUTPUT_H
#define NETLOG_QUERY_PACKET_OUTPUT_H

#include "parser/query/packet_options.h"

/* Opens the file of --write, or a copy of standard output, which the query closes. Refuses a terminal
 * and the capture that is read. Returns the descriptor, or -1 after reporting an error. */
int packet_output_open(const struct packet_options *o);

#endif
