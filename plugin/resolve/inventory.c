// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/inventory: sockets and their holders, indexed. */
#include "plugin/resolve/inventory.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct listener_key {
	int64_t netns;
	int32_t proto, port;
};

struct inventory_listener {
	struct listener_key key;
	UT_hash_handle hh;
};

/* ---- memory: given back all at once ---- */

#define BLOCK_SIZE 262144

struct inventory_block {
	struct inventory_block *next;
	size_t used;
	char bytes[BLOCK_SIZE] __attribute__((aligned(16)));
};

static void *take(struct inventory *v, size_t size)
{
	struct inventory_block *b = v->blocks;
	void *p;

	size = (size + 15) & ~(size_t)15;
	if (!b || b->used + size > BLOCK_SIZE) {
		b = malloc(sizeof(*b));
		if (!b)
			return NULL;
		b->next = v->blocks;
		b->used = 0;
		v->blocks = b;
	}
	p = b->bytes + b->used;
	b->used += size;
	return memset(p, 0, size);
}

void inventory_clear(struct inventory *v)
{
	struct inventory_block *b, *next;

	HASH_CLEAR(hh, v->socks);
	HASH_CLEAR(hh, v->inodes);
	HASH_CLEAR(hh, v->listeners);
	for (b = v->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	*v = (struct inventory){ 0 };
}

/* ---- sockets ---- */

struct inventory_sock *inventory_find(const struct inventory *v, uint64_t cookie)
{
	struct inventory_sock *s;

	HASH_FIND(hh, v->socks, &cookie, sizeof(cookie), s);
	return s;
}

struct inventory_inode *inventory_inode(const struct inventory *v, uint64_t ino)
{
	struct inventory_inode *n;

	HASH_FIND(hh, v->inodes, &ino, sizeof(ino), n);
	return n;
}

static struct inventory_inode *get_inode(struct inventory *v, uint64_t ino, unsigned int max)
{
	struct inventory_inode *n = inventory_inode(v, ino);

	if (n)
		return n;
	if (HASH_COUNT(v->inodes) >= max)
		return NULL;
	n = take(v, sizeof(*n));
	if (!n)
		return NULL;
	n->ino = ino;
	HASH_ADD(hh, v->inodes, ino, sizeof(n->ino), n);
	return n;
}

static struct listener_key listener_key(const struct diag_sock *s)
{
	return (struct listener_key){ s->netns, s->proto, s->local.port };
}

bool inventory_has_listener(const struct inventory *v, const struct diag_sock *s)
{
	struct listener_key key = listener_key(s);
	struct inventory_listener *l;

	HASH_FIND(hh, v->listeners, &key, sizeof(key), l);
	return l;
}

static void add_listener(struct inventory *v, const struct diag_sock *s)
{
	struct inventory_listener *l;

	if (s->state != STATE_LISTEN || inventory_has_listener(v, s))
		return;
	l = take(v, sizeof(*l));
	if (!l) {
		v->cut = true;
		return;
	}
	l->key = listener_key(s);
	HASH_ADD(hh, v->listeners, key, sizeof(l->key), l);
}

void inventory_add(struct inventory *v, const struct diag_sock *sock)
{
	struct inventory_sock *s = inventory_find(v, sock->cookie);
	struct inventory_inode *n = NULL;

	if (s) { /* a dump may show a socket twice */
		s->sock = *sock;
		return;
	}
	if (HASH_COUNT(v->socks) < INVENTORY_SOCKETS_MAX)
		s = take(v, sizeof(*s));
	if (s && sock->ino)
		n = get_inode(v, sock->ino, UINT_MAX);
	if (!s || (sock->ino && !n)) {
		v->cut = true;
		return;
	}
	s->sock = *sock;
	HASH_ADD(hh, v->socks, sock.cookie, sizeof(s->sock.cookie), s);
	if (n) {
		s->next = n->socks;
		n->socks = s;
	}
	add_listener(v, sock);
}

void inventory_destroyed(struct inventory *v, uint64_t cookie, bool dumping)
{
	struct inventory_sock *s = inventory_find(v, cookie);

	if (!s && dumping && HASH_COUNT(v->socks) < INVENTORY_SOCKETS_MAX)
		s = take(v, sizeof(*s));
	if (!s)
		return;
	if (!s->sock.cookie) {
		s->sock.cookie = cookie;
		HASH_ADD(hh, v->socks, sock.cookie, sizeof(cookie), s);
	}
	s->destroyed = true;
}

/* ---- holders ---- */

struct inventory_inode *inventory_hold(struct inventory *v, uint64_t ino, int64_t pid)
{
	/* sockets of other families: the inventory already has all those of the dumps */
	unsigned int max = HASH_COUNT(v->socks) + INVENTORY_OTHERS_MAX;
	struct inventory_inode *n = get_inode(v, ino, max);

	if (!n) {
		v->holders_cut = true;
		return NULL;
	}
	if (n->last_pid != pid)
		n->in_process = 0;
	n->last_pid = pid;
	n->in_process++;
	n->holders++;
	if (n->in_process > INVENTORY_SAME_MAX || n->holders > INVENTORY_HOLDERS_MAX) {
		n->holders--;
		return NULL;
	}
	return n;
}

void inventory_keep_holder(struct inventory *v, struct inventory_inode *n, int64_t ppid,
			   int fd)
{
	struct inventory_holder *h = take(v, sizeof(*h));

	if (!h) {
		v->holders_cut = true;
		return;
	}
	*h = (struct inventory_holder){ .pid = n->last_pid, .ppid = ppid, .fd = fd };
	if (n->last)
		n->last->next = h;
	else
		n->first = h;
	n->last = h;
}
