// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/seen: the latest audit events whose serial BPF has not reported yet. */
#include "plugin/input/seen.h"

#include <stdlib.h>

#include "parser/text.h"

#define SEEN_MAX 4096

void seen_init(struct seen_events *l)
{
	l->by_serial = NULL;
	TAILQ_INIT(&l->list);
}

void seen_clear(struct seen_events *l)
{
	while (!TAILQ_EMPTY(&l->list))
		seen_remove(l, TAILQ_FIRST(&l->list));
}

void seen_remove(struct seen_events *l, struct seen *s)
{
	HASH_DEL(l->by_serial, s);
	TAILQ_REMOVE(&l->list, s, next);
	free(s);
}

struct seen *seen_find(struct seen_events *l, uint64_t serial)
{
	struct seen *s;

	HASH_FIND(hh, l->by_serial, &serial, sizeof(serial), s);
	return s;
}

void seen_add(struct seen_events *l, const struct event *audit)
{
	const struct task *t = &audit->task;
	struct seen *s;
	char *to;

	if (seen_find(l, audit->stamp.serial))
		return;
	if (HASH_COUNT(l->by_serial) >= SEEN_MAX)
		seen_remove(l, TAILQ_FIRST(&l->list));
	s = malloc(sizeof(*s) + text_size(t->subj) + text_size(t->proctitle));
	if (!s)
		return;		/* the start then has no ev= */
	s->serial = audit->stamp.serial;
	s->stamp = audit->stamp;
	to = s->text;
	s->subj = text_copy(t->subj, &to);
	s->proctitle = text_copy(t->proctitle, &to);
	HASH_ADD(hh, l->by_serial, serial, sizeof(s->serial), s);
	TAILQ_INSERT_TAIL(&l->list, s, next);
}
