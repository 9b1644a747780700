// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/conn: known sockets, their descriptors, and the bounds on both. */
#include "parser/track/conn.h"

#include <errno.h>
#include <stdlib.h>

#define FDS_PER_SOCKET 4

void socket_init(struct socket_table *t, unsigned int max,
		 void (*evicted)(struct sock *, void *), void *arg)
{
	t->by_ino = NULL;
	t->by_fd = NULL;
	TAILQ_INIT(&t->lru);
	t->count = 0;
	t->max = max ? max : 1;
	t->fd_max = t->max * FDS_PER_SOCKET;
	t->evicted = evicted;
	t->dropped = NULL;
	t->arg = arg;
}

void socket_fini(struct socket_table *t)
{
	struct sock *s;

	while ((s = TAILQ_FIRST(&t->lru)))
		socket_drop(t, s);
}

static void evict_oldest(struct socket_table *t)
{
	struct sock *s = TAILQ_FIRST(&t->lru);

	if (!s)
		return;
	t->evicted(s, t->arg);
	socket_drop(t, s);
}

struct sock *socket_new(struct socket_table *t)
{
	struct sock *s;

	if (t->count >= t->max)
		evict_oldest(t);
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->proto = PROTO_UNKNOWN;
	s->mono = s->netns = -1;
	LIST_INIT(&s->fds);
	TAILQ_INSERT_TAIL(&t->lru, s, lru);
	t->count++;
	return s;
}

void socket_touch(struct socket_table *t, struct sock *s)
{
	if (!TAILQ_NEXT(s, lru))
		return;
	TAILQ_REMOVE(&t->lru, s, lru);
	TAILQ_INSERT_TAIL(&t->lru, s, lru);
}

bool socket_unused(const struct sock *s)
{
	return !s->key.ino && !s->follow && LIST_EMPTY(&s->fds);
}

void socket_drop(struct socket_table *t, struct sock *s)
{
	struct fdent *f;

	while ((f = LIST_FIRST(&s->fds)))
		socket_fd_remove(t, f);
	socket_clear_ino(t, s);
	if (s->follow)
		t->dropped(s, t->arg);
	TAILQ_REMOVE(&t->lru, s, lru);
	t->count--;
	identity_put(s->opener);
	free(s);
}

struct sock *socket_by_ino(struct socket_table *t, uint32_t node, uint64_t ino)
{
	struct sock_ino key = { .ino = ino, .node = node };
	struct sock *s;

	HASH_FIND(hh, t->by_ino, &key, sizeof(key), s);
	return s;
}

void socket_set_ino(struct socket_table *t, struct sock *s, uint32_t node,
		    uint64_t ino)
{
	socket_clear_ino(t, s);
	s->key.ino = ino;
	s->key.node = node;
	HASH_ADD(hh, t->by_ino, key, sizeof(s->key), s);
}

void socket_clear_ino(struct socket_table *t, struct sock *s)
{
	if (!s->key.ino)
		return;
	HASH_DEL(t->by_ino, s);
	s->key.ino = 0;
}

struct fdent *socket_fd(struct socket_table *t, struct proc *p, int fd)
{
	struct fd_key key = { .proc = p, .fd = fd };
	struct fdent *f;

	HASH_FIND(hh, t->by_fd, &key, sizeof(key), f);
	return f;
}

int socket_fd_add(struct socket_table *t, struct proc *p, int fd,
		  struct sock *s, bool cloexec)
{
	struct fdent *f;

	if (HASH_COUNT(t->by_fd) >= t->fd_max) {
		if (TAILQ_FIRST(&t->lru) == s)
			return -ENOMEM;
		evict_oldest(t);
	}
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->key.proc = p;
	f->key.fd = fd;
	f->sock = s;
	f->cloexec = cloexec;
	f->seen = t->round;
	HASH_ADD(hh, t->by_fd, key, sizeof(f->key), f);
	LIST_INSERT_HEAD(&p->fds, f, of_proc);
	LIST_INSERT_HEAD(&s->fds, f, of_sock);
	return 0;
}

struct sock *socket_fd_remove(struct socket_table *t, struct fdent *f)
{
	struct sock *s = f->sock;

	HASH_DEL(t->by_fd, f);
	LIST_REMOVE(f, of_proc);
	LIST_REMOVE(f, of_sock);
	free(f);
	return s;
}
