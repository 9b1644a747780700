// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/bpf_found: sockets that a scan found, held until earlier records were read. */
#include "plugin/input/bpf_found.h"

#include <linux/types.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <uthash.h>

#include "kpatch/bpf/netlog_bpf.h"
#include "kpatch/netlog_record.h"

#define STATE_LISTEN 10

struct item {
	struct netlog_bpf_event e;
	TAILQ_ENTRY(item) next;
	struct item *other;	/* the same socket, found later: it has another holder */
	UT_hash_handle hh;	/* the first one of a socket */
};

struct bpf_found {
	void (*report)(const struct netlog_bpf_event *e, void *arg);
	void *arg;
	TAILQ_HEAD(, item) items;	/* in the order of time */
	struct item *by_ino;
};

struct bpf_found *bpf_found_new(void (*report)(const struct netlog_bpf_event *e, void *arg), void *arg)
{
	struct bpf_found *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->report = report;
	f->arg = arg;
	TAILQ_INIT(&f->items);
	return f;
}

static struct item *first_of(struct bpf_found *f, uint64_t ino)
{
	struct item *i;

	HASH_FIND(hh, f->by_ino, &ino, sizeof(i->e.sock.ino), i);
	return i;
}

/* Takes out a socket, i being its first holder. Reports all its holders if report is set.
 * Returns their number. */
static unsigned int take(struct bpf_found *f, struct item *i, bool report)
{
	struct item *other;
	unsigned int n = 0;

	HASH_DEL(f->by_ino, i);
	for (; i; i = other, n++) {
		other = i->other;
		TAILQ_REMOVE(&f->items, i, next);
		if (report)
			f->report(&i->e, f->arg);
		free(i);
	}
	return n;
}

void bpf_found_free(struct bpf_found *f)
{
	struct item *i;

	if (!f)
		return;
	while ((i = TAILQ_FIRST(&f->items)))
		take(f, first_of(f, i->e.sock.ino), false);
	free(f);
}

bool bpf_found_add(struct bpf_found *f, const struct netlog_bpf_event *e)
{
	struct item *first = first_of(f, e->sock.ino), *last = NULL, *i;
	int holders = 0;

	for (i = first; i; last = i, i = i->other)
		if (i->e.task.pid == e->task.pid || ++holders == BPF_FOUND_HOLDERS)
			return true;
	i = malloc(sizeof(*i));
	if (!i)
		return false;
	*i = (struct item){ .e = *e };
	TAILQ_INSERT_TAIL(&f->items, i, next);
	if (last)
		last->other = i;
	else
		HASH_ADD(hh, f->by_ino, e.sock.ino, sizeof(i->e.sock.ino), i);
	return true;
}

static bool has_peer(const struct netlog_bpf_sock *s)
{
	return s->faddr[0] || s->faddr[1] || s->fport;
}

/* Returns true if the call of r brought the socket into the state that was found. */
static bool is_effect(const struct netlog_bpf_sock *found, const struct netlog_bpf_event *r)
{
	const struct netlog_bpf_sock *s = &r->sock;

	if (found->lport != s->lport)
		return false;
	switch (r->op) {
	case NETLOG_OP_LISTEN:
		return found->state == STATE_LISTEN;
	case NETLOG_OP_BIND:
		return !has_peer(found);
	case NETLOG_OP_DGRAM:
		return !memcmp(found->faddr, s->faddr, sizeof(s->faddr)) && found->fport == s->fport;
	default:
		return false;
	}
}

void bpf_found_record(struct bpf_found *f, const struct netlog_bpf_event *r)
{
	struct item *i = first_of(f, r->sock.ino);

	if (!i || r->mono < i->e.mono)
		return;
	take(f, i, !is_effect(&i->e.sock, r) || r->mono - i->e.mono >= BPF_FOUND_HOLD_NS);
}

int64_t bpf_found_due(const struct bpf_found *f)
{
	const struct item *i = TAILQ_FIRST(&f->items);

	return i ? (int64_t)i->e.mono + BPF_FOUND_HOLD_NS : INT64_MAX;
}

void bpf_found_release(struct bpf_found *f, int64_t now, unsigned int most)
{
	struct item *i;

	for (unsigned int n = 0; n < most && (i = TAILQ_FIRST(&f->items)) && bpf_found_due(f) <= now;)
		n += take(f, first_of(f, i->e.sock.ino), true);
}
