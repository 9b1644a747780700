// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolver_answer: what the dumps of a round, and /proc, tell of each question. */
#include "plugin/resolve/internal.h"

#include <string.h>

#include "plugin/resolve/procfd.h"

#define CENSUS_MS 1000	/* between looks at all processes' namespaces */

static bool all_watched(struct resolver *s)
{
	if (resolver_now_ms() >= s->next_census) {
		s->all_watched = netns_all_watched(&s->spaces);
		s->next_census = resolver_now_ms() + CENSUS_MS;
	}
	return s->all_watched;
}

/* What is gone was in one of those that are watched, if there is no other; else most
 * likely in that of its parent. */
static void likely_netns(struct resolver *s, const struct request *q, struct diag *d)
{
	d->netns = q->ppid > 0 ? procfd_netns(q->ppid) : 0;
	if (!d->netns && s->spaces.all)	/* it may have had one of its own, gone with it */
		return;
	d->watched = netns_find(&s->spaces, d->netns);
	if ((d->netns && !d->watched) || !all_watched(s))
		return;
	d->netns = s->spaces.count > 1 ? 0 : s->spaces.at[0].ino;
	d->watched = true;
}

/* In which network namespace the process is: see struct diag. */
static void fill_netns(struct resolver *s, const struct pending *l, struct diag *d)
{
	d->netns = l->netns;
	d->netns_sure = l->netns_sure;
	d->watched = netns_find(&s->spaces, l->netns);
	if (!l->netns)
		likely_netns(s, &l->q, d);
}

static void tell_found(struct resolver *s, const struct pending *l)
{
	struct diag d = {
		.op = DIAG_FOUND,
		.question = l->q.id,
		.looked_ms = l->looked_ms,
		.sock = l->sock,
		.netns = l->netns,
		.netns_sure = l->netns_sure,
		.watched = netns_find(&s->spaces, l->netns),
	};

	resolver_tell(s, EVENT_DIAG, &d);
}

static void tell_other(struct resolver *s, const struct pending *l, enum diag_op op)
{
	struct diag d = {
		.op = op,
		.question = l->q.id,
		.looked_ms = l->looked_ms,
		.live_count = l->live_count,
	};

	fill_netns(s, l, &d);
	memcpy(d.live, l->live, sizeof(d.live));
	resolver_tell(s, EVENT_DIAG, &d);
}

/*
 * It was there before the dump, and the dump does not have it. It was closed meanwhile
 * (which ones live?), or is one of another network namespace than its process is in.
 */
static void look_again(struct resolver *s, struct pending *l)
{
	uint64_t before = l->ino;
	struct pending *again;

	pending_descriptor(l);
	if (l->hidden || (l->ino == before && l->everywhere)) {
		tell_other(s, l, l->hidden ? DIAG_HIDDEN : DIAG_ABSENT);
		return;
	}
	again = requests_add(s->fresh, &l->q);
	if (!again)
		return;
	again->ino = l->ino == before ? before : 0;
	again->netns = l->netns;
	again->netns_sure = l->netns_sure;
	again->everywhere = l->everywhere || l->ino == before;
	again->looked_ms = l->looked_ms;
}

unsigned int resolver_answer_most(struct resolver *s)
{
	struct requests *r = s->serving;
	unsigned int gone = 0;

	for (unsigned int i = 0; i < r->count; i++)
		if (r->at[i].found)
			tell_found(s, &r->at[i]);
	for (unsigned int i = 0; i < r->count; i++) {
		struct pending *l = &r->at[i];

		l->answered = l->hidden || l->found || l->ino;
		if (l->hidden)
			tell_other(s, l, DIAG_HIDDEN);
		else if (!l->answered)
			gone++;
		else if (!l->found)
			look_again(s, l);
	}
	return gone;
}

void resolver_answer_gone(struct resolver *s, bool sure)
{
	struct requests *r = s->serving;

	for (unsigned int i = 0; i < r->count; i++) {
		struct pending *l = &r->at[i];

		if (!l->answered)
			tell_other(s, l, sure ? DIAG_GONE : DIAG_HIDDEN);
	}
}
