// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/join: audit's event of the same system call, for the events of BPF. */
#include "plugin/input/join.h"

#include <stdlib.h>
#include <sys/queue.h>
#include <uthash.h>

#include "parser/text.h"
#include "plugin/input/seen.h"

#define WAIT_NS 1000000000LL	/* what auditd may take, and a connect that blocks */
#define WAITING_MAX 32768	/* events */

/* An event of BPF, or one of the module that is held with them. */
struct item {
	struct event e;
	int64_t deadline;
	bool waits;
	bool other;		/* not of BPF: put there while held */
	bool keyed, stamped;	/* it is in by_mono, in by_serial */
	uint64_t mono, serial;
	UT_hash_handle by_mono, by_serial;
	TAILQ_ENTRY(item) next;
	char *extra;		/* subj and proctitle of the audit event */
	char text[];		/* the strings of e.task */
};

struct join {
	void (*event)(const struct event *e, void *arg);
	void *arg;
	bool on, held;
	uint64_t dropped;	/* while held */
	unsigned int waiting;
	struct item *by_mono, *by_serial;
	TAILQ_HEAD(items, item) items;	/* oldest first */
	struct items others;	/* while held: of the other source */
	struct seen_events seen;
};

struct join *join_new(void (*event)(const struct event *e, void *arg), void *arg)
{
	struct join *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->event = event;
	j->arg = arg;
	TAILQ_INIT(&j->items);
	TAILQ_INIT(&j->others);
	seen_init(&j->seen);
	return j;
}

static void item_remove(struct join *j, struct item *i)
{
	if (i->keyed)
		HASH_DELETE(by_mono, j->by_mono, i);
	if (i->stamped)
		HASH_DELETE(by_serial, j->by_serial, i);
	TAILQ_REMOVE(&j->items, i, next);
	j->waiting--;
	free(i->extra);
	free(i);
}

static void release_first(struct join *j)
{
	struct item *i = TAILQ_FIRST(&j->items);

	j->event(&i->e, j->arg);
	item_remove(j, i);
}

void join_flush(struct join *j)
{
	if (j->held)
		return;
	while (!TAILQ_EMPTY(&j->items))
		release_first(j);
}

void join_enable(struct join *j, bool on)
{
	j->on = on;
	if (on)
		return;
	join_flush(j);
	seen_clear(&j->seen);
}

/* The other source may be seconds late, so its events wait in a list of their own. */
static void merge(struct join *j)
{
	struct item *i = TAILQ_FIRST(&j->items), *o;

	while ((o = TAILQ_FIRST(&j->others))) {
		TAILQ_REMOVE(&j->others, o, next);
		while (i && i->e.mono <= o->e.mono)
			i = TAILQ_NEXT(i, next);
		if (i)
			TAILQ_INSERT_BEFORE(i, o, next);
		else
			TAILQ_INSERT_TAIL(&j->items, o, next);
	}
}

void join_free(struct join *j)
{
	if (!j)
		return;
	merge(j);
	while (!TAILQ_EMPTY(&j->items))
		item_remove(j, TAILQ_FIRST(&j->items));
	seen_clear(&j->seen);
	free(j);
}

/* Returns true for an event of a system call that a rule may match. */
static bool may_have_event(const struct event *e)
{
	switch (e->op) {
	case NETLOG_OP_CONNECT: case NETLOG_OP_FAIL: case NETLOG_OP_ACCEPT:
	case NETLOG_OP_LISTEN: case NETLOG_OP_BIND: case NETLOG_OP_DGRAM:
		return e->kind == EVENT_MODULE && e->task.pid != ID_UNKNOWN;
	default:
		return false;
	}
}

static struct item *item_new(const struct event *e)
{
	const struct task *t = &e->task;
	struct item *i = malloc(sizeof(*i) + text_size(t->comm) + text_size(t->exe) +
				text_size(t->subj) + text_size(t->proctitle) +
				text_size(t->pcomm));
	char *to;

	if (!i)
		return NULL;
	*i = (struct item){ .e = *e, .mono = e->mono };
	to = i->text;
	i->e.task.comm = text_copy(i->e.task.comm, &to);
	i->e.task.exe = text_copy(i->e.task.exe, &to);
	i->e.task.subj = text_copy(i->e.task.subj, &to);
	i->e.task.proctitle = text_copy(i->e.task.proctitle, &to);
	i->e.task.pcomm = text_copy(i->e.task.pcomm, &to);
	return i;
}

/* In the order of time, from the end: several processors report, nearly in order. */
static void hold(struct join *j, struct items *list, struct item *i)
{
	struct item *before = TAILQ_LAST(list, items);

	while (before && before->e.mono > i->e.mono)
		before = TAILQ_PREV(before, items, next);
	if (before)
		TAILQ_INSERT_AFTER(list, before, i, next);
	else
		TAILQ_INSERT_HEAD(list, i, next);
	j->waiting++;
}

void join_put_other(struct join *j, const struct event *e)
{
	struct item *i = j->waiting < 2 * WAITING_MAX ? item_new(e) : NULL;

	if (!i) {
		j->dropped++;
		return;
	}
	i->other = true;
	hold(j, &j->others, i);
}

void join_put(struct join *j, const struct event *e, int64_t now)
{
	struct item *i = NULL, *other;
	bool waits = j->on && may_have_event(e);

	if (waits || j->waiting || j->held)
		i = j->held && j->waiting >= WAITING_MAX ? NULL : item_new(e);
	if (!i && j->held) {
		j->dropped++;
		return;
	}
	if (!i) {
		join_flush(j);
		j->event(e, j->arg);
		return;
	}
	if (j->held) {
		hold(j, &j->items, i);
	} else {
		if (j->waiting >= WAITING_MAX)
			release_first(j);
		TAILQ_INSERT_TAIL(&j->items, i, next);
		j->waiting++;
	}
	i->waits = waits;
	i->deadline = now + WAIT_NS;
	HASH_FIND(by_mono, j->by_mono, &i->mono, sizeof(i->mono), other);
	if (!waits || other)	/* another processor's of the same ns: not joined */
		return;
	HASH_ADD(by_mono, j->by_mono, mono, sizeof(i->mono), i);
	i->keyed = true;
}

static void complete(struct item *i, const struct stamp *stamp, const char *subj,
		     const char *proctitle)
{
	char *to;

	i->waits = false;
	i->e.ev = *stamp;
	i->extra = malloc(text_size(subj) + text_size(proctitle) + 1);
	if (!i->extra)
		return;
	to = i->extra;
	subj = text_copy(subj, &to);
	proctitle = text_copy(proctitle, &to);
	if (subj)
		i->e.task.subj = subj;
	if (proctitle)
		i->e.task.proctitle = proctitle;
}

void join_stamp(struct join *j, int64_t pid, int64_t mono, uint64_t serial)
{
	uint64_t key = mono;
	struct item *i, *other;
	struct seen *s;

	HASH_FIND(by_mono, j->by_mono, &key, sizeof(key), i);
	if (!i || !i->waits || i->stamped || i->e.task.pid != pid)
		return;
	s = seen_find(&j->seen, serial);
	if (s) {
		complete(i, &s->stamp, s->subj, s->proctitle);
		seen_remove(&j->seen, s);
		return;
	}
	HASH_FIND(by_serial, j->by_serial, &serial, sizeof(serial), other);
	if (other)
		return;
	i->serial = serial;
	HASH_ADD(by_serial, j->by_serial, serial, sizeof(i->serial), i);
	i->stamped = true;
}

void join_audit(struct join *j, const struct event *audit)
{
	uint64_t serial = audit->stamp.serial;
	struct item *i;

	if (!j->on || !serial)
		return;
	HASH_FIND(by_serial, j->by_serial, &serial, sizeof(serial), i);
	if (i && i->waits)
		complete(i, &audit->stamp, audit->task.subj, audit->task.proctitle);
	else if (!i)
		seen_add(&j->seen, audit);
}

static bool is_due(const struct item *i, int64_t now)
{
	return !i->waits || i->deadline <= now;
}

void join_release(struct join *j, int64_t now)
{
	while (!j->held && !TAILQ_EMPTY(&j->items) && is_due(TAILQ_FIRST(&j->items), now))
		release_first(j);
}

int join_due(const struct join *j, int64_t now)
{
	const struct item *i = TAILQ_FIRST(&j->items);

	if (!i || j->held)
		return -1;
	return is_due(i, now) ? 0 : (i->deadline - now) / 1000000 + 1;
}

void join_hold(struct join *j)
{
	join_flush(j);
	j->held = true;
	j->dropped = 0;
}

uint64_t join_decide(struct join *j, bool (*takes)(const struct event *e, void *arg), void *arg)
{
	struct item *i, *next;

	merge(j);
	for (i = TAILQ_FIRST(&j->items); i; i = next) {
		next = TAILQ_NEXT(i, next);
		if (!i->other && !takes(&i->e, arg))
			item_remove(j, i);
	}
	j->held = false;
	return j->dropped;
}
