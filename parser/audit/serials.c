// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/serials: counts the events that never came. */
#include "parser/audit/serials.h"

#include <string.h>

void serials_init(struct serials *g)
{
	memset(g, 0, sizeof(*g));
}

static uint64_t *word_of(struct serials *g, uint32_t serial)
{
	return &g->came[serial % SERIALS_WINDOW / 64];
}

static uint64_t bit_of(uint32_t serial)
{
	return 1ULL << serial % 64;
}

/* Decides the whole window, which end has passed. */
static void decide_all(struct serials *g, uint32_t end)
{
	g->lost += end - g->base;
	for (unsigned int i = 0; i < SERIALS_WINDOW / 64; i++)
		g->lost -= __builtin_popcountll(g->came[i]);
	memset(g->came, 0, sizeof(g->came));
	g->base = end;
}

/* Before end, who has not come is lost. */
static void decide(struct serials *g, uint32_t end)
{
	if ((int32_t)(end - g->base) >= SERIALS_WINDOW) {
		decide_all(g, end);
		return;
	}
	for (; (int32_t)(end - g->base) > 0; g->base++) {
		uint64_t *word = word_of(g, g->base), bit = bit_of(g->base);

		g->lost += !(*word & bit);
		*word &= ~bit;
	}
}

static void start(struct serials *g, uint32_t serial)
{
	g->started = true;
	g->base = g->next = g->checked = serial;
	for (unsigned int i = 0; i < SERIALS_AGES; i++)
		g->marks[i] = serial;
}

void serials_came(struct serials *g, uint32_t serial, bool head)
{
	if (!g->started && !head)
		return;			/* the stream began in the middle of it */
	if (!g->started)
		start(g, serial);
	if ((int32_t)(serial - g->base) < 0)
		return;			/* decided: another record of an old event */
	if (serial - g->base >= SERIALS_WINDOW)
		decide(g, serial - SERIALS_WINDOW + 1);
	if (head)
		*word_of(g, serial) |= bit_of(serial);
	if ((int32_t)(serial - g->next) >= 0)
		g->next = serial + 1;
}

void serials_age(struct serials *g)
{
	if (!g->started)
		return;
	decide(g, g->marks[SERIALS_AGES - 1]);
	memmove(g->marks + 1, g->marks, sizeof(g->marks) - sizeof(*g->marks));
	g->marks[0] = g->next;
}

/* Numbers from g->checked to end that have not come. */
static unsigned int missing(struct serials *g, uint32_t end)
{
	unsigned int n = 0;

	if ((int32_t)(g->base - g->checked) > 0)
		g->checked = g->base;	/* those before are lost, or came */
	for (; (int32_t)(end - g->checked) > 0; g->checked++)
		n += !(*word_of(g, g->checked) & bit_of(g->checked));
	return n;
}

bool serials_count_late(struct serials *g, int64_t now)
{
	uint64_t before = g->late;
	unsigned int n;
	const struct serials_pass *newest;

	if (!g->started)
		return false;
	while (g->pass_count && now - g->passes[0].ms >= SERIALS_LATE_MS) {
		n = missing(g, g->passes[0].next);
		g->late += n >= SERIALS_LATE_MIN ? n : 0;
		memmove(g->passes, g->passes + 1, --g->pass_count * sizeof(*g->passes));
	}
	newest = g->pass_count ? &g->passes[g->pass_count - 1] : NULL;
	if (newest ? newest->next == g->next || now - newest->ms < SERIALS_PASS_MS ||
		     g->pass_count == SERIALS_PASSES : g->checked == g->next)
		return g->late > before;
	g->passes[g->pass_count++] = (struct serials_pass){ g->next, now };
	return g->late > before;
}

bool serials_wait(const struct serials *g)
{
	return g->pass_count > 0;
}

void serials_end(struct serials *g)
{
	if (g->started)
		decide(g, g->next);
}
