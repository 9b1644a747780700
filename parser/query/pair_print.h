/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/pair_print: what --pair prints: lines, a graph for Graphviz, or a page. */
#ifndef NETLOG_QUERY_PAIR_PRINT_H
#define NETLOG_QUERY_PAIR_PRINT_H

#include "parser/query/options.h"
#include "parser/query/partner.h"

/* Prints to standard output, or to the file of --html. Returns how many connections were
 * printed, or -1 after an error message. */
int pair_print(const struct aunetlog_options *o, const struct partners *p);

#endif
