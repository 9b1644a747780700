/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/owner: the user to whom an entry of a bounded table is charged. A table is full
 * because one user has very many entries: the user with the most entries loses first.
 *
 * A user is the login user (auid=), which stays the same in every container, user namespace and
 * sudo of a session. Without auid, and in root's sessions, it is uid=. Users share OWNERS
 * places by a hash.
 */
#ifndef NETLOG_OWNER_H
#define NETLOG_OWNER_H

#include "parser/event.h"

#define OWNERS 256

/* Returns the place of the task's user. */
static inline unsigned int owner_of(const struct task *t)
{
	int64_t user = t->auid > 0 && t->auid != ID_UNSET ? t->auid : t->uid;

	return (uint64_t)user * 2654435761U >> 16 & (OWNERS - 1);
}

#endif
