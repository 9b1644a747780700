// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/node: hosts by name, and their short memory. */
#include "parser/track/node.h"

#include <stdlib.h>
#include <string.h>

#define LATE_MS 2000	/* no event is later, on a busy host */

void node_fini(struct node_table *t)
{
	HASH_CLEAR(hh, t->by_name);
	for (unsigned int i = 0; i < t->count; i++) {
		free(t->at[i]->name);
		free(t->at[i]);
	}
	t->count = 0;
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

struct node *node_add(struct node_table *t, const char *name)
{
	struct node *n;

	if (t->count == NODES_MAX)
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
	memset(n->connects, 0, sizeof(n->connects));
	memset(n->released, 0, sizeof(n->released));
	memset(n->exited, 0, sizeof(n->exited));
	n->last_exit = 0;
	n->next_time = 0;	/* numbers restart */
}

void node_add_connect(struct node *n, const struct event *f)
{
	n->connects[n->next_connect++ % RECENT_CONNECTS] = (struct recent_connect){
		.serial = f->stamp.serial,
		.pid = f->task.pid,
		.sec = f->stamp.sec,
		.err = f->err,
		.remote = f->remote,
	};
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
	unsigned int at = n->next_failed++ % RECENT_FAILURES;

	n->failed[at].cookie = cookie;
	n->failed[at].nth = nth;
}

uint32_t node_take_failure(struct node *n, uint64_t cookie)
{
	for (int i = 0; i < RECENT_FAILURES; i++) {
		if (n->failed[i].cookie != cookie)
			continue;
		n->failed[i].cookie = 0;
		return n->failed[i].nth;
	}
	return 0;
}

void node_forget_releases(struct node *n)
{
	memset(n->released, 0, sizeof(n->released));
}

bool node_add_time(struct node *n, uint64_t serial, int64_t ms)
{
	unsigned int last = (n->next_time - 1) % RECENT_TIMES;

	if (n->next_time && serial < n->times[last].serial &&
	    ms <= n->times[last].ms && ms > n->times[last].ms - LATE_MS)
		return false;
	n->times[n->next_time % RECENT_TIMES].serial = serial;
	n->times[n->next_time++ % RECENT_TIMES].ms = ms;
	return true;
}

int64_t node_time_before(const struct node *n, uint64_t serial)
{
	int64_t ms = 0;

	for (unsigned int i = 1; i <= RECENT_TIMES && i <= n->next_time; i++) {
		unsigned int at = (n->next_time - i) % RECENT_TIMES;

		ms = n->times[at].ms;
		if (n->times[at].serial < serial)
			break;
	}
	return ms;
}

void node_add_exit(struct node *n, int64_t pid, uint64_t serial, int64_t ms)
{
	unsigned int at = n->next_exited++ % RECENT_EXITS;

	n->exited[at].pid = pid;
	n->exited[at].serial = serial;
	n->exited[at].ms = ms;
	n->exited[at].taken = false;
	if (serial)
		n->last_exit = serial;
}

bool node_take_exit(struct node *n, int64_t pid, int64_t since)
{
	for (int i = 0; i < RECENT_EXITS; i++) {
		if (n->exited[i].pid != pid || n->exited[i].taken || n->exited[i].ms < since)
			continue;
		n->exited[i].taken = true;
		return true;
	}
	return false;
}

int64_t node_exit_after(const struct node *n, int64_t pid, uint64_t serial, int64_t ms)
{
	if (!serial || n->last_exit <= serial)	/* nearly always */
		return 0;
	for (int i = 0; i < RECENT_EXITS; i++)
		if (n->exited[i].pid == pid && n->exited[i].serial > serial &&
		    n->exited[i].ms >= ms)
			return n->exited[i].ms;
	return 0;
}
