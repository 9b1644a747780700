// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/seek: questions of the tracker, answered from /proc and sock_diag. */
#include "seek.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "lookup.h"
#include "procfd.h"
#include "proctask.h"
#include "sockdiag.h"
#include "state.h"
#include "survey.h"

/* Between rounds, at least; and 20 times what one took, or, where so much of the time that
 * records wait would be spent on waiting for a round, twice that. */
#define DUMP_MS 20
#define TICK_MS 20
#define LONGEST_MS 60000
#define SENTINEL_MS 1000
#define SAVE_MS 1000	/* between savings of the state; and 50 times what one took */
#define DOUBT_MS 2000	/* to a sweep for ends that are not announced */
#define CENSUS_MS 1000	/* between looks at all processes' namespaces */

struct seek {
	struct track *track;
	struct netns_set spaces;
	bool spaces_due;		/* to be looked at after this round */
	bool met;			/* there is one more */
	bool all_watched;		/* namespaces, as of the last census */
	int64_t next_census;		/* ms */
	struct utsname name;
	struct lookups lookups[2], *fresh, *serving;
	bool incomplete;		/* a dump of this round failed */
	int step;			/* of the dumps of this round, or IDLE, or… */
	int64_t begun, took, next_round; /* ms */
	uint64_t sentinel;		/* cookie of a socket of ours, or 0 */
	bool sentinel_seen;
	int64_t sentinel_due;
	struct survey *survey;
	bool full, snapshot_due;	/* this round looks at everything; some is to
					 * be told */
	int64_t last_sweep, next_sweep;	/* ms */
	int64_t next_holders;		/* ms: not to look through /proc before */
	uint64_t saved_records;
	bool save_failed;
	int64_t next_save;		/* ms */
	struct seek_options options;
	struct seek_stats stats;
};

/* of each network namespace */
static const struct { int family, proto; } steps[] = {
	{ AF_INET, IPPROTO_TCP }, { AF_INET6, IPPROTO_TCP },
	{ AF_INET, IPPROTO_UDP }, { AF_INET6, IPPROTO_UDP },
};
#define STEPS (int)(sizeof(steps) / sizeof(*steps))
#define IDLE (STEPS * NETNS_MAX)
#define AWAIT_SENTINEL (IDLE + 1)	/* the dumps are over, some answers are not */

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t now_ms(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1000000;
}

static void tell_at_once(struct seek *s, struct fact *f)
{
	int64_t real = clock_ns(CLOCK_REALTIME);

	f->stamp = (struct stamp){ .sec = real / 1000000000,
				   .milli = real / 1000000 % 1000 };
	f->mono = clock_ns(CLOCK_MONOTONIC);
	track_fact(s->track, f);
}

static void tell_fact(struct seek *s, struct fact *f, const struct diag *d)
{
	f->kind = FACT_DIAG;
	f->diag = d;
	tell_at_once(s, f);
}

static void tell(struct seek *s, enum fact_kind kind, const struct diag *d)
{
	struct fact f = { .kind = kind, .diag = d };

	tell_at_once(s, &f);
}

/* ---- questions ---- */

static void on_question(const struct diag_question *q, void *arg)
{
	struct seek *s = arg;
	struct lookup *l = lookups_add(s->fresh, q);

	s->stats.questions++;
	if (!l)
		return;
	l->netns = procfd_netns(q->pid);
	s->met |= netns_meet(&s->spaces, q->pid, l->netns);
	l->everywhere = !netns_find(&s->spaces, l->netns);
	if (q->fd >= 0)
		lookup_descriptor(l);
}

/* ---- a round: dumps that serve all questions ---- */

static void on_socket(const struct diag_sock *sock, void *arg)
{
	struct seek *s = arg;

	if (s->full)
		survey_add(s->survey, sock);
	lookups_match(s->serving, sock);
}

static struct netns *space(struct seek *s)
{
	return &s->spaces.at[s->step / STEPS];
}

/* True: a dump is under way. */
static bool next_step(struct seek *s)
{
	while (++s->step < STEPS * (int)s->spaces.count) {
		int family = steps[s->step % STEPS].family;
		int proto = steps[s->step % STEPS].proto;
		struct netns *n = space(s);
		int err;

		if (!n->nl || (!s->full && !lookups_want(s->serving, proto, n->ino)))
			continue;
		err = sockdiag_dump(n->nl, family, proto, n->fresh);
		if (!err) {
			s->stats.dumps++;
			return true;
		}
		log_debug("sock_diag dump: %s", strerror(-err));
		s->incomplete = true;
	}
	return false;
}

static void begin_round(struct seek *s)
{
	struct lookups *now = s->fresh;

	s->fresh = s->serving;
	s->serving = now;
	s->fresh->count = 0;
	lookups_index(now);
	s->begun = now_ms();
	s->step = -1;
	s->full = s->begun >= s->next_sweep ||
		  (track_diag_doubts(s->track) && s->begun >= s->last_sweep + DOUBT_MS);
	s->incomplete = false;
	if (s->full)
		survey_clear(s->survey);
}

static bool all_watched(struct seek *s)
{
	if (now_ms() >= s->next_census) {
		s->all_watched = netns_all_watched(&s->spaces);
		s->next_census = now_ms() + CENSUS_MS;
	}
	return s->all_watched;
}

/* What is gone was in one of those that are watched, if there is no other; else most
 * likely in that of its parent. */
static void likely_netns(struct seek *s, const struct diag_question *q, struct diag *d)
{
	d->netns = q->ppid > 0 ? procfd_netns(q->ppid) : 0;
	d->watched = netns_find(&s->spaces, d->netns);
	if ((d->netns && !d->watched) || !all_watched(s))
		return;
	d->netns = s->spaces.count > 1 ? 0 : s->spaces.at[0].ino;
	d->watched = true;
}

/* In which network namespace the process is: see struct diag. */
static void answer_netns(struct seek *s, const struct lookup *l, struct diag *d)
{
	d->netns = l->netns;
	d->netns_sure = l->netns;
	d->watched = netns_find(&s->spaces, l->netns);
	if (!l->netns)
		likely_netns(s, &l->q, d);
}

static void answer_found(struct seek *s, const struct lookup *l)
{
	struct diag d = {
		.op = DIAG_FOUND,
		.question = l->q.id,
		.looked_ms = l->looked_ms,
		.sock = l->sock,
		.netns = l->netns,
		.netns_sure = l->netns,
		.watched = netns_find(&s->spaces, l->netns),
	};

	tell(s, FACT_DIAG, &d);
}

static void answer_other(struct seek *s, const struct lookup *l, enum diag_op op)
{
	struct diag d = {
		.op = op,
		.question = l->q.id,
		.looked_ms = l->looked_ms,
		.live_count = l->live_count,
	};

	answer_netns(s, l, &d);
	memcpy(d.live, l->live, sizeof(d.live));
	tell(s, FACT_DIAG, &d);
}

/*
 * It was there before the dump, and the dump does not have it. It was closed meanwhile
 * (which ones live?), or is one of another network namespace than its process is in.
 */
static void answer_missing(struct seek *s, struct lookup *l)
{
	uint64_t before = l->ino;
	struct lookup *again;

	lookup_descriptor(l);
	if (l->hidden || (l->ino == before && l->everywhere)) {
		answer_other(s, l, l->hidden ? DIAG_HIDDEN : DIAG_ABSENT);
		return;
	}
	again = lookups_add(s->fresh, &l->q);
	if (!again)
		return;
	again->ino = l->ino == before ? before : 0;
	again->netns = l->netns;
	again->everywhere = l->everywhere || l->ino == before;
	again->looked_ms = l->looked_ms;
}

/* ---- all that is open ---- */

static void on_open(enum diag_op op, const struct diag_sock *sock,
		    const struct task *task, int fd, bool cloexec, void *arg)
{
	struct diag d = { .op = op, .sock = *sock };
	struct fact f = { .task = *task, .fd = fd, .cloexec = cloexec };
	struct seek *s = arg;

	if (!s->options.snapshot)	/* what is known is held, nothing else is told */
		d.op = DIAG_HELD;
	tell_fact(s, &f, &d);
}

static void on_known(const struct diag_known *k, const struct task *opener, void *arg)
{
	struct diag d = { .op = DIAG_KNOWN, .known = k };
	struct fact f = { .task = *opener };

	tell_fact(arg, &f, &d);
}

static bool is_fresh(int64_t netns, void *arg)
{
	struct netns *n = netns_find(&((struct seek *)arg)->spaces, netns);

	return n && n->fresh;
}

static void load_state(struct seek *s)
{
	int err = state_load(s->options.state, on_known, s);

	if (err == -EINVAL)
		log_warnx("%s: damaged, of another version, or not ours alone: what is "
			  "open is told anew", s->options.state);
	else if (err == -ESTALE)
		log_info("%s: of another boot, not used", s->options.state);
	else if (err && err != -ENOENT)
		log_warnx("%s: %s", s->options.state, strerror(-err));
}

static bool save_state(struct seek *s)
{
	int64_t begun = now_ms();
	int err = s->options.state ? state_save(s->options.state, s->track) : -ENOENT;

	if (err && s->options.state && !s->save_failed)
		log_warnx("%s: %s", s->options.state, strerror(-err));
	s->save_failed = err;
	s->next_save = now_ms() + SAVE_MS + 50 * (now_ms() - begun);
	return !err;
}

/* Soon after something was told, should this program be killed. */
static void keep_state(struct seek *s)
{
	struct track_stats stats;

	if (!s->options.state || now_ms() < s->next_save)
		return;
	track_stats(s->track, &stats);
	if (stats.records != s->saved_records)
		save_state(s);
	s->saved_records = stats.records;
}

static bool is_followed(uint64_t cookie, void *arg)
{
	return track_diag_follows(((struct seek *)arg)->track, cookie);
}

static void on_holder(const struct diag_sock *sock, int64_t pid, int fd, void *arg)
{
	static struct proctask p;
	struct diag d = { .op = DIAG_HELD, .sock = *sock };
	struct fact f = { .task = { .pid = pid }, .fd = fd };
	struct seek *s = arg;

	if (!track_diag_holds(s->track, sock->cookie, pid, fd)) {
		if (!proctask_read(&p, pid))
			return;
		f.task = p.task;
		f.cloexec = procfd_cloexec(pid, fd);
	}
	tell_fact(s, &f, &d);
}

/* Who has what is followed. False: it is not known. */
static bool tell_holders(struct seek *s)
{
	int64_t begun = now_ms();
	bool all;

	if (begun < s->next_holders)
		return false;
	all = survey_scan(s->survey);
	if (all)
		survey_holders(s->survey, is_followed, on_holder, s);
	s->next_holders = now_ms() + 200 * (now_ms() - begun);
	return all;
}

static void end_survey(struct seek *s)
{
	struct diag sweep = {
		.op = DIAG_SWEEP, .life = survey_life, .arg = s->survey,
		.begun = s->begun * 1000000,
	};

	s->full = false;
	s->last_sweep = now_ms();
	s->next_sweep = s->options.sweep_s ? s->last_sweep + s->options.sweep_s * 1000LL :
					     INT64_MAX;
	if (!survey_sort(s->survey) || s->incomplete)
		return;
	s->stats.sweeps++;
	if (s->snapshot_due)
		survey_open(s->survey, is_fresh, on_open, s);
	s->snapshot_due = false;
	for (unsigned int i = 0; i < s->spaces.count; i++)
		s->spaces.at[i].fresh = false;
	sweep.holders = tell_holders(s);
	tell(s, FACT_DIAG, &sweep);
	survey_clear(s->survey);
}

/*
 * The kernel announces from a work queue, which a storm of sockets can make late by
 * seconds. A socket of our own, closed now, is announced after those that were destroyed
 * before, in whichever network namespace: there is one queue. Until then nothing is said
 * of what is gone. False: there are no announcements.
 */
static bool send_sentinel(struct seek *s)
{
	socklen_t len = sizeof(s->sentinel);
	int fd;

	if (sockdiag_events_fd(s->spaces.at[0].nl) < 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &s->sentinel, &len))
		s->sentinel = 0;
	close(fd);
	s->sentinel_seen = false;
	s->sentinel_due = now_ms() + SENTINEL_MS;
	return s->sentinel;
}

/* What the dumps tell at once. Returns how many are gone. */
static unsigned int answer_most(struct seek *s)
{
	struct lookups *r = s->serving;
	unsigned int gone = 0;

	for (unsigned int i = 0; i < r->count; i++)
		if (r->at[i].found)
			answer_found(s, &r->at[i]);
	for (unsigned int i = 0; i < r->count; i++) {
		struct lookup *l = &r->at[i];

		l->answered = l->hidden || l->found || l->ino;
		if (l->hidden)
			answer_other(s, l, DIAG_HIDDEN);
		else if (!l->answered)
			gone++;
		else if (!l->found)
			answer_missing(s, l);
	}
	return gone;
}

static int64_t rest_after(const struct seek *s)
{
	int64_t patience = s->options.wait_ms / 8;

	if (20 * s->took <= patience)
		return 20 * s->took;
	return 2 * s->took > patience ? 2 * s->took : patience;
}

/* sure: whatever was destroyed before the dumps is announced. */
static void answer_gone(struct seek *s, bool sure)
{
	struct lookups *r = s->serving;

	for (unsigned int i = 0; i < r->count; i++) {
		struct lookup *l = &r->at[i];

		if (!l->answered)
			answer_other(s, l, sure ? DIAG_GONE : DIAG_HIDDEN);
	}
	s->sentinel = 0;
	r->count = 0;
	s->step = IDLE;
	s->next_round = now_ms() + DUMP_MS + rest_after(s);
}

static void end_round(struct seek *s)
{
	lookups_unindex(s->serving);
	s->took = now_ms() - s->begun;
	s->step = IDLE;
	if (answer_most(s) && send_sentinel(s))
		s->step = AWAIT_SENTINEL;
	else
		answer_gone(s, false);
	if (s->full)
		end_survey(s);
}

static bool in_round(const struct seek *s)
{
	return s->step < IDLE;
}

/* One piece of a dump; the loop has other things to do in between. */
static void go_on(struct seek *s)
{
	int more = s->step < 0 ? 0 : sockdiag_read_dump(space(s)->nl, on_socket, s);

	if (more < 0) {
		log_debug("sock_diag dump: %s", strerror(-more));
		s->incomplete = true;
	}
	if (more <= 0 && !next_step(s))
		end_round(s);
}

/* ---- the loop's side ---- */

static void on_destroyed(const struct diag_sock *sock, void *arg)
{
	struct seek *s = arg;
	struct diag d = { .op = DIAG_DESTROYED, .sock = *sock };

	s->stats.destroyed++;
	if (sock->cookie == s->sentinel)
		s->sentinel_seen = true;
	else
		tell(s, FACT_DIAG, &d);
}

/* Of sockets that were destroyed up to now nothing may have been heard. */
static void tell_lost(struct seek *s)
{
	struct diag lost = { .op = DIAG_LOST };

	tell(s, FACT_DIAG, &lost);
}

/* Our own first: see send_sentinel(). */
void seek_events(struct seek *s)
{
	for (unsigned int i = 0; i < s->spaces.count; i++) {
		struct sockdiag *nl = s->spaces.at[i].nl;

		if (!nl || sockdiag_events_fd(nl) < 0)
			continue;
		while (sockdiag_read_events(nl, on_destroyed, s) == -ENOBUFS) {
			s->stats.lost++;
			s->next_sweep = 0;
			tell_lost(s);
		}
	}
}

/* A round's answers rest on the namespaces that it began with. */
static void check_netns(struct seek *s)
{
	bool changed = s->met;

	s->spaces_due = s->met = false;
	seek_events(s);
	changed |= netns_check(&s->spaces);
	if (!changed)
		return;
	tell_lost(s);
	s->next_census = 0;
	s->snapshot_due |= s->options.snapshot || s->options.state;
	s->next_sweep = 0;
}

void seek_check_netns(struct seek *s)
{
	s->spaces_due = true;
	if (s->step == IDLE)
		check_netns(s);
}

/* When the next round is due, ms. */
static int64_t next_due(const struct seek *s)
{
	int64_t at = s->next_sweep;

	if (s->fresh->count)
		at = 0;
	else if (track_diag_doubts(s->track) && s->last_sweep + DOUBT_MS < at)
		at = s->last_sweep + DOUBT_MS;
	return at > s->next_round ? at : s->next_round;
}

void seek_work(struct seek *s)
{
	seek_events(s);
	if (s->step == AWAIT_SENTINEL && (s->sentinel_seen || now_ms() >= s->sentinel_due))
		answer_gone(s, s->sentinel_seen);
	if (s->step == IDLE && (s->spaces_due || s->met))
		check_netns(s);
	if (s->step == IDLE && now_ms() >= next_due(s))
		begin_round(s);
	if (in_round(s))
		go_on(s);
	tell(s, FACT_TICK, NULL);
	if (!s->snapshot_due)	/* until then the old file is better */
		keep_state(s);
}

int seek_poll(struct seek *s, struct pollfd fds[SEEK_FDS])
{
	int64_t wait = next_due(s) - now_ms();

	for (unsigned int i = 0; i < SEEK_FDS; i++) {
		struct sockdiag *nl = i < s->spaces.count ? s->spaces.at[i].nl : NULL;

		fds[i] = (struct pollfd){ .fd = nl ? sockdiag_events_fd(nl) : -1,
					  .events = POLLIN };
	}
	if (in_round(s) && s->step >= 0)
		fds[NETNS_MAX].fd = sockdiag_dump_fd(space(s)->nl);
	if (s->step == AWAIT_SENTINEL)
		wait = s->sentinel_due - now_ms();
	else if (in_round(s) || wait > LONGEST_MS)
		wait = LONGEST_MS;
	if (track_diag_waits(s->track) && wait > TICK_MS)
		wait = TICK_MS;
	return wait > 0 ? wait : 0;
}

void seek_stats(const struct seek *s, struct seek_stats *out)
{
	*out = s->stats;
	out->netns = netns_watched(&s->spaces);
}

static void switch_on(struct seek *s, const struct seek_options *o)
{
	struct diag_options options = {
		.wait_ms = o->wait_ms,
		.settle_ms = o->settle_ms,
		.max = LOOKUPS_MAX,
		.node = s->name.nodename,
		.ask = on_question,
		.arg = s,
	};

	track_set_diag(s->track, &options);
	tell(s, FACT_TICK, NULL);
	tell_lost(s);
	if (s->options.state)
		load_state(s);
}

static void free_all(struct seek *s)
{
	netns_close(&s->spaces);
	survey_free(s->survey);
	free((char *)s->options.state);
	free(s);
}

struct seek *seek_open(struct track *track, const struct seek_options *o,
		       const char **error)
{
	struct seek *s = calloc(1, sizeof(*s));
	int err;

	*error = "no memory";
	if (!s)
		return NULL;
	s->track = track;
	s->options = *o;
	s->snapshot_due = o->snapshot || o->state;
	s->options.state = o->state ? strdup(o->state) : NULL;
	s->survey = survey_new(o->sees_all);
	s->fresh = &s->lookups[0];
	s->serving = &s->lookups[1];
	s->step = IDLE;
	uname(&s->name);
	err = s->survey ? netns_open(&s->spaces, o->netns, o->netns_count, o->hears_ends) :
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

void seek_close(struct seek *s, bool ending)
{
	if (!s)
		return;
	if (ending && save_state(s))
		track_diag_leave(s->track);
	else if (s->options.state)	/* what it says ends without us */
		unlink(s->options.state);
	track_set_diag(s->track, NULL);
	free_all(s);
}
