// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/node: hosts by name, and their short memory. */
#include "parser/track/node.h"

#include <stdlib.h>
#include <string.h>

#define LATE_MS 2000	/* no event is later, on a busy host */

void node_image(struct node *n, struct image *i)
{
	ring_image(&n->times, i, RECENT_TIMES, sizeof(struct recent_time));
	ring_image(&n->connects, i, RECENT_CONNECTS, sizeof(struct recent_connect));
	ring_image(&n->exited, i, RECENT_EXITS, sizeof(struct recent_exit));
	ring_image(&n->begun, i, RECENT_BEGUN, sizeof(struct recent_begun));
	ring_image(&n->failed, i, RECENT_FAILURES, sizeof(struct recent_failure));
	i->bad |= n->last_time && n->last_time >= ring_count(&n->times);
}

/* ---- nodes ---- */

void node_fini(struct node_table *t)
{
	HASH_CLEAR(hh, t->by_name);
	for (unsigned int i = 0; i < t->count; i++) {
		ring_clear(&t->at[i]->times);
		ring_clear(&t->at[i]->connects);
		ring_clear(&t->at[i]->exited);
		ring_clear(&t->at[i]->failed);
		ring_clear(&t->at[i]->begun);
		ring_clear(&t->at[i]->ended);
		free(t->at[i]->name);
		free(t->at[i]);
	}
	free(t->at);
	t->at = NULL;
	t->count = t->size = 0;
}

bool node_is(const struct node *n, const char *name)
{
	return name ? !strcmp(n->name, name) : !*n->name;
}

const char *node_name(const struct node *n)
{
	return *n->name ? n->name : NULL;
}

struct node *node_find(const struct node_table *t, const char *name)
{
	struct node *n;

	HASH_FIND_STR(t->by_name, name ? name : "", n);
	return n;
}

static bool make_room(struct node_table *t)
{
	unsigned int size = t->size ? t->size * 2 : 16;
	struct node **more;

	if (t->count < t->size)
		return true;
	if (t->count >= NODES_MAX)
		return false;
	more = reallocarray(t->at, size, sizeof(*more));
	if (!more)
		return false;
	t->at = more;
	t->size = size;
	return true;
}

struct node *node_add(struct node_table *t, const char *name)
{
	struct node *n;

	if (!make_room(t))
		return NULL;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->name = strdup(name ? name : "");
	if (!n->name) {
		free(n);
		return NULL;
	}
	n->index = t->count;
	t->at[t->count++] = n;
	HASH_ADD_KEYPTR(hh, t->by_name, n->name, strlen(n->name), n);
	return n;
}

struct node *node_local(struct node_table *t, const char *host)
{
	struct node *n = node_find(t, NULL), *named = host ? node_find(t, host) : NULL;

	if (named && (!n || named->index < n->index))
		n = named;
	if (n)
		return n;
	n = node_add(t, NULL);
	if (n)
		n->unnamed = true;
	return n;
}

void node_rename(struct node_table *t, struct node *n, const char *name)
{
	char *copy = strdup(name);

	if (!copy)
		return;
	HASH_DEL(t->by_name, n);
	free(n->name);
	n->name = copy;
	HASH_ADD_KEYPTR(hh, t->by_name, n->name, strlen(n->name), n);
}

void node_reset(struct node *n)
{
	n->module = false;
	memset(n->released, 0, sizeof(n->released));
	ring_clear(&n->ended);
	n->joins = n->rewrites = false;
	ring_clear(&n->connects);
	ring_clear(&n->begun);
	ring_clear(&n->exited);
	n->last_exit = 0;
	ring_clear(&n->times);	/* numbers restart */
	n->last_time = 0;
}

void node_add_connect(struct node *n, const struct event *f)
{
	struct recent_connect *r = ring_add(&n->connects, RECENT_CONNECTS, sizeof(*r));

	if (r)
		*r = (struct recent_connect){
			.serial = f->stamp.serial,
			.pid = f->task.pid,
			.sec = f->stamp.sec,
			.err = f->err,
			.remote = f->remote,
		};
}

const struct recent_connect *node_connects(const struct node *n, unsigned int *count)
{
	*count = ring_count(&n->connects);
	return n->connects.at;
}

void node_add_release(struct node *n, uint64_t number)
{
	n->released[n->next_released++ % RECENT_RELEASES] = number;
}

bool node_has_release(const struct node *n, uint64_t number)
{
	for (int i = 0; i < RECENT_RELEASES; i++)
		if (n->released[i] == number)
			return true;
	return false;
}

void node_add_failure(struct node *n, uint64_t cookie, uint32_t nth)
{
	struct recent_failure *r = ring_add(&n->failed, RECENT_FAILURES, sizeof(*r));

	if (r)
		*r = (struct recent_failure){ cookie, nth };
}

uint32_t node_take_failure(struct node *n, uint64_t cookie)
{
	for (unsigned int i = 0; i < ring_count(&n->failed); i++) {
		struct recent_failure *r = (struct recent_failure *)n->failed.at + i;

		if (r->cookie != cookie)
			continue;
		r->cookie = 0;
		return r->nth;
	}
	return 0;
}

void node_add_end(struct node *n, uint64_t number)
{
	uint64_t *e = n->scanned ? ring_add(&n->ended, RECENT_ENDS, sizeof(*e)) : NULL;

	if (e)
		*e = number;
}

bool node_has_end(struct node *n, uint64_t number)
{
	n->scanned = true;
	for (unsigned int i = 1; i <= ring_count(&n->ended); i++)
		if (*RING_BACK(uint64_t, &n->ended, i) == number)
			return true;
	return false;
}

void node_forget_releases(struct node *n)
{
	memset(n->released, 0, sizeof(n->released));
}

static const struct recent_time *last_time(const struct node *n)
{
	return n->times.size ? (const struct recent_time *)n->times.at + n->last_time : NULL;
}

bool node_has_event(const struct node *n, uint64_t serial, uint64_t what)
{
	const struct recent_time *last = last_time(n);

	if (!last || serial > last->serial)	/* nearly always */
		return false;
	for (unsigned int i = 1; i <= ring_count(&n->times); i++) {
		const struct recent_time *r = RING_BACK(const struct recent_time, &n->times, i);

		if (r->serial == serial && r->what == what)
			return true;
		if (serial == last->serial && r->serial < serial && !r->late)
			return false;
	}
	return false;
}

bool node_add_time(struct node *n, uint64_t serial, uint64_t what, int64_t ms)
{
	const struct recent_time *last = last_time(n);
	bool late = last && serial < last->serial && ms <= last->ms && ms > last->ms - LATE_MS;
	struct recent_time *r = ring_add(&n->times, RECENT_TIMES, sizeof(*r));

	if (!r)
		return !late;
	*r = (struct recent_time){ serial, what, ms, late };
	if (!late)
		n->last_time = r - (struct recent_time *)n->times.at;
	return !late;
}

int64_t node_time_before(const struct node *n, uint64_t serial)
{
	int64_t ms = 0;

	for (unsigned int i = 1; i <= ring_count(&n->times); i++) {
		const struct recent_time *r = RING_BACK(const struct recent_time, &n->times, i);

		if (r->late)
			continue;
		ms = r->ms;
		if (r->serial < serial)
			break;
	}
	return ms;
}

void node_add_exit(struct node *n, int64_t pid, uint64_t serial, int64_t ms)
{
	struct recent_exit *r = ring_add(&n->exited, RECENT_EXITS, sizeof(*r));

	if (r)
		*r = (struct recent_exit){ .pid = pid, .ms = ms, .serial = serial };
	if (serial)
		n->last_exit = serial;
}

bool node_take_exit(struct node *n, int64_t pid, int64_t since)
{
	for (unsigned int i = 0; i < ring_count(&n->exited); i++) {
		struct recent_exit *r = (struct recent_exit *)n->exited.at + i;

		if (r->pid != pid || r->taken || r->ms < since)
			continue;
		r->taken = true;
		return true;
	}
	return false;
}

int64_t node_exit_after(const struct node *n, int64_t pid, uint64_t serial, int64_t ms)
{
	if (!serial || n->last_exit <= serial)	/* nearly always */
		return 0;
	for (unsigned int i = 0; i < ring_count(&n->exited); i++) {
		const struct recent_exit *r = (const struct recent_exit *)n->exited.at + i;

		if (r->pid == pid && r->serial > serial && r->ms >= ms)
			return r->ms;
	}
	return 0;
}
