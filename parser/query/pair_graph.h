/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/pair_graph: the pictures of --pair. */
#ifndef NETLOG_QUERY_PAIR_GRAPH_H
#define NETLOG_QUERY_PAIR_GRAPH_H

#include <stdio.h>

#include "parser/query/partner.h"

/* Each writes to an open file. Returns how many connections were written, or -1. */
int pair_graph(const struct partners *p, FILE *out);
int pair_html(const struct partners *p, FILE *out);

#endif
