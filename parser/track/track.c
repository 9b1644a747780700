// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/track/track: events in, entries out. Each event goes to the file of its source;
 * last, once an event, the waiting connections are matched with sock_diag's sockets.
 */
#include "parser/track/track.h"

#include <stdlib.h>
#include <string.h>

#include "parser/track/arrival.h"
#include "parser/track/bounds.h"
#include "parser/track/correlate.h"
#include "parser/track/defer.h"
#include "parser/track/from_kernel.h"
#include "parser/track/from_kernel_scan.h"
#include "parser/track/from_sockdiag.h"
#include "parser/track/from_syscalls.h"
#include "parser/track/unclaimed.h"
#include "parser/track/unused.h"

#define FDS_PER_CONN 4

struct track *track_new(const struct track_limits *limits, const struct track_io *io,
			struct input_errors *errors)
{
	struct track *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	conn_init(&t->conns, limits->sockets, &t->fds, errors);
	fdtable_init(&t->fds, t->conns.max * FDS_PER_CONN);
	process_init(&t->processes);
	t->max_processes = limits->processes > 2 ? limits->processes : 2;
	t->io = *io;
	t->errors = errors;
	t->stats.module_missed = t->stats.module_lost = -1;
	return t;
}

void track_free(struct track *t)
{
	struct proc *p;

	if (!t)
		return;
	track_set_diag(t, NULL);
	conn_fini(&t->conns);
	corrected_fini(&t->corrected);
	while ((p = process_oldest(&t->processes)))
		process_remove(&t->processes, p);
	node_fini(&t->nodes);
	free(t);
}

void track_set_boot(struct track *t, const struct track_boot *boot)
{
	t->boot = *boot;
	t->has_boot = true;
}

void track_set_diag(struct track *t, const struct diag_options *o)
{
	if (t->diag.on)
		from_sockdiag_off(t);
	if (o)
		from_sockdiag_on(t, o);
}

/* ---- what others ask ---- */

void track_stats(const struct track *t, struct track_stats *out)
{
	*out = t->stats;
	out->sockets = t->conns.count;
	out->processes = process_count(&t->processes);
}

void track_holders(const struct track *t, void (*fn)(int64_t pid, void *arg),
		   void *arg)
{
	const struct proc *p;

	TAILQ_FOREACH(p, &t->processes.lru, lru) {
		const struct node *n = t->nodes.at[p->key.node];

		if (!node_name(n) && !n->module && !TAILQ_EMPTY(&p->fds))
			fn(p->key.pid, arg);
	}
}

bool track_diag_waits(const struct track *t)
{
	return t->diag.on && (!TAILQ_EMPTY(&t->conns.waiting) ||
			      !TAILQ_EMPTY(&t->conns.dying));
}

void track_hide_unused(struct track *t, unsigned int wait_ms)
{
	t->unused_ms = wait_ms;
}

void track_await_holders(struct track *t, unsigned int wait_ms)
{
	t->holder_ms = wait_ms;
}

uint64_t track_awaited(const struct track *t)
{
	return t->awaited;
}

bool track_unused_waits(const struct track *t)
{
	return !TAILQ_EMPTY(&t->conns.unused);
}

/* The lists are in order of arrival, which is that of time with few exceptions. */
int64_t track_oldest(const struct track *t)
{
	const struct conn *u = TAILQ_FIRST(&t->conns.unused);
	const struct conn_diag *w = TAILQ_FIRST(&t->conns.waiting);
	const struct conn_diag *d = TAILQ_FIRST(&t->conns.dying);
	int64_t oldest = u ? stamp_ms(&u->start) : INT64_MAX;
	int64_t asked = w ? stamp_ms(w->confirming ? &w->end : &w->conn->start) : INT64_MAX;

	if (!t->diag.on)
		return oldest;
	if (asked < oldest)
		oldest = asked;
	if (d && stamp_ms(&d->dead_at) < oldest)
		oldest = stamp_ms(&d->dead_at);
	return oldest;
}

bool track_diag_doubts(const struct track *t)
{
	return t->diag.on && t->conns.doubts;
}

bool track_diag_follows(struct track *t, uint64_t cookie)
{
	return conn_by_cookie(&t->conns, cookie);
}

bool track_diag_holds(struct track *t, uint64_t cookie, int64_t pid, int fd)
{
	const struct conn *c = conn_by_cookie(&t->conns, cookie);
	const struct proc *p = c ? process_find(&t->processes, c->key.node, pid) : NULL;
	const struct fdent *e = p ? fdtable_find(&t->fds, p, fd) : NULL;

	return e && e->conn == c;
}

/* Followed, and written of: it can be kept over a restart. */
static bool is_kept(const struct conn *c)
{
	return c->diag && c->diag->cookie && c->phase != CONN_DESTROYED && !c->unwritten;
}

static struct diag_known known_of(const struct conn *c)
{
	struct diag_known k = {
		.sock = c->diag ? c->diag->found : (struct diag_sock){ .ino = c->ino },
		.listens = c->kind == KIND_LISTEN,
		.inbound = c->direction == CONN_INBOUND,
		.unknown_direction = c->direction == CONN_EITHER,
		.unknown_start = c->unknown_start,
		.ev = c->ev,
		.start = c->start,
		.id = c->id,
		.nth = c->nth,
		.ignored = c->ignored,
	};

	k.sock.cookie = c->diag ? c->diag->cookie : c->cookie;
	k.sock.family = c->family;
	k.sock.proto = c->proto;
	k.sock.netns = c->netns > 0 ? c->netns : 0;
	k.sock.local = *conn_local(c);
	k.sock.remote = c->remote;
	return k;
}

void track_diag_each(const struct track *t,
		     void (*fn)(const struct diag_known *k, const struct identity *opener,
				void *arg), void *arg)
{
	const struct conn *c;

	TAILQ_FOREACH(c, &t->conns.lru, lru) {
		struct diag_known k;

		if (!is_kept(c) || !c->kind)
			continue;
		k = known_of(c);
		fn(&k, c->opener, arg);
	}
}

void track_kernel_each(const struct track *t,
		       void (*fn)(const struct diag_known *k, const struct identity *opener,
				  void *arg), void *arg)
{
	const struct conn *c;

	TAILQ_FOREACH(c, &t->conns.lru, lru) {
		struct diag_known k;

		if (!from_kernel_follows(c) || is_kept(c))
			continue;
		k = known_of(c);
		fn(&k, c->opener, arg);
	}
}

void track_diag_leave(struct track *t)
{
	struct conn *c;

	t->proc = NULL;
	CONN_EACH(&t->conns, c) {
		if (c->phase == CONN_DEFERRED && c->diag && c->diag->end_via)
			life_write_start(t, c);
		if (is_kept(c) || c->phase == CONN_ENDING)
			conn_drop(&t->conns, c);
	}
}

/* ---- events ---- */

/* sock_diag reported of this host before audit named it. */
static void name_local_node(struct track *t, const char *name)
{
	struct node *n = t->nodes.count ? t->nodes.at[0] : NULL;

	if (n && n->unnamed && !node_name(n) && name && t->diag.o.node &&
	    !strcmp(name, t->diag.o.node))
		node_rename(&t->nodes, n, name);
}

/* Sets t->node. A log has one node or a few. */
static bool find_node(struct track *t, const char *name)
{
	struct node *n;

	if (t->node && node_is(t->node, name))
		return true;
	name_local_node(t, name);
	n = node_find(&t->nodes, name);
	t->node = n ? n : node_add(&t->nodes, name);
	return t->node;
}

/* Drops all state of this node at its restart. */
static void node_boot(struct track *t)
{
	struct conn *c;
	struct proc *p, *next_p;

	t->proc = NULL;
	CONN_EACH(&t->conns, c) {
		if (c->key.node != t->node->index)
			continue;
		life_close(t, c, ENDING(.via = VIA_BOOT));
		conn_drop(&t->conns, c);
	}
	for (p = process_oldest(&t->processes); p; p = next_p) {
		next_p = TAILQ_NEXT(p, lru);
		if (p->key.node == t->node->index)
			bounds_forget_process(t, p);
	}
	node_reset(t->node);
	corrected_forget_node(&t->corrected, t->node->index);
	idle_forget_node(&t->idle, t->node->index);
	attempt_forget_node(&t->attempts, t->node->index);
	if (t->diag.on && defer_is_local(t)) {
		t->diag.stream_ms = stamp_ms(&t->when);
		destroyed_clear(&t->diag.destroyed);
	}
}

static void from_audit(struct track *t, const struct event *f)
{
	if (!find_node(t, f->node)) {
		input_error(t->errors, INPUT_ERROR_HOSTS, f->node ? f->node : "",
			    f->node ? strlen(f->node) : 0);
		return;
	}
	if (!f->node)
		t->node->unnamed = false;
	if (arrival_is_repeated(t, f)) {
		input_error(t->errors, INPUT_ERROR_REPEATED, "", 0);
		return;
	}
	arrival_set_time(t, f);
	if (f->kind == EVENT_BOOT)
		node_boot(t);
	else if (f->kind == EVENT_MODULE)
		from_kernel(t, f);
	else if (f->kind == EVENT_KEPT)
		from_kernel_kept(t, f);
	else if (f->kind == EVENT_SCANNED)
		from_kernel_scanned(t, f);
	else
		from_syscalls(t, f);
}

void track_event(struct track *t, const struct event *f)
{
	t->event = f;
	t->by_syslog = f->by_syslog;
	t->proc = NULL;
	t->stats.events++;
	if (f->kind == EVENT_DIAG || f->kind == EVENT_TICK) {
		t->when = f->stamp;
		from_sockdiag(t, f);
	} else {
		from_audit(t, f);
	}
	correlate(t);
	unclaimed_decide(t);
	if (track_unused_waits(t))
		unused_decide(t);
}
