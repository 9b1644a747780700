/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/pair_print: what --pair prints: lines, a graph for Graphviz, or a page. */
#ifndef NETLOG_QUERY_PAIR_PRINT_H
#define NETLOG_QUERY_PAIR_PRINT_H

#include "parser/query/options.h"
#include "parser/query/partner.h"

/* On standard output, or to the file of --html. Returns how many connections were printed,
 * or -1, it was reported. */
int pair_print(const struct aunetlog_options *o, const struct partners *p);

/* Text of a side: curl[2304]@web1. Returns its length; size bytes are written at most. */
size_t pair_process(const struct side *s, char *buf, size_t size);

/* Returns true for the side that opened the connection, as far as that is known, and for a
 * side without a peer. A pair is printed once: at this side. */
bool pair_is_opener(const struct side *s);
/* Returns true if the conditions hold for a side of it. */
bool pair_matched(const struct side *s);

/* The two pictures, to a file that is open. */
int pair_graph(const struct partners *p, FILE *out);
int pair_html(const struct partners *p, FILE *out);

#endif
