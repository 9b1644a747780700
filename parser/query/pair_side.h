/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/pair_side: one side of a pair, for lines and pictures. */
#ifndef NETLOG_QUERY_PAIR_SIDE_H
#define NETLOG_QUERY_PAIR_SIDE_H

#include "parser/query/partner.h"

/* Text of a side: curl[2304]@web1. Returns its length; size bytes are written at most. */
size_t pair_process(const struct side *s, char *buf, size_t size);

/* Returns true for the side that opened the connection, as far as that is known, and for a
 * side without a peer. A pair is printed once: at this side. */
bool pair_is_opener(const struct side *s);
/* Returns true if the conditions match a side of the pair. */
bool pair_matched(const struct side *s);

#endif
