// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/fdtable: descriptors of processes and their connections. */
#include "parser/track/fdtable.h"

#include <stdlib.h>
#include <string.h>

/* Hashes a pointer and a small number, cheaper than uthash's own byte-wise function. */
static unsigned int hash_of(const struct fd_key *key)
{
	uint64_t h = ((uintptr_t)key->proc >> 4) + (uint64_t)key->fd * 0x9e3779b97f4a7c15;

	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93;
	return h >> 32;
}

void fdtable_init(struct fd_table *t, unsigned int max)
{
	t->hash = NULL;
	t->max = max;
	memset(t->owners, 0, sizeof(t->owners));
	t->round = 0;
}

struct fdent *fdtable_find(const struct fd_table *t, const struct proc *p, int fd)
{
	struct fd_key key = { .proc = (struct proc *)p, .fd = fd };
	struct fdent *f;

	HASH_FIND_BYHASHVALUE(hh, t->hash, &key, sizeof(key), hash_of(&key), f);
	return f;
}

bool fdtable_full(const struct fd_table *t)
{
	return HASH_COUNT(t->hash) >= t->max;
}

struct fdent *fdtable_add(struct fd_table *t, struct proc *p, int fd, struct conn *c,
			  struct fd_holders *holders, bool cloexec)
{
	struct fd_owner *owner = &t->owners[p->owner];
	struct fdent *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->key.proc = p;
	f->key.fd = fd;
	f->conn = c;
	f->cloexec = cloexec;
	fdtable_confirm(f);
	f->seen = t->round;
	HASH_ADD_BYHASHVALUE(hh, t->hash, key, sizeof(f->key), hash_of(&f->key), f);
	TAILQ_INSERT_TAIL(&p->fds, f, of_proc);
	LIST_INSERT_HEAD(holders, f, of_conn);
	owner->count++;
	if (++p->fd_count > (owner->most ? owner->most->fd_count : 0))
		owner->most = p;
	return f;
}

void fdtable_move(struct fdent *f, struct conn *c, struct fd_holders *holders)
{
	LIST_REMOVE(f, of_conn);
	f->conn = c;
	LIST_INSERT_HEAD(holders, f, of_conn);
}

void fdtable_confirm(struct fdent *f)
{
	struct identity *now = f->key.proc->identity;

	if (now == f->since)
		return;
	identity_put(f->since);
	f->since = now ? identity_get(now) : NULL;
}

struct conn *fdtable_remove(struct fd_table *t, struct fdent *f)
{
	struct proc *p = f->key.proc;
	struct conn *c = f->conn;

	HASH_DEL(t->hash, f);
	TAILQ_REMOVE(&p->fds, f, of_proc);
	LIST_REMOVE(f, of_conn);
	p->fd_count--;
	t->owners[p->owner].count--;
	identity_put(f->since);
	free(f);
	return c;
}

struct fdent *fdtable_victim(const struct fd_table *t)
{
	const struct fd_owner *owner = &t->owners[0];

	for (int i = 1; i < OWNERS; i++)
		if (t->owners[i].count > owner->count)
			owner = &t->owners[i];
	return owner->most ? TAILQ_FIRST(&owner->most->fds) : NULL;
}

void fdtable_forget(struct fd_table *t, const struct proc *p)
{
	struct fd_owner *owner = &t->owners[p->owner];

	if (owner->most == p)
		owner->most = NULL;
}
