/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/conntrack: address translations, as conntrack(8) prints them with -L or -E: the ends
 * of the original direction, and those of the reply.
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

/* Translates the opener's ends in *src and *dst to those that the accepting host sees, through several
 * translations if needed. Returns false if there is none, or if several differ. */
bool conntrack_translate(const struct conntrack *c, int proto, struct netaddr *src,
			 struct netaddr *dst);

#endif
