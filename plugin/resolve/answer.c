// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/answer: requests answered, slice by slice. */
#include "plugin/resolve/answer.h"

#include <errno.h>
#include <string.h>

#include "plugin/clock.h"
#include "plugin/resolve/deliver.h"

#define CENSUS_MS 1000 /* between reads of all processes' namespaces */

void answer_begin(struct answers *a, struct requests *requests, struct requests *again,
		  bool incomplete)
{
	a->requests = requests;
	a->again = again;
	a->incomplete = incomplete;
	a->next = a->closed = 0;
}

/* ---- which namespace ---- */

static bool depends_on_census(const struct answers *a)
{
	for (unsigned int i = 0; i < a->requests->count; i++)
		if (!a->requests->at[i].netns)
			return true;
	return false;
}

void answer_forget_census(struct answers *a)
{
	a->census_ms = 0;
	procfs_walk_end(&a->walk);
}

bool answer_census(struct answers *a, const struct slice *slice)
{
	int64_t pid, ns;

	if (!a->walk.processes) {
		if (clock_now_ms() < a->census_ms || !depends_on_census(a))
			return true;
		procfs_walk_begin(&a->walk);
		a->census_ok = !a->walk.failed;
	}
	while (a->census_ok && (pid = procfs_next_process(&a->walk))) {
		ns = procfs_netns(pid);
		if (ns)
			a->census_ok = netns_find(a->spaces, ns);
		else /* exited since; or hidden */
			a->census_ok = errno == ENOENT || errno == ESRCH;
		if (slice_over(slice))
			return false;
	}
	procfs_walk_end(&a->walk);
	a->all_watched = a->census_ok && netns_names_watched(a->spaces);
	a->census_ms = clock_now_ms() + CENSUS_MS;
	return true;
}

static bool all_watched(const struct answers *a)
{
	return a->all_watched && a->census_ms;
}

/* The process has exited. If all namespaces are watched, its own was one of them; else it
 * was most likely that of its parent. */
static void likely_netns(struct answers *a, const struct request *q, struct diag *d)
{
	d->netns = q->ppid > 0 ? procfs_netns(q->ppid) : 0;
	if (!d->netns && a->spaces->all) /* it may have had its own namespace, which ended with it */
		return;
	d->watched = netns_find(a->spaces, d->netns);
	if ((d->netns && !d->watched) || !all_watched(a))
		return;
	d->netns = a->spaces->count > 1 ? 0 : a->spaces->at[0].ino;
	d->watched = true;
}

/* ---- one answer ---- */

static void answer(struct answers *a, const struct pending *p, enum diag_op op)
{
	struct diag d = {
		.op = op,
		.question = p->q.id,
		.looked_ms = p->looked_ms,
		.sock = p->sock,
		.netns = p->netns,
		.netns_sure = p->netns_sure,
		.watched = netns_find(a->spaces, p->netns),
		.live_count = p->live_count,
	};
	struct event e = { .kind = EVENT_DIAG, .diag = &d };

	memcpy(d.live, p->live, sizeof(d.live));
	if (!p->netns && op != DIAG_FOUND && p->q.kind == REQUEST_DESCRIPTOR)
		likely_netns(a, &p->q, &d);
	deliver(a->track, &e);
}

/*
 * The descriptor was a socket before the dumps, and they lack it. Either it was closed
 * meanwhile (another round shows which matching sockets live), or its namespace is not that of
 * its process.
 */
static void read_again(struct answers *a, struct pending *p)
{
	uint64_t before = p->ino;
	struct pending *again;

	pending_read_descriptor(p);
	if (p->hidden || (p->ino == before && p->everywhere)) {
		answer(a, p, p->hidden || a->incomplete ? DIAG_HIDDEN : DIAG_ABSENT);
		return;
	}
	again = requests_add(a->again, &p->q);
	if (!again) {
		answer(a, p, DIAG_HIDDEN);
		return;
	}
	again->ino = p->ino == before ? before : 0;
	again->netns = p->netns;
	again->netns_sure = p->netns_sure;
	again->everywhere = p->everywhere || p->ino == before;
	again->looked_ms = p->looked_ms;
	again->looked = true;
}

/* A dump can miss a socket while its neighbours in the kernel's table come and go: two dumps
 * must miss it. */
static void answer_not_held(struct answers *a, struct pending *p)
{
	bool known = p->q.netns ? netns_find(a->spaces, p->q.netns) != NULL : all_watched(a);
	struct pending *again = NULL;

	if (!a->incomplete && known && !p->missed)
		again = requests_add(a->again, &p->q);
	if (!again) {
		answer(a, p, p->missed && !a->incomplete && known ? DIAG_NOT_HELD : DIAG_HIDDEN);
		return;
	}
	again->netns = p->netns;
	again->everywhere = p->everywhere;
	again->missed = again->looked = true;
}

/* ---- all of a kind ---- */

bool answer_found(struct answers *a, const struct slice *slice)
{
	while (a->next < a->requests->count) {
		struct pending *p = &a->requests->at[a->next++];

		if (p->found)
			answer(a, p, p->q.kind == REQUEST_HELD ? DIAG_STILL_HELD : DIAG_FOUND);
		if (slice_over(slice))
			return false;
	}
	a->next = 0;
	return true;
}

static void answer_other(struct answers *a, struct pending *p)
{
	bool held = p->q.kind == REQUEST_HELD;

	p->answered = held || p->hidden || p->found || p->ino || a->incomplete;
	if (!p->answered)
		a->closed++;
	else if (p->found)
		return;
	else if (held)
		answer_not_held(a, p);
	else if (p->ino && !p->hidden)
		read_again(a, p);
	else
		answer(a, p, DIAG_HIDDEN);
}

bool answer_others(struct answers *a, const struct slice *slice)
{
	while (a->next < a->requests->count) {
		answer_other(a, &a->requests->at[a->next++]);
		if (slice_over(slice))
			return false;
	}
	a->next = 0;
	return true;
}

bool answer_closed(struct answers *a, bool sure, const struct slice *slice)
{
	while (a->closed && a->next < a->requests->count) {
		struct pending *p = &a->requests->at[a->next++];

		if (!p->answered)
			answer(a, p, sure ? DIAG_GONE : DIAG_HIDDEN);
		if (slice_over(slice))
			return false;
	}
	a->next = 0;
	return true;
}
