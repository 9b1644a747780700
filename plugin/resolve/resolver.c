// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/resolver: questions of the tracker, answered from /proc and sock_diag: the loop's
 * side. What is asked and what the kernel announces come in here; the dumps are in
 * resolver_round. */
#include "plugin/resolve/resolver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "plugin/resolve/procfd.h"
#include "plugin/resolve/internal.h"
#include "plugin/resolve/sockdiag.h"

#define TICK_MS 20

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int64_t resolver_now_ms(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1000000;
}

static void tell_at_once(struct resolver *s, struct event *f)
{
	int64_t real = clock_ns(CLOCK_REALTIME);

	f->stamp = (struct stamp){ .sec = real / 1000000000,
				   .milli = real / 1000000 % 1000 };
	f->mono = clock_ns(CLOCK_MONOTONIC);
	track_event(s->track, f);
}

void resolver_tell_event(struct resolver *s, struct event *f, const struct diag *d)
{
	f->kind = EVENT_DIAG;
	f->diag = d;
	tell_at_once(s, f);
}

void resolver_tell(struct resolver *s, enum event_kind kind, const struct diag *d)
{
	struct event f = { .kind = kind, .diag = d };

	tell_at_once(s, &f);
}

/* ---- what comes in ---- */

void resolver_ask(struct resolver *s, const struct request *q)
{
	struct pending *l = requests_add(s->fresh, q);

	s->stats.questions++;
	if (!l)
		return;
	l->netns = procfd_netns(q->pid);
	l->netns_sure = l->netns && procfd_one_netns(q->pid, l->netns);
	s->met |= netns_meet(&s->spaces, q->pid, l->netns);
	l->everywhere = !netns_find(&s->spaces, l->netns);
	if (q->fd >= 0)
		pending_descriptor(l);
}

static void on_destroyed(const struct diag_sock *sock, void *arg)
{
	struct resolver *s = arg;
	struct diag d = { .op = DIAG_DESTROYED, .sock = *sock };

	s->stats.destroyed++;
	if (sock->cookie == s->sentinel)
		s->sentinel_seen = true;
	else
		resolver_tell(s, EVENT_DIAG, &d);
}

/* Of sockets that were destroyed up to now nothing may have been heard; away: not of those
 * of our own network namespace. */
static void tell_lost(struct resolver *s, bool away)
{
	struct diag lost = { .op = DIAG_LOST, .away = away };

	resolver_tell(s, EVENT_DIAG, &lost);
}

/* Our own first: see send_sentinel() in resolver_round.c. */
void resolver_events(struct resolver *s)
{
	for (unsigned int i = 0; i < s->spaces.count; i++) {
		struct sockdiag *nl = s->spaces.at[i].nl;

		if (!nl || sockdiag_events_fd(nl) < 0)
			continue;
		while (sockdiag_read_events(nl, on_destroyed, s) == -ENOBUFS) {
			s->stats.lost++;
			s->next_sweep = 0;
			tell_lost(s, false);
		}
	}
}

/* A round's answers rest on the namespaces that it began with. */
static void check_netns(struct resolver *s)
{
	bool changed = s->met;

	s->spaces_due = s->met = false;
	resolver_events(s);
	changed |= netns_check(&s->spaces);
	if (!changed)
		return;
	tell_lost(s, true);
	s->next_census = 0;
	if (!resolver_sweep_wants_snapshot(s) || !netns_fresh(&s->spaces))
		return;
	s->snapshot_due = true;
	if (s->next_holders < s->next_sweep)
		s->next_sweep = s->next_holders;
}

void resolver_check_netns(struct resolver *s)
{
	s->spaces_due = true;
	if (resolver_round_idle(s))
		check_netns(s);
}

/* ---- the loop's turns ---- */

void resolver_work(struct resolver *s)
{
	resolver_events(s);
	resolver_round_settle(s);
	if (resolver_round_idle(s) && (s->spaces_due || s->met))
		check_netns(s);
	resolver_round_go_on(s);
	resolver_tell(s, EVENT_TICK, NULL);
	if (!s->snapshot_due)	/* until then the old file is better */
		resolver_keep_keep(s);
}

int resolver_poll(struct resolver *s, struct pollfd fds[RESOLVER_FDS])
{
	int64_t wait = resolver_round_wait(s);

	for (unsigned int i = 0; i < RESOLVER_FDS; i++) {
		struct sockdiag *nl = i < s->spaces.count ? s->spaces.at[i].nl : NULL;

		fds[i] = (struct pollfd){ .fd = nl ? sockdiag_events_fd(nl) : -1,
					  .events = POLLIN };
	}
	fds[NETNS_MAX].fd = resolver_round_fd(s);
	if (track_diag_waits(s->track) && wait > TICK_MS)
		wait = TICK_MS;
	return wait > 0 ? wait : 0;
}

void resolver_stats(const struct resolver *s, struct resolver_stats *out)
{
	*out = s->stats;
	out->netns = netns_watched(&s->spaces);
}

/* ---- on and off ---- */

static void switch_on(struct resolver *s, const struct resolver_options *o)
{
	struct diag_options options = {
		.wait_ms = o->wait_ms,
		.settle_ms = o->settle_ms,
		.max = REQUESTS_MAX,
		.node = s->name.nodename,
		.netns = s->spaces.at[0].ino,
	};

	track_set_diag(s->track, &options);
	resolver_tell(s, EVENT_TICK, NULL);
	tell_lost(s, false);
	if (s->options.state)
		resolver_keep_load(s);
}

static void free_all(struct resolver *s)
{
	netns_close(&s->spaces);
	inventory_free(s->inventory);
	free((char *)s->options.state);
	free(s);
}

struct resolver *resolver_open(struct track *track, const struct resolver_options *o,
		       const char **error)
{
	struct resolver *s = calloc(1, sizeof(*s));
	int err;

	*error = "no memory";
	if (!s)
		return NULL;
	s->track = track;
	s->options = *o;
	s->options.state = o->state ? strdup(o->state) : NULL;
	s->snapshot_due = resolver_sweep_wants_snapshot(s);
	s->inventory = inventory_new(o->sees_all);
	resolver_round_init(s);
	uname(&s->name);
	err = s->inventory ? netns_open(&s->spaces, o->netns, o->netns_count, o->hears_ends) :
			  -ENOMEM;
	if (err) {
		*error = strerror(-err);
		free_all(s);
		return NULL;
	}
	switch_on(s, o);
	*error = NULL;
	return s;
}

void resolver_close(struct resolver *s, bool ending)
{
	if (!s)
		return;
	if (ending && resolver_keep_save(s))
		track_diag_leave(s->track);
	else if (s->options.state)	/* what it says ends without us */
		unlink(s->options.state);
	track_set_diag(s->track, NULL);
	free_all(s);
}
