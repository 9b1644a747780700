// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/resolver: the event loop's side. */
#include "plugin/resolve/resolver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "plugin/resolve/keep.h"
#include "plugin/resolve/lookup.h"
#include "plugin/resolve/round.h"
#include "plugin/resolve/sweep.h"
#include "plugin/clock.h"
#include "plugin/resolve/deliver.h"

#define TICK_MS 20
#define SLICE_MS 5 /* per iteration of the loop, for each kind of work */

struct resolver {
	struct track *track;
	struct utsname name;
	struct netns_set spaces;
	bool check_due; /* of the namespaces, after this round */
	bool met;	/* a namespace is new */
	struct round round;
	struct sweep sweep;
	struct keep keep;
	uint64_t questions, destroyed, lost;
};

static void deliver_diag(struct resolver *r, enum event_kind kind, const struct diag *d)
{
	struct event e = { .kind = kind, .diag = d };

	deliver(r->track, &e);
}

/* ---- requests ---- */

void resolver_ask(struct resolver *r, const struct request *q)
{
	r->questions++;
	lookup_request(r->round.fresh, q);
}

void resolver_lookup(struct resolver *r)
{
	struct slice slice = slice_begin(SLICE_MS);

	r->met |= lookup_continue(r->round.fresh, &r->spaces, &slice);
}

/* ---- notifications ---- */

static void on_destroyed(const struct diag_sock *sock, void *arg)
{
	struct resolver *r = arg;
	struct diag d = { .op = DIAG_DESTROYED, .sock = *sock };

	r->destroyed++;
	if (round_destroyed(&r->round, sock->cookie))
		return;
	sweep_destroyed(&r->sweep, sock->cookie);
	deliver_diag(r, EVENT_DIAG, &d);
}

/* Sockets destroyed up to now may be missing among the notifications; away: none of our
 * own network namespace. */
static void deliver_lost(struct resolver *r, bool away)
{
	struct diag lost = { .op = DIAG_LOST, .away = away };

	deliver_diag(r, EVENT_DIAG, &lost);
}

/* Reads one batch of a namespace. Returns false if there are no more. */
static bool read_batch(struct resolver *r, unsigned int i)
{
	struct sockdiag *nl = r->spaces.at[i].nl;
	int more;

	if (!nl || sockdiag_events_fd(nl) < 0)
		return false;
	more = sockdiag_read_events(nl, on_destroyed, r);
	if (more < 0) {
		r->lost++;
		sweep_soon(&r->sweep);
		deliver_lost(r, i);
	}
	return more;
}

/* Our own namespace first: see send_sentinel() in round.c. The owners of the others can send
 * any number of messages: they share one slice, each a batch in turn. */
void resolver_events(struct resolver *r)
{
	struct slice slice = slice_begin(2 * SLICE_MS);
	bool more = true;

	while (read_batch(r, 0) && !slice_over(&slice))
		;
	slice = slice_begin(SLICE_MS);
	while (more) {
		more = false;
		for (unsigned int i = 1; i < r->spaces.count; i++)
			more |= read_batch(r, i);
		if (slice_over(&slice))
			break;
	}
}

/* ---- namespaces ---- */

/* A round's answers are based on the namespaces that it began with. Returns false while
 * the check needs another slice. */
static bool check_netns(struct resolver *r, const struct slice *slice)
{
	bool changed = false;

	if (!r->spaces.checking) {
		r->check_due = false;
		resolver_events(r);
		netns_check_begin(&r->spaces);
	}
	if (!netns_check_continue(&r->spaces, slice, &changed))
		return false;
	changed |= r->met;
	r->met = false;
	if (!changed)
		return true;
	deliver_lost(r, true);
	answer_forget_census(&r->round.answers);
	if (netns_fresh(&r->spaces))
		sweep_new_namespace(&r->sweep);
	return true;
}

static bool netns_due(const struct resolver *r)
{
	return r->check_due || r->met || r->spaces.checking;
}

void resolver_check_netns(struct resolver *r)
{
	struct slice slice = slice_begin(SLICE_MS);

	r->check_due = true;
	if (r->round.phase == ROUND_IDLE)
		check_netns(r, &slice);
}

/* ---- turns of the loop ---- */

static void begin_round(struct resolver *r)
{
	int64_t now = clock_now_ms();

	if (r->round.fresh->looked < r->round.fresh->count)
		return;
	if (now >= sweep_due_ms(&r->sweep) && now >= r->round.next_ms) {
		sweep_begin(&r->sweep);
		round_begin(&r->round, &r->sweep.inventory);
	} else if (round_due(&r->round)) {
		round_begin(&r->round, NULL);
	}
}

static void work_on_round(struct resolver *r)
{
	struct slice slice = slice_begin(SLICE_MS);

	if (r->round.phase == ROUND_IDLE && netns_due(r) && !check_netns(r, &slice))
		return;
	if (r->round.phase == ROUND_IDLE)
		begin_round(r);
	if (round_continue(&r->round, &slice) && r->round.dump.inventory)
		sweep_dumped(&r->sweep, r->round.dump.begun_ms,
			     !r->round.dump.incomplete);
}

void resolver_work(struct resolver *r)
{
	struct slice slice;

	resolver_events(r);
	resolver_lookup(r);
	work_on_round(r);
	slice = slice_begin(SLICE_MS);
	sweep_continue(&r->sweep, &slice);
	deliver_diag(r, EVENT_TICK, NULL);
	slice = slice_begin(SLICE_MS);
	if (!r->sweep.snapshot_due) /* until then the old file is better */
		keep_continue(&r->keep, &slice);
}

/* Returns the time until something is due, in ms. */
static int64_t wait_ms(const struct resolver *r)
{
	int64_t wait = round_wait_ms(&r->round), sweep;

	if (sweep_works(&r->sweep) || keep_writes(&r->keep) || r->spaces.checking ||
	    r->round.fresh->looked < r->round.fresh->count)
		return 0;
	if (r->round.phase != ROUND_IDLE)
		return wait;
	sweep = sweep_due_ms(&r->sweep);
	if (sweep < r->round.next_ms)
		sweep = r->round.next_ms;
	sweep -= clock_now_ms();
	return sweep < wait ? sweep : wait;
}

int resolver_poll(struct resolver *r, struct pollfd fds[RESOLVER_FDS])
{
	int64_t wait = wait_ms(r);

	for (unsigned int i = 0; i < RESOLVER_FDS; i++) {
		struct sockdiag *nl = i < r->spaces.count ? r->spaces.at[i].nl : NULL;

		fds[i] = (struct pollfd){ .fd = nl ? sockdiag_events_fd(nl) : -1,
					  .events = POLLIN };
	}
	fds[NETNS_MAX].fd = round_fd(&r->round);
	if (track_diag_waits(r->track) && wait > TICK_MS)
		wait = TICK_MS;
	return wait > 0 ? wait : 0;
}

void resolver_stats(const struct resolver *r, struct resolver_stats *out)
{
	*out = (struct resolver_stats){
		.questions = r->questions,
		.destroyed = r->destroyed,
		.lost = r->lost,
		.dumps = r->round.dump.count,
		.sweeps = r->sweep.count,
		.cut = r->sweep.cut,
		.netns = netns_watched(&r->spaces),
	};
}

/* ---- on and off ---- */

static void switch_on(struct resolver *r, const struct resolver_options *o)
{
	struct diag_options options = {
		.wait_ms = o->wait_ms,
		.settle_ms = o->settle_ms,
		.max = REQUESTS_MAX,
		.node = r->name.nodename,
		.netns = r->spaces.at[0].ino,
	};

	track_set_diag(r->track, &options);
	deliver_diag(r, EVENT_TICK, NULL);
	deliver_lost(r, false);
	keep_load(&r->keep);
}

static void free_all(struct resolver *r)
{
	sweep_fini(&r->sweep);
	round_fini(&r->round);
	netns_close(&r->spaces);
	keep_fini(&r->keep);
	free(r);
}

static int init(struct resolver *r, struct track *track, const struct resolver_options *o)
{
	r->track = track;
	uname(&r->name);
	r->keep = (struct keep){ .track = track, .path = o->state ? strdup(o->state) : NULL };
	if (o->state && !r->keep.path)
		return -ENOMEM;
	round_init(&r->round, track, &r->spaces, o->wait_ms);
	r->sweep = (struct sweep){
		.track = track,
		.spaces = &r->spaces,
		.interval_s = o->sweep_s,
		.sees_all = o->sees_all,
		.snapshot = o->snapshot,
		.first = o->snapshot || o->state,
	};
	sweep_init(&r->sweep);
	return netns_open(&r->spaces, o->netns, o->netns_count, o->may_subscribe);
}

struct resolver *resolver_open(struct track *track, const struct resolver_options *o,
			       const char **error)
{
	struct resolver *r = calloc(1, sizeof(*r));
	int err;

	*error = "no memory";
	if (!r)
		return NULL;
	err = init(r, track, o);
	if (err) {
		*error = strerror(-err);
		free_all(r);
		return NULL;
	}
	switch_on(r, o);
	*error = NULL;
	return r;
}

void resolver_close(struct resolver *r, bool ending)
{
	if (!r)
		return;
	if (!ending || !keep_save(&r->keep)) /* the connections that it has end without us */
		keep_remove(&r->keep);
	if (ending)
		track_diag_leave(r->track);
	track_set_diag(r->track, NULL);
	free_all(r);
}
