// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/inventory: all sockets, and all descriptors that refer to them. */
#include "plugin/resolve/inventory.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/resolve/procfd.h"
#include "plugin/resolve/proctask.h"

#define PORT_RANGE "/proc/sys/net/ipv4/ip_local_port_range"

struct holder {
	uint64_t ino;
	int64_t pid;
	int fd;
};

struct inventory {
	struct diag_sock *socks;	/* by cookie, once sorted */
	size_t count, room;
	struct holder *holders;		/* by inode, then process, then descriptor */
	size_t holder_count, holder_room;
	bool failed, scanned, sees_all;
};

struct inventory *inventory_new(bool sees_all)
{
	struct inventory *v = calloc(1, sizeof(*v));

	if (v)
		v->sees_all = sees_all;
	return v;
}

void inventory_free(struct inventory *v)
{
	if (!v)
		return;
	free(v->socks);
	free(v->holders);
	free(v);
}

void inventory_clear(struct inventory *v)
{
	v->count = v->holder_count = 0;
	v->failed = v->scanned = false;
}

/* Room for one more; false without memory. */
static bool grow(void **array, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 256;
	void *fresh;

	if (count < *room)
		return true;
	fresh = reallocarray(*array, more, size);
	if (!fresh)
		return false;
	*array = fresh;
	*room = more;
	return true;
}

void inventory_add(struct inventory *v, const struct diag_sock *sock)
{
	if (!grow((void **)&v->socks, v->count, &v->room, sizeof(*v->socks))) {
		v->failed = true;
		return;
	}
	v->socks[v->count++] = *sock;
}

static int by_cookie(const void *a, const void *b)
{
	uint64_t x = ((const struct diag_sock *)a)->cookie;
	uint64_t y = ((const struct diag_sock *)b)->cookie;

	return x < y ? -1 : x > y;
}

bool inventory_sort(struct inventory *v)
{
	if (v->count)
		qsort(v->socks, v->count, sizeof(*v->socks), by_cookie);
	return !v->failed;
}

/* ---- who holds them ---- */

static void on_holder(int64_t pid, int fd, uint64_t ino, void *arg)
{
	struct inventory *v = arg;

	if (!grow((void **)&v->holders, v->holder_count, &v->holder_room,
		  sizeof(*v->holders))) {
		v->failed = true;
		return;
	}
	v->holders[v->holder_count++] = (struct holder){ ino, pid, fd };
}

static int by_ino(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

bool inventory_scan(struct inventory *v)
{
	if (!v->scanned) {
		v->scanned = true;
		procfd_scan(on_holder, v);
		if (v->holder_count)
			qsort(v->holders, v->holder_count, sizeof(*v->holders), by_ino);
	}
	return v->sees_all && !v->failed;
}

/* The first of those that hold the inode, or NULL. */
static const struct holder *first_holder(const struct inventory *v, uint64_t ino)
{
	size_t low = 0, high = v->holder_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (v->holders[mid].ino < ino)
			low = mid + 1;
		else
			high = mid;
	}
	return low < v->holder_count && v->holders[low].ino == ino ? &v->holders[low] :
								     NULL;
}

static const struct holder *end_of_holders(const struct inventory *v, const struct holder *h)
{
	const struct holder *end = v->holders + v->holder_count;
	uint64_t ino = h ? h->ino : 0;

	while (h && h < end && h->ino == ino)
		h++;
	return h;
}

void inventory_holders(const struct inventory *v, bool (*wanted)(uint64_t cookie, void *arg),
		    void (*fn)(const struct diag_sock *sock, int64_t pid, int fd, void *arg),
		    void *arg)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct diag_sock *s = &v->socks[i];
		const struct holder *h, *end;

		if (!s->ino || !wanted(s->cookie, arg))
			continue;
		h = first_holder(v, s->ino);
		for (end = end_of_holders(v, h); h < end; h++)
			fn(s, h->pid, h->fd, arg);
	}
}

enum diag_life inventory_life(uint64_t cookie, uint64_t ino, void *arg)
{
	const struct diag_sock key = { .cookie = cookie }, *found = NULL;
	struct inventory *v = arg;

	if (v->count)
		found = bsearch(&key, v->socks, v->count, sizeof(key), by_cookie);
	if (found && found->ino)
		return DIAG_ALIVE;
	/* A connection that was reset is in no dump, but a process may still have it;
	 * and a dump can miss one whose neighbours go while it is made. */
	if (!inventory_scan(v) || (ino && first_holder(v, ino)))
		return DIAG_ALIVE;
	return found ? DIAG_ORPHAN : DIAG_MISSING;
}

/* ---- what is open ---- */

struct opening {
	struct inventory *v;
	unsigned int low, high;		/* ports that the kernel chooses from */
	inventory_fn fn;
	void *arg;
};

static bool has_listener(const struct inventory *v, const struct diag_sock *s)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct diag_sock *l = &v->socks[i];

		if (l->proto == s->proto && l->netns == s->netns &&
		    l->state == STATE_LISTEN && l->local.port == s->local.port)
			return true;
	}
	return false;
}

/* Connections and listeners; of unconnected datagram sockets those that somebody gave a
 * port: one that only sends has one of the kernel's. */
static bool is_worth_telling(const struct opening *o, const struct diag_sock *s)
{
	if (s->other)
		return false;
	if (s->proto == IPPROTO_TCP)
		return s->state != STATE_SYN_SENT && s->state != STATE_SYN_RECV &&
		       s->state != STATE_CLOSE;
	return s->local.port && (s->remote.port || s->local.port < o->low ||
				 s->local.port > o->high);
}

static void tell_holder(struct opening *o, enum diag_op op, const struct diag_sock *s,
			const struct holder *h)
{
	static struct proctask t;

	if (proctask_read(&t, h->pid))
		o->fn(op, s, &t.task, h->fd, procfd_cloexec(h->pid, h->fd), o->arg);
}

/* The process to name is the one whose parent does not hold the socket. */
static const struct holder *main_holder(const struct holder *first,
					const struct holder *end)
{
	static struct proctask t;

	for (const struct holder *h = first; h < end; h++) {
		const struct holder *parent = first;

		if (!proctask_read(&t, h->pid))
			continue;
		while (parent < end && parent->pid != t.task.ppid)
			parent++;
		if (parent == end)
			return h;
	}
	return first;
}

static void tell_socket(struct opening *o, const struct diag_sock *sock)
{
	static const struct task nobody = {
		ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN,
	};
	const struct holder *first = first_holder(o->v, sock->ino), *owner;
	const struct holder *end = end_of_holders(o->v, first);
	struct diag_sock s = *sock;

	if (!is_worth_telling(o, sock))
		return;
	if (s.proto == IPPROTO_UDP)
		s.active = 1;
	else if (s.active < 0 && has_listener(o->v, sock))
		s.active = 0;
	if (!first) {	/* one that is protected even from us */
		o->fn(DIAG_OPEN, &s, &nobody, -1, false, o->arg);
		return;
	}
	owner = main_holder(first, end);
	tell_holder(o, DIAG_OPEN, &s, owner);
	for (const struct holder *h = first; h < end; h++)
		if (h != owner)
			tell_holder(o, DIAG_HELD, &s, h);
}

static void read_ports(struct opening *o)
{
	FILE *f = fopen(PORT_RANGE, "re");

	o->low = 32768;
	o->high = 60999;
	if (!f)
		return;
	if (fscanf(f, "%u %u", &o->low, &o->high) != 2)
		o->high = 65535;
	fclose(f);
}

void inventory_open(struct inventory *v, bool (*wanted)(int64_t netns, void *arg), inventory_fn fn,
		 void *arg)
{
	struct opening o = { .v = v, .fn = fn, .arg = arg };

	read_ports(&o);
	inventory_scan(v);
	for (size_t i = 0; i < v->count; i++)
		if (v->socks[i].ino && v->sees_all && wanted(v->socks[i].netns, arg))
			tell_socket(&o, &v->socks[i]);
}
