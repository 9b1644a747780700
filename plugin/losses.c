// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/losses: losses before the outputs. */
#include "plugin/losses.h"

#include <string.h>

/* A smaller counter than before was reset to zero meanwhile (auditctl --reset-lost). */
static uint64_t grown(uint64_t last, uint64_t now)
{
	return now >= last ? now - last : now;
}

static uint64_t more_than(uint64_t last, int64_t now)
{
	return now > (int64_t)last ? now - last : 0;
}

/*
 * While the module is loaded its parameters are read. After its unload the record "unload" has
 * the final counts; this record may arrive a while later.
 */
static void module_losses(struct losses *l, const struct loss_counts *now,
			  struct loss_report *out)
{
	struct loss_counts *last = &l->last;

	if (now->module_load && now->module_load == last->module_load) {
		out->module = grown(last->module_lost, now->module_lost);
		out->missed = grown(last->module_missed, now->module_missed);
	} else {
		out->module = more_than(last->module_lost, now->unload_lost);
		out->missed = more_than(last->module_missed, now->unload_missed);
	}
	if (now->module_load && now->module_load != last->module_load) {
		out->module += now->module_lost;
		out->missed += now->module_missed;
	}
}

/* Keeps the counts that the next call compares with. */
static void remember(struct losses *l, const struct loss_counts *now,
		     const struct loss_report *out)
{
	struct loss_counts last = l->last;

	l->last = *now;
	l->known = true;
	l->last.queue = last.queue + out->queue;
	if (!now->has_kernel && last.has_kernel) { /* not answered this time */
		l->last.has_kernel = true;
		l->last.kernel = last.kernel;
	}
	if (now->module_load)
		return;
	l->last.module_lost = last.module_lost + out->module; /* of the load that has ended */
	l->last.module_missed = last.module_missed + out->missed;
}

/* Adds the messages that outputs dropped, unless all of them can be reports of losses. */
static void queue_losses(struct losses *l, const struct loss_counts *now,
			 struct loss_report *out)
{
	uint64_t dropped = now->queue - l->last.queue;

	if (dropped <= l->own)
		return;
	out->queue = dropped;
	l->own = 0;
}

static bool any(const struct loss_report *r)
{
	return r->kernel || r->module || r->missed || r->socket || r->gaps || r->late || r->torn ||
	       r->sockdiag || r->bpf || r->queue || r->evicted || r->cut || r->unasked ||
	       r->unseen || r->unclaimed || r->suppressed;
}

static void add(struct loss_report *total, const struct loss_report *r)
{
	total->kernel += r->kernel;
	total->module += r->module;
	total->socket += r->socket;
	total->gaps += r->gaps;
	total->late += r->late;
	total->torn += r->torn;
	total->sockdiag += r->sockdiag;
	total->bpf += r->bpf;
	total->missed += r->missed;
	total->queue += r->queue;
	total->evicted += r->evicted;
	total->cut += r->cut;
	total->unasked += r->unasked;
	total->unseen += r->unseen;
	total->unclaimed += r->unclaimed;
	total->suppressed += r->suppressed;
}

bool losses_update(struct losses *l, const struct loss_counts *now, struct loss_report *out)
{
	uint64_t bpf_missed = now->bpf_missed - l->last.bpf_missed;
	const struct loss_counts *last = &l->last;

	*out = (struct loss_report){ 0 };
	if (l->known)
		module_losses(l, now, out);
	if (now->has_kernel && last->has_kernel)
		out->kernel = grown(last->kernel, now->kernel);
	out->socket = now->socket - last->socket;
	out->gaps = now->gaps - last->gaps;
	out->late = now->late - last->late;
	out->torn = now->torn - last->torn;
	out->sockdiag = now->sockdiag - last->sockdiag;
	out->bpf = now->bpf - last->bpf;
	out->evicted = now->evicted - last->evicted;
	out->cut = now->cut - last->cut;
	out->unasked = now->unasked - last->unasked;
	out->unseen = now->unseen - last->unseen;
	out->unclaimed = now->unclaimed - last->unclaimed;
	out->suppressed = now->suppressed - last->suppressed;
	queue_losses(l, now, out);
	remember(l, now, out);
	out->missed += bpf_missed;
	add(&l->total, out);
	if (!any(out))
		return false;
	l->own += now->outputs;
	return true;
}
