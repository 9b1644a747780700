// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/track: facts to records; tables of nodes and processes, and the
 * writing of starts and stops. */
#include "parser/track/track.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/track/internal.h"

#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif
#ifndef IPPROTO_SCTP
#define IPPROTO_SCTP 132
#endif

static struct identity *nobody(void)
{
	static struct identity who = {
		.refs = 1,
		.pid = ID_UNKNOWN, .ppid = ID_UNKNOWN, .uid = ID_UNKNOWN,
		.auid = ID_UNKNOWN, .ses = ID_UNKNOWN, .sid = ID_UNKNOWN,
	};

	return &who;
}

static void evicted(struct sock *s, void *arg)
{
	struct track *t = arg;

	track_diag_flush(t, s);
	if (!s->open)
		return;
	t->stats.open--;
	input_error(t->complaints, INPUT_ERROR_EVICTED, "", 0);
}

struct track *track_new(const struct track_limits *limits, const struct track_io *io,
			struct input_errors *errors)
{
	struct track *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	socket_init(&t->sockets, limits->sockets, evicted, t);
	t->sockets.dropped = track_diag_dropped;
	process_init(&t->processes);
	t->max_processes = limits->processes > 2 ? limits->processes : 2;
	t->io = *io;
	t->complaints = errors;
	t->stats.module_missed = t->stats.module_lost = -1;
	return t;
}

void track_free(struct track *t)
{
	struct proc *p;

	if (!t)
		return;
	track_set_diag(t, NULL);
	socket_fini(&t->sockets);
	while ((p = process_oldest(&t->processes)))
		process_remove(&t->processes, p);
	for (unsigned int i = 0; i < t->node_count; i++) {
		free(t->nodes[i]->name);
		free(t->nodes[i]);
	}
	free(t);
}

void track_set_boot(struct track *t, const struct track_boot *boot)
{
	t->boot = *boot;
	t->has_boot = true;
}

void track_stats(const struct track *t, struct track_stats *out)
{
	*out = t->stats;
	out->sockets = t->sockets.count;
	out->processes = process_count(&t->processes);
}

void track_holders(const struct track *t, void (*fn)(int64_t pid, void *arg),
		   void *arg)
{
	const struct proc *p;

	TAILQ_FOREACH(p, &t->processes.lru, lru) {
		const struct node *n = t->nodes[p->key.node];

		if (!n->name && !n->module && !LIST_EMPTY(&p->fds))
			fn(p->key.pid, arg);
	}
}

int track_socket_proto(int type, int proto)
{
	switch (type) {
	case SOCK_STREAM:
		return proto == 0 ? IPPROTO_TCP : proto;
	case SOCK_DGRAM:
		if (proto == 0 || proto == IPPROTO_UDP)
			return IPPROTO_UDP;
		return proto == IPPROTO_UDPLITE ? proto : PROTO_UNKNOWN;
	case SOCK_SEQPACKET:
		return proto == 0 || proto == IPPROTO_SCTP ? IPPROTO_SCTP :
							     PROTO_UNKNOWN;
	case SOCK_DCCP:
		return IPPROTO_DCCP;
	}
	return PROTO_UNKNOWN;
}

bool track_is_datagram(int proto)
{
	return proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE;
}

/* What is known of the local end. For a connection a wildcard address says
 * nothing, and port 0 means that the kernel has yet to choose. */
static struct netaddr local_end(const struct sock *s)
{
	struct netaddr a = s->learnt.family ? s->learnt : s->local;

	if (s->open == OPEN_CONNECT && netaddr_is_any(&a)) {
		a.has_addr = false;
		memset(a.addr, 0, sizeof(a.addr));
	}
	if (!a.port)
		a.has_port = false;
	return a;
}

int64_t track_stamp_ms(const struct stamp *s)
{
	return s->sec * 1000 + s->milli;
}

static int64_t duration_ms(const struct sock *s, const struct stamp *when,
			   int64_t mono)
{
	int64_t ms;

	if (s->mono >= 0 && mono >= 0)
		return mono > s->mono ? (mono - s->mono) / 1000000 : 0;
	if (s->unknown_start || !s->start.sec)
		return -1;
	ms = track_stamp_ms(when) - track_stamp_ms(&s->start);
	return ms < 0 ? -1 : ms;
}

/* The end was some time before this. */
static bool found_later(enum entry_via via)
{
	return via == VIA_REUSE || via == VIA_GONE || via == VIA_BOOT ||
	       via == VIA_SWEEP;
}

static bool is_of_this_boot(const struct track *t, const struct sock *s)
{
	const char *node = t->nodes[s->key.node]->name;

	return t->has_boot && s->start.sec >= t->boot.since &&
	       (!node || (t->boot.node && !strcmp(node, t->boot.node)));
}

/* The connection's number, by what is known when its first line is written. */
static void number(struct track *t, struct sock *s)
{
	s->id = (struct conn_id){ .has_boot = is_of_this_boot(t, s) };
	if (s->id.has_boot)
		s->id.boot = t->boot.id;
	s->id.by_serial = !s->cookie;
	s->id.number = s->cookie ? s->cookie : s->ev.serial;
	if (s->id.number)
		s->id.nth = ++s->nth;
}

static void emit(struct track *t, struct sock *s, const struct entry *r, bool first)
{
	t->stats.records++;
	if (first)
		s->left_out = t->io.ignores && t->io.ignores(r, t->io.arg);
	if (s->left_out)
		t->stats.ignored++;
	else
		t->io.emit(r, t->io.arg);
}

void track_emit(struct track *t, struct sock *s, enum entry_kind what,
		const struct ending *e)
{
	struct identity *who = e->identity ? e->identity : t->proc ? t->proc->identity : NULL;
	const struct stamp *when = e->when ? e->when : &t->when;
	bool stop = what == CONNECT_STOP || what == LISTEN_STOP;
	struct entry r = {
		.what = what,
		.time = *when,
		.ev = s->ev,
		.node = t->nodes[s->key.node]->name,
		.proto = s->proto,
		.inbound = s->inbound,
		.unknown_direction = s->unknown_direction,
		.local = local_end(s),
		.remote = s->remote,
		.opener = ID_UNKNOWN,
		.via = e->via,
		.err = e->err,
		.dur_ms = -1,
		.tx = e->tx,
		.rx = e->rx,
		.netns = s->netns,
		.other_netns = s->other_netns,
	};

	if (what == CONNECT_START || what == LISTEN_START || !who)
		who = s->opener;
	r.identity = who ? who : nobody();
	if (stop && !found_later(e->via))
		r.dur_ms = duration_ms(s, when, e->mono);
	if (s->opener && s->opener->pid != r.identity->pid)
		r.opener = s->opener->pid;
	r.incomplete = stop && !s->ev.serial && !s->ev.sec;
	if (!stop)
		number(t, s);
	if (!r.incomplete)
		r.id = s->id;
	emit(t, s, &r, !stop || r.incomplete);
}

void track_begin(struct track *t, struct sock *s)
{
	struct identity *opener = t->proc && t->proc->identity ? identity_get(t->proc->identity) : NULL;

	identity_put(s->opener);
	s->opener = opener;
	s->ev = t->event->stamp;
	s->start = t->when;
	s->mono = t->event->mono;
	s->unknown_start = false;
}

void track_open(struct track *t, struct sock *s, enum sock_open kind,
		enum entry_via via)
{
	s->open = kind;
	t->stats.open++;
	memset(&s->learnt, 0, sizeof(s->learnt));
	if (t->diag.on && track_diag_open(t, s, via))
		return;
	track_emit(t, s, kind == OPEN_LISTEN ? LISTEN_START : CONNECT_START,
	     ENDING(.via = via));
}

void track_close(struct track *t, struct sock *s, const struct ending *e)
{
	track_diag_flush(t, s);
	if (!s->open)
		return;
	track_emit(t, s, s->open == OPEN_LISTEN ? LISTEN_STOP : CONNECT_STOP, e);
	s->open = OPEN_NONE;
	t->stats.open--;
}

void track_fail(struct track *t, struct sock *s, int err, enum entry_via via)
{
	s->open = OPEN_CONNECT;	/* for local_end: a connection's, not a listener's */
	track_emit(t, s, CONNECT_FAIL, ENDING(.via = via, .err = err));
	s->open = OPEN_NONE;
}

void track_fd_gone(struct track *t, struct fdent *fd, enum entry_via via)
{
	int64_t pid = fd->key.proc->key.pid, number = fd->key.fd;
	bool presumed = fd->presumed;
	struct sock *s = socket_fd_remove(&t->sockets, fd);

	if (s->follow && track_diag_fd_gone(t, s, pid, number, presumed, via))
		return;
	if (!socket_unused(s))
		return;
	/* when the missing process let go is not known, so not that it was the last */
	track_close(t, s, ENDING(.via = via, .identity = via == VIA_GONE && t->diag.on ?
						   s->opener : NULL));
	socket_drop(&t->sockets, s);
}

void track_fds_gone(struct track *t, struct proc *p, bool cloexec_only,
		    enum entry_via via)
{
	struct fdent *f, *next;

	for (f = LIST_FIRST(&p->fds); f; f = next) {
		next = LIST_NEXT(f, of_proc);
		if (!cloexec_only || f->cloexec)
			track_fd_gone(t, f, via);
	}
}

void track_module_gone(struct track *t)
{
	struct sock *s, *next;

	t->node->left = 0;
	for (s = TAILQ_FIRST(&t->sockets.lru); s; s = next) {
		next = TAILQ_NEXT(s, lru);
		if (s->key.node != t->node_index || !s->key.ino)
			continue;
		if (s->connecting && !s->open)
			track_open(t, s, OPEN_CONNECT, VIA_PROGRESS);
		if (!LIST_EMPTY(&s->fds))
			socket_clear_ino(&t->sockets, s);
		else if (s->open)
			t->node->left++;
		else
			socket_drop(&t->sockets, s);
	}
}

void track_left_gone(struct track *t, int64_t pid, enum entry_via via)
{
	struct sock *s, *next;

	if (!t->node->left)
		return;
	for (s = TAILQ_FIRST(&t->sockets.lru); s; s = next) {
		next = TAILQ_NEXT(s, lru);
		if (s->key.node != t->node_index || !s->key.ino || !s->open ||
		    !s->opener || s->opener->pid != pid)
			continue;
		track_close(t, s, ENDING(.via = via));
		socket_drop(&t->sockets, s);
		t->node->left--;
	}
}

static void forget_process(struct track *t, struct proc *p)
{
	struct fdent *f;
	struct sock *s;

	while ((f = LIST_FIRST(&p->fds))) {
		s = socket_fd_remove(&t->sockets, f);
		if (socket_unused(s)) {
			evicted(s, t);
			socket_drop(&t->sockets, s);
		}
	}
	process_remove(&t->processes, p);
}

struct proc *track_new_proc(struct track *t, int64_t pid)
{
	struct proc *p;

	while (process_count(&t->processes) >= t->max_processes)
		forget_process(t, process_oldest(&t->processes));
	p = process_add(&t->processes, t->node_index, pid);
	if (!p)
		input_error(t->complaints, INPUT_ERROR_MEMORY, "process", 7);
	return p;
}

struct proc *track_proc(struct track *t)
{
	int64_t pid = t->event->task.pid;
	struct proc *p;

	if (pid < 0)
		return NULL;
	p = process_find(&t->processes, t->node_index, pid);
	if (p) {
		process_touch(&t->processes, p);
		return p;
	}
	return track_new_proc(t, pid);
}

static bool node_is(const struct node *n, const char *name)
{
	if (!n->name || !name)
		return n->name == name;
	return !strcmp(n->name, name);
}

static struct node *add_node(struct track *t, const char *name)
{
	struct node *n;

	if (t->node_count == NODES_MAX)
		return NULL;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	if (name) {
		n->name = strdup(name);
		if (!n->name) {
			free(n);
			return NULL;
		}
	}
	t->nodes[t->node_count++] = n;
	return n;
}

/* sock_diag told of this host before audit told its name. */
static void name_local_node(struct track *t, const char *name)
{
	struct node *n = t->node_count ? t->nodes[0] : NULL;

	if (!n || n->name || !n->unnamed || !name || !t->diag.o.node ||
	    strcmp(name, t->diag.o.node))
		return;
	n->name = strdup(name);
}

/* Sets t->node and t->node_index. A log has one node or a few. */
static bool find_node(struct track *t, const char *name)
{
	if (t->node && node_is(t->node, name))
		return true;
	name_local_node(t, name);
	for (unsigned int i = 0; i < t->node_count; i++) {
		if (!node_is(t->nodes[i], name))
			continue;
		t->node = t->nodes[i];
		t->node_index = i;
		return true;
	}
	t->node = add_node(t, name);
	t->node_index = t->node_count - 1;
	return t->node;
}

/* Nothing of this node survives its restart. */
static void node_boot(struct track *t)
{
	struct sock *s, *next_s;
	struct proc *p, *next_p;

	t->proc = NULL;
	memset(t->node->released, 0, sizeof(t->node->released));
	for (s = TAILQ_FIRST(&t->sockets.lru); s; s = next_s) {
		next_s = TAILQ_NEXT(s, lru);
		if (s->key.node != t->node_index)
			continue;
		track_close(t, s, ENDING(.via = VIA_BOOT));
		socket_drop(&t->sockets, s);
	}
	for (p = process_oldest(&t->processes); p; p = next_p) {
		next_p = TAILQ_NEXT(p, lru);
		if (p->key.node == t->node_index)
			forget_process(t, p);
	}
	t->node->module = false;
}

/*
 * Audit stamps an event with the time of the call's entry. For an accept that
 * may be hours before anybody connected; but the stream is in the order in which
 * calls ended, so the accept is no earlier than what came just before it. That a
 * process is gone is no part of the stream, and ahead of it.
 */
static void set_time(struct track *t, const struct event *f)
{
	struct stamp *now = &t->node->now;

	t->when = f->stamp;
	if (f->kind == EVENT_GONE)
		return;
	if (f->kind == EVENT_ACCEPT && track_stamp_ms(&f->stamp) < track_stamp_ms(now)) {
		t->when.sec = now->sec;
		t->when.milli = now->milli;
	}
	*now = t->when;
	if (t->diag.on)
		track_diag_stream(t);
}

bool track_local_node(struct track *t)
{
	for (unsigned int i = 0; i < t->node_count; i++) {
		struct node *n = t->nodes[i];

		if (n->name && (!t->diag.o.node || strcmp(n->name, t->diag.o.node)))
			continue;
		t->node = n;
		t->node_index = i;
		return true;
	}
	if (!find_node(t, NULL))
		return false;
	t->node->unnamed = true;
	return true;
}

void track_event(struct track *t, const struct event *f)
{
	t->event = f;
	t->proc = NULL;
	t->stats.facts++;
	if (f->kind == EVENT_DIAG || f->kind == EVENT_TICK) {
		t->when = f->stamp;
		track_diag_event(t, f);
		return;
	}
	if (!find_node(t, f->node)) {
		input_error(t->complaints, INPUT_ERROR_EVICTED, f->node ? f->node : "",
			 f->node ? strlen(f->node) : 0);
		return;
	}
	if (!f->node)
		t->node->unnamed = false;
	set_time(t, f);
	if (f->kind == EVENT_BOOT)
		node_boot(t);
	else if (f->kind == EVENT_MODULE)
		track_module(t, f);
	else
		track_rules(t, f);
}
