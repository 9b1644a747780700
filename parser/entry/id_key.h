/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/id_key: the number of a connection, as the key of a hash table. */
#ifndef NETLOG_ID_KEY_H
#define NETLOG_ID_KEY_H

#include "parser/entry/entry.h"

/* Compared byte by byte: all of it is set. */
struct id_key {
	uint64_t number;
	uint32_t boot, nth, node, flags;
};

/* Entries without an id (id.nth is 0) must not be paired by their keys. */
struct id_key id_key(const struct entry *e);

#endif
