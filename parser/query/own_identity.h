/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/own_identity: a cache of processes in the plugin's file, by their text: most lines
 * repeat the process of an earlier line.
 */
#ifndef NETLOG_QUERY_OWN_IDENTITY_H
#define NETLOG_QUERY_OWN_IDENTITY_H

#include <stddef.h>

#include "parser/entry/identity.h"

#define OWN_IDENTITY_MAX 2048	/* bytes of the text of one that is kept */

struct own_identities;

struct own_identities *own_identities_new(void);	/* NULL without memory */
void own_identities_free(struct own_identities *k);	/* may be NULL */

/*
 * Returns the identity that begins at text in a line, from SID to the last key of the process, and
 * sets *len to its length. NULL: unknown. The text after it may still have a key of the process.
 */
struct identity *own_identities_find(struct own_identities *k, const char *text, size_t *len);
/* Adds a copy of id, whose text is len bytes long. */
void own_identities_add(struct own_identities *k, const char *text, size_t len,
			const struct identity *id);

#endif
