// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/image_tables: the tracker's connections and descriptors, saved and loaded. */
#include "parser/track/image_tables.h"

#include <string.h>

/* ---- identities ---- */

static struct identity *new_identity(struct image *i, struct image_things *x,
				     const struct task *t, bool unparted)
{
	struct identity *id = i->bad ? NULL : identity_new(t);

	if (!id) {
		i->bad = true;
		return NULL;
	}
	id->unparted = unparted;
	image_add(i, &x->identities, id);
	return id;
}

static void first_time(struct image *i, struct image_things *x, struct identity **id)
{
	const struct identity *from = *id;
	struct task t = { 0 };
	bool unparted = false;

	if (from) {
		t = (struct task){
			.pid = from->pid, .ppid = from->ppid, .uid = from->uid, .auid = from->auid,
			.ses = from->ses, .sid = from->sid, .egid = from->egid,
			.cgroup = from->cgroup,
		};
		t.pcomm = from->pcomm;
		t.comm = from->comm;
		t.exe = from->exe;
		t.subj = from->subj;
		t.proctitle = from->proctitle;
		unparted = from->unparted;
		image_add(i, &x->identities, *id);
	}
	IMAGE(i, t);
	image_text(i, &t.pcomm);
	image_text(i, &t.comm);
	image_text(i, &t.exe);
	image_text(i, &t.subj);
	image_text(i, &t.proctitle);
	IMAGE(i, unparted);
	if (i->loading)
		*id = new_identity(i, x, &t, unparted);
}

void image_identity(struct image *i, struct image_things *x, struct identity **id)
{
	bool first = !i->loading && *id && !image_knows(&x->identities, *id);

	IMAGE(i, first);
	if (first) {
		first_time(i, x, id);
		return;
	}
	image_pointer(i, &x->identities, (void **)id);
	if (i->loading && *id)
		identity_get(*id);
}

/* ---- connections ---- */

/* Removes the links to other objects, which are saved apart. */
static void clear_links(struct conn *c)
{
	c->opener = NULL;
	c->closed.who = NULL;
	c->flow = c->listener = NULL;
	memset(&c->of_left, 0, sizeof(c->of_left));
	memset(&c->fds, 0, sizeof(c->fds));
	memset(&c->lru, 0, sizeof(c->lru));
	memset(&c->of_owner, 0, sizeof(c->of_owner));
	memset(&c->of_unclaimed, 0, sizeof(c->of_unclaimed));
	memset(&c->of_unused, 0, sizeof(c->of_unused));
	memset(&c->hh, 0, sizeof(c->hh));
}

/* Loading: a new one with these values, and not in any list yet. */
static struct conn *add_conn(struct image *i, struct track *t, struct conn *was)
{
	struct conn *c = !i->bad && was->owner < OWNERS && was->key.node < t->nodes.count ?
			 conn_new(&t->conns, was->owner) : NULL;

	if (!c) {
		i->bad = true;
		return NULL;
	}
	was->lru = c->lru;
	was->of_owner = c->of_owner;
	was->key.number = 0;
	was->left = was->unused = false;
	was->unclaimed_ms = 0;
	*c = *was;
	return c;
}

static void one_conn(struct image *i, struct image_things *x, struct track *t, struct conn *c)
{
	struct conn was = { 0 };

	if (c) {
		was = *c;
		i->bad |= c->diag || c->unseen;
		clear_links(&was);
	}
	IMAGE(i, was);
	if (i->loading)
		c = add_conn(i, t, &was);
	if (!c)
		return;
	image_add(i, &x->conns, c);
	image_identity(i, x, &c->opener);
	image_identity(i, x, &c->closed.who);
}

void image_conns(struct image *i, struct image_things *x, struct track *t)
{
	uint64_t count = t->conns.count;
	struct conn *c;

	image_count(i, &count);
	if (!i->loading) {
		TAILQ_FOREACH(c, &t->conns.lru, lru)
			one_conn(i, x, t, c);
		return;
	}
	while (count-- && !i->bad)
		one_conn(i, x, t, NULL);
}

/* ---- descriptors ---- */

static struct fdent *add_fd(struct image *i, struct track *t, struct proc *p, int64_t fd,
			    struct conn *c)
{
	struct fdent *f = NULL;

	if (!i->bad && p && c && !fdtable_full(&t->fds) && !fdtable_find(&t->fds, p, fd))
		f = fdtable_add(&t->fds, p, fd, c, &c->fds, false);
	i->bad |= !f;
	return f;
}

static void one_fd(struct image *i, struct image_things *x, struct track *t, struct fdent *f)
{
	struct proc *p = f ? f->key.proc : NULL;
	struct conn *c = f ? f->conn : NULL;
	int64_t fd = f ? f->key.fd : 0;

	image_pointer(i, &x->processes, (void **)&p);
	image_pointer(i, &x->conns, (void **)&c);
	IMAGE(i, fd);
	if (i->loading)
		f = add_fd(i, t, p, fd, c);
	if (!f)
		return;
	image_add(i, &x->fds, f);
	if (i->loading) {
		identity_put(f->since);
		f->since = NULL;
	}
	image_identity(i, x, &f->since);
	IMAGE(i, f->cloexec);
	IMAGE(i, f->presumed);
	IMAGE(i, f->serial);
	IMAGE(i, f->used);
	IMAGE(i, f->ms);
	IMAGE(i, f->clock);
	IMAGE(i, f->seen);
}

static void fds(struct image *i, struct image_things *x, struct track *t)
{
	uint64_t count = HASH_COUNT(t->fds.hash);
	struct fdent *f;
	struct proc *p;

	image_count(i, &count);
	if (!i->loading) {
		TAILQ_FOREACH(p, &t->processes.lru, lru)
			TAILQ_FOREACH(f, &p->fds, of_proc)
				one_fd(i, x, t, f);
	} else {
		while (count-- && !i->bad)
			one_fd(i, x, t, NULL);
	}
	for (int owner = 0; owner < OWNERS; owner++)
		image_pointer(i, &x->processes, (void **)&t->fds.owners[owner].most);
}

/* Saves or loads the descriptors of a connection, in their order. */
static void holders(struct image *i, struct image_things *x, struct conn *c)
{
	struct fdent *f, *last = NULL;

	if (!i->loading) {
		LIST_FOREACH(f, &c->fds, of_conn)
			image_pointer(i, &x->fds, (void **)&f);
		f = NULL;
		image_pointer(i, &x->fds, (void **)&f);
		return;
	}
	LIST_INIT(&c->fds);
	for (;;) {
		image_pointer(i, &x->fds, (void **)&f);
		if (!f || f->conn != c)
			break;
		if (last)
			LIST_INSERT_AFTER(last, f, of_conn);
		else
			LIST_INSERT_HEAD(&c->fds, f, of_conn);
		last = f;
	}
	i->bad |= f != NULL;
}

/* ---- lists of connections, each in its order, with NULL at the end ---- */

/* Saving: c is the next one of a list. Loading: returns the next one. */
static struct conn *next_conn(struct image *i, struct image_things *x, struct conn *c)
{
	image_pointer(i, &x->conns, (void **)&c);
	return c;
}

static void by_number(struct image *i, struct image_things *x, struct conn_table *t)
{
	struct conn *c = t->by_number;

	do {
		struct conn_key key = c ? c->key : (struct conn_key){ 0 };
		struct conn *next = c ? c->hh.next : NULL;

		c = next_conn(i, x, c);
		IMAGE(i, key);
		if (!c)
			break;
		if (i->loading && key.number)
			conn_set_number(t, c, key.node, key.number, key.by);
		c = next;
	} while (!i->bad);
}

static void unclaimed(struct image *i, struct image_things *x, struct conn_table *t)
{
	struct conn *c = TAILQ_FIRST(&t->unclaimed);

	do {
		int64_t ms = c ? c->unclaimed_ms : 0;
		struct conn *next = c ? TAILQ_NEXT(c, of_unclaimed) : NULL;

		c = next_conn(i, x, c);
		IMAGE(i, ms);
		if (c && i->loading)
			conn_list_unclaimed(t, c, ms);
		if (!c)
			break;
		c = next;
	} while (!i->bad);
}

static void unused(struct image *i, struct image_things *x, struct conn_table *t)
{
	struct conn *c = TAILQ_FIRST(&t->unused), *next;

	do {
		next = c ? TAILQ_NEXT(c, of_unused) : NULL;
		c = next_conn(i, x, c);
		if (c && i->loading && !c->unused)
			conn_list_unused(t, c);
		if (!c)
			break;
		c = next;
	} while (!i->bad);
}

/* Saves each list from its last connection to its first, which is the order of their insertion. */
static void save_left(struct image *i, struct image_things *x, struct conn_table *t)
{
	struct conn *c, *first, *done;

	for (int at = 0; at < LEFT_BUCKETS; at++) {
		first = LIST_FIRST(&t->left[at]);
		for (done = NULL; done != first; done = c) {
			for (c = first; LIST_NEXT(c, of_left) != done;)
				c = LIST_NEXT(c, of_left);
			next_conn(i, x, c);
		}
	}
	next_conn(i, x, NULL);
}

static void load_left(struct image *i, struct image_things *x, struct conn_table *t)
{
	struct conn *c;

	while ((c = next_conn(i, x, NULL)))
		conn_list_left(t, c);
}

void image_conn_lists(struct image *i, struct image_things *x, struct track *t)
{
	struct conn *c;

	fds(i, x, t);
	TAILQ_FOREACH(c, &t->conns.lru, lru) {
		if (i->bad)
			return;
		holders(i, x, c);
		image_pointer(i, &x->conns, (void **)&c->flow);
		image_pointer(i, &x->conns, (void **)&c->listener);
	}
	by_number(i, x, &t->conns);
	unclaimed(i, x, &t->conns);
	unused(i, x, &t->conns);
	if (i->loading)
		load_left(i, x, &t->conns);
	else
		save_left(i, x, &t->conns);
}
