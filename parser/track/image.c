// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/image: the state of a tracker, saved and loaded. */
#include "parser/track/image.h"

#include <stdlib.h>
#include <string.h>

#include "parser/track/image_tables.h"

/* ---- nodes ---- */

static void one_node(struct image *i, struct track *t, struct node *n)
{
	struct node was = n ? *n : (struct node){ 0 };
	const char *name = was.name;

	was.name = NULL;
	memset(&was.hh, 0, sizeof(was.hh));
	IMAGE(i, was);
	image_text(i, &name);
	if (!i->loading) {
		node_image(n, i);
		return;
	}
	n = name && !i->bad ? node_add(&t->nodes, name) : NULL;
	if (!n || was.index != n->index) {
		i->bad = true;
		return;
	}
	was.name = n->name;
	was.hh = n->hh;
	*n = was;
	node_image(n, i);
}

static void nodes(struct image *i, struct track *t)
{
	uint64_t count = t->nodes.count;

	image_count(i, &count);
	for (uint64_t at = 0; at < count && !i->bad; at++)
		one_node(i, t, i->loading ? NULL : t->nodes.at[at]);
}

/* ---- processes ---- */

/* Loading: a new one, if the numbers make sense. */
static struct proc *add_process(struct image *i, struct track *t, const struct proc_key *key,
				unsigned int owner)
{
	struct proc *p = NULL;

	if (!i->bad && owner < OWNERS && key->node < t->nodes.count &&
	    !process_find(&t->processes, key->node, key->pid))
		p = process_add(&t->processes, key->node, key->pid, owner);
	i->bad |= !p;
	return p;
}

static void one_process(struct image *i, struct image_things *x, struct track *t, struct proc *p)
{
	struct proc_key key = p ? p->key : (struct proc_key){ 0 };
	unsigned int owner = p ? p->owner : 0;
	const char *stale = p ? p->stale_title : NULL;

	IMAGE(i, key);
	IMAGE(i, owner);
	if (i->loading)
		p = add_process(i, t, &key, owner);
	if (!p)
		return;
	image_add(i, &x->processes, p);
	image_identity(i, x, &p->identity);
	image_text(i, &stale);
	if (i->loading && stale)
		p->stale_title = strdup(stale);
	IMAGE(i, p->serial);
	IMAGE(i, p->ms);
	IMAGE(i, p->began_ms);
	IMAGE(i, p->born);
	IMAGE(i, p->forked_ms);
	IMAGE(i, p->child_ms);
}

static void processes(struct image *i, struct image_things *x, struct track *t)
{
	uint64_t count = process_count(&t->processes);
	struct proc *p;

	image_count(i, &count);
	if (!i->loading) {
		TAILQ_FOREACH(p, &t->processes.lru, lru)
			one_process(i, x, t, p);
		return;
	}
	while (count-- && !i->bad)
		one_process(i, x, t, NULL);
}

/* ---- small tables ---- */

static void corrected(struct image *i, struct image_things *x, struct corrected_table *t)
{
	IMAGE(i, t->next);
	IMAGE(i, t->count);
	for (int at = 0; at < CORRECTED_MAX; at++) {
		struct inferred_stop *s = &t->at[at];
		struct identity *opener = s->opener;

		IMAGE(i, s->used);
		if (!s->used)
			continue;
		IMAGE(i, *s);
		s->opener = opener;
		image_identity(i, x, &s->opener);
	}
}

static void numbers(struct image *i, struct track *t)
{
	IMAGE(i, t->scans);
	IMAGE(i, t->unused_ms);
	IMAGE(i, t->unnumbered);
	IMAGE(i, t->by_syslog);
	IMAGE(i, t->stats);
	IMAGE(i, t->fds.round);
	IMAGE(i, t->idle);
	IMAGE(i, t->attempts);
}

void track_image(struct track *t, struct image *i)
{
	struct image_things x = { 0 };

	i->bad |= t->diag.on;
	image_same(i, sizeof(struct conn));
	image_same(i, sizeof(struct node));
	image_same(i, sizeof(struct inferred_stop));
	image_same(i, sizeof(struct idle_table));
	image_same(i, sizeof(struct attempt_table));
	image_same(i, sizeof(struct track_stats));
	numbers(i, t);
	nodes(i, t);
	processes(i, &x, t);
	image_conns(i, &x, t);
	image_conn_lists(i, &x, t);
	corrected(i, &x, &t->corrected);
	image_numbers_fini(&x.conns);
	image_numbers_fini(&x.fds);
	image_numbers_fini(&x.processes);
	image_numbers_fini(&x.identities);
}
