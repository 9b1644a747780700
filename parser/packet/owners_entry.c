// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/owners_entry: entries of the log become connections. */
#include "parser/packet/owners.h"

#include <stdlib.h>
#include <utlist.h>

#include "parser/entry/line.h"
#include "parser/input_error.h"
#include "parser/packet/ends.h"

/* Longest time between a connection's first SYN and its start: accept() may be late. */
#define ACCEPT_MAX (300 * ENDS_S)
#define USES_MAX 4096		/* changes of users of one connection, with a live log */

static struct indexed *find_id(struct owners *o, const struct entry *e)
{
	struct id_key key = id_key(e);
	struct indexed *x = NULL;

	if (e->id.nth)
		HASH_FIND(hh, o->by_id, &key, sizeof(key), x);
	return x;
}

static char *comment_of(const struct owners *o, const struct entry *e)
{
	char text[FORMAT_LINE_MAX];
	struct put p = { .to = text, .end = text + sizeof(text) - 1 };

	for (const enum field_id *id = o->io.fields; *id; id++) {
		struct field_value v = field_get(*id, e);
		const struct field *f = &fields[*id];

		if (!v.known && f->line == LINE_KNOWN)
			continue;
		if (p.to > text)
			put_char(&p, ' ');
		put_string(&p, f->key);
		put_char(&p, '=');
		line_put_value(&p, *id, &v);
	}
	*p.to = 0;
	return strdup(text);
}

/* The audit event of a connect() has the time of its call, which no SYN precedes. */
static void set_times(struct owner *g, const struct entry *e)
{
	int64_t at = ends_ns(&e->time), called = ends_ns(&e->ev);
	bool outbound = !e->inbound && !e->unknown_direction;

	g->began = at;
	g->ended = OWNERS_OPEN;
	if (e->via == VIA_SNAPSHOT || e->via == VIA_CORRECTED)
		g->began = OWNERS_UNKNOWN;
	else if (outbound && e->ev.serial && called < at)
		g->began = called;
	if (g->began == OWNERS_UNKNOWN)
		g->earliest = OWNERS_UNKNOWN;
	else if (outbound && e->ev.serial)
		g->earliest = g->began;
	else
		g->earliest = g->began - (e->inbound ? ACCEPT_MAX : ENDS_CONNECT);
	/* with rules alone it is the time of the call */
	g->connected = g->began == at && outbound && e->ev.serial ? at + ENDS_CONNECT : at;
}

/* A stop whose start is missing from the log. */
static void set_unseen_start(struct owner *g, const struct entry *e)
{
	g->began = e->dur_ms < 0 ? OWNERS_UNKNOWN : ends_ns(&e->time) - e->dur_ms * ENDS_MS;
	g->earliest = OWNERS_UNKNOWN;
	if (g->began != OWNERS_UNKNOWN)
		g->connected = g->began;
}

static bool is_use(const struct entry *e)
{
	return e->what == CONNECT_USE || e->what == LISTEN_USE;
}

/* Takes the reference. */
static void set_user(const struct owners *o, struct owner_user *user, const struct entry *e,
		     struct packet_process *process, bool matched)
{
	user->process = process;
	user->matched |= matched;
	if (matched && process && !user->comment)
		user->comment = comment_of(o, e);
}

static struct indexed *add(struct owners *o, const struct entry *e, bool matched)
{
	struct indexed *x = calloc(1, sizeof(*x));
	struct owner *g = x ? &x->owner : NULL;

	if (!g)
		return NULL;
	g->id = e->id;
	g->inbound = e->inbound;
	g->unknown_direction = e->unknown_direction;
	g->listens = entry_is_listen(e);
	g->users.opener.matched = matched;
	g->netns = e->netns;
	g->log = o->log;
	set_times(g, e);
	if (e->what != CONNECT_START && e->what != LISTEN_START && e->what != CONNECT_FAIL)
		set_unseen_start(g, e);
	/* of an unseen one that another process uses, the opener is a number alone */
	if (!is_use(e) || e->opener == ID_UNKNOWN)
		set_user(o, &g->users.opener, e, process_get(o->processes, e), matched);
	DL_APPEND(o->open, x);
	o->count++;
	if (e->id.nth) {
		x->key = id_key(e);
		x->has_key = true;
		HASH_ADD(hh, o->by_id, key, sizeof(x->key), x);
	}
	ends_place(o, g, e);
	return x;
}

/* Ones that are open are kept longer than those that have ended. */
static void bound_memory(struct owners *o)
{
	while (o->limit && o->ended && o->ended_count > o->limit)
		owners_forget(o, o->ended);
	while (o->limit && o->open && o->count > 2 * o->limit)
		owners_forget(o, o->open);
}

/* The end was noticed by a search, or by what came after it. */
static bool is_late(enum entry_via via)
{
	return via == VIA_SWEEP || via == VIA_GONE || via == VIA_REUSE || via == VIA_BOOT;
}

static void end(struct owners *o, struct indexed *x, const struct entry *e)
{
	int64_t at = ends_ns(&e->time);

	if (!x->has_ended) {
		DL_DELETE(o->open, x);
		DL_APPEND(o->ended, x);
		o->ended_count++;
		x->has_ended = true;
	}
	x->owner.ended = at;
	x->owner.late_end = is_late(entry_inferred(e));
	if (x->owner.number && o->io.ended)
		o->io.ended(&x->owner, o->io.arg);
	if (o->begin != OWNERS_UNKNOWN && at < o->begin - ENDS_TAIL)
		owners_forget(o, x);
}

static void start_entry(struct owners *o, const struct entry *e, bool matched)
{
	struct indexed *x = find_id(o, e);

	if (!x) {
		add(o, e, matched);
		return;
	}
	/* reported again, or its end revoked */
	set_user(o, &x->owner.users.opener, e, x->owner.users.opener.process, matched);
	if (!x->has_ended)
		return;
	DL_DELETE(o->ended, x);
	DL_APPEND(o->open, x);
	o->ended_count--;
	x->has_ended = false;
	x->owner.ended = OWNERS_OPEN;
}

/* A line without an id: the latest one between these ends that is open. */
static struct indexed *find_open(struct owners *o, const struct entry *e)
{
	struct ends_key key = ends_key(entry_is_listen(e) ? ENDS_LOCAL : ENDS_BOTH, e->proto,
				       &e->local, &e->remote);
	struct owner_ends *ends = e->id.nth ? NULL : ends_find(o, &key);
	struct owner *found = NULL;

	for (struct owner *g = ends ? ends->first : NULL; g; g = g->next)
		if (g->ended == OWNERS_OPEN)
			found = g;
	return (struct indexed *)found;
}

static void stop_entry(struct owners *o, const struct entry *e, bool matched)
{
	struct indexed *x = find_id(o, e);
	struct owner *g;

	if (!x)
		x = find_open(o, e);
	if (!x)
		x = add(o, e, matched);
	if (!x)
		return;
	g = &x->owner;
	/* found out by the end alone */
	if (g->ends && g->ends->key.kind == ENDS_REMOTE && ends_known(&e->local)) {
		ends_leave(o, g);
		ends_place(o, g, e);
	}
	end(o, x, e);
}

static void use_entry(struct owners *o, const struct entry *e, bool matched)
{
	struct indexed *x = find_id(o, e);
	struct owner_use use = { .ns = ends_ns(&e->time),
				 .tx = e->sent.known ? e->sent.number : -1,
				 .rx = e->read.known ? e->read.number : -1 };
	struct packet_process *process;

	o->has_uses = true;
	if (!x)
		x = find_open(o, e);
	if (!x)
		x = add(o, e, matched);
	process = x ? process_get(o->processes, e) : NULL;
	if (!process)
		return;
	use.user = users_get(&x->owner.users, process);
	if (!use.user)
		return;
	set_user(o, use.user, e, process, matched);
	users_add(&x->owner.users, &use, o->limit ? USES_MAX : 0);
}

static void fail_entry(struct owners *o, const struct entry *e, bool matched)
{
	struct indexed *x = find_id(o, e);

	if (!x)
		x = add(o, e, matched);
	if (x)
		end(o, x, e);
}

static void process_entry(struct owners *o, const struct entry *e, int64_t at)
{
	struct packet_process *p = process_get(o->processes, e);

	if (!p)
		return;
	process_event(o->processes, e, p);
	if (o->io.process && (o->begin == OWNERS_UNKNOWN || at >= o->begin))
		o->io.process(p, e->what, at, o->io.arg);
	process_put(p);
}

/* Returns the log of that host, a new one for its first entry; NULL for one host too many, or without
 * memory: the time that it covers is unknown then. */
static struct owner_log *log_of(struct owners *o, const char *node)
{
	struct owner_log *log = o->log;

	if (log && !strcmp(log->node, node))
		return log;
	HASH_FIND_STR(o->logs, node, log);
	if (log || HASH_COUNT(o->logs) >= INPUT_HOSTS_MAX)
		return log;
	log = calloc(1, sizeof(*log) + strlen(node) + 1);
	if (!log)
		return NULL;
	strcpy(log->node, node);
	/* lines before its first entry */
	if (!o->logs)
		log->first = o->first;
	HASH_ADD_KEYPTR(hh, o->logs, log->node, strlen(log->node), log);
	return log;
}

static void cover(int64_t *first, int64_t *latest, int64_t at)
{
	if (!*first || at < *first)
		*first = at;
	if (at > *latest)
		*latest = at;
}

void owners_line(struct owners *o, int64_t ns, bool begins)
{
	int64_t unchanged = ns;

	/* a line has no name of a host: it may be another one's */
	if (HASH_COUNT(o->logs) > 1 || (o->log && *o->log->node))
		return;
	cover(&o->first, begins ? &unchanged : &o->latest, ns);
	if (o->log)
		cover(&o->log->first, begins ? &unchanged : &o->log->latest, ns);
}

void owners_log_ends(struct owners *o)
{
	o->log_ends = true;
}

static void note_netns(struct owners *o, int64_t netns)
{
	if (netns < 0)
		return;
	if (o->seen_netns < 0)
		o->seen_netns = netns;
	o->many_netns |= netns != o->seen_netns || (o->netns >= 0 && netns != o->netns);
}

void owners_entry(struct owners *o, const struct entry *e, bool matched)
{
	int64_t at = ends_ns(&e->time);

	o->log = log_of(o, e->node ? e->node : "");
	cover(&o->first, &o->latest, at);
	if (o->log)
		cover(&o->log->first, &o->log->latest, at);
	note_netns(o, e->netns);
	if (at > o->until && !find_id(o, e))
		return;
	if (entry_is_process(e)) {
		process_entry(o, e, at);
		return;
	}
	if (o->netns >= 0 && e->netns >= 0 && e->netns != o->netns && e->local.has_addr &&
	    owners_always_local(&e->local))
		return;
	owners_local(o, &e->local, e->netns);
	if (e->what == CONNECT_FAIL)
		fail_entry(o, e, matched);
	else if (is_use(e))
		use_entry(o, e, matched);
	else if (e->what == CONNECT_STOP || e->what == LISTEN_STOP)
		stop_entry(o, e, matched);
	else
		start_entry(o, e, matched);
	bound_memory(o);
}
