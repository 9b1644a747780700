/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/conntrack: address translations, as conntrack(8) prints them with -L or -E:
 * the ends as the opener has them, and as the answer has them.
 */
#ifndef NETLOG_QUERY_CONNTRACK_H
#define NETLOG_QUERY_CONNTRACK_H

#include <stddef.h>

#include "parser/netaddr.h"

struct conntrack;

/* Reads a file; "-" is standard input. Lines without two pairs of ends are skipped. NULL with
 * the reason in error. */
struct conntrack *conntrack_read(const char *path, char *error, size_t size);
void conntrack_free(struct conntrack *c);	/* may be NULL */
size_t conntrack_count(const struct conntrack *c);	/* translations */

/* The ends of the opener become what the accepting host sees: *src and *dst are changed.
 * Through several translations, one after the other. Returns false if there is none, or
 * there are several that differ. */
bool conntrack_translate(const struct conntrack *c, int proto, struct netaddr *src,
			 struct netaddr *dst);

#endif
