// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/delivery: which messages of a connection have arrived. */
#include "plugin/output/delivery.h"

static void count(struct delivery_count *c, uint64_t reports)
{
	c->reports += reports;
	c->messages += !reports;
}

/* Moves the first one into c. */
static void take_first(struct delivery *d, struct delivery_count *c)
{
	count(c, d->ring[d->first].reports);
	d->first = (d->first + 1) % DELIVERY_MAX;
	d->count--;
}

void delivery_begin(struct delivery *d)
{
	d->first = d->count = 0;
	d->delivered = (struct delivery_count){ 0 };
}

void delivery_add(struct delivery *d, uint64_t end, uint64_t reports)
{
	unsigned int at;

	if (d->count == DELIVERY_MAX)
		take_first(d, &d->delivered);
	at = (d->first + d->count++) % DELIVERY_MAX;
	d->ring[at].end = end;
	d->ring[at].reports = reports;
}

void delivery_acknowledge(struct delivery *d, uint64_t bytes)
{
	while (d->count && d->ring[d->first].end <= bytes)
		take_first(d, &d->delivered);
}

struct delivery_count delivery_lost(struct delivery *d)
{
	struct delivery_count lost = { 0 };

	while (d->count)
		take_first(d, &lost);
	return lost;
}

struct delivery_count delivery_refused(struct delivery *d)
{
	struct delivery_count refused = d->delivered;

	d->delivered = (struct delivery_count){ 0 };
	return refused;
}
