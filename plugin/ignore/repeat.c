// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/ignore/repeat: folds connections that are alike. */
#include "plugin/ignore/repeat.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* Two connections with equal keys are alike. Compared as bytes: zeroed before it is filled. */
struct key {
	int32_t what, proto, direction, err;
	int64_t uid, netns, pid;
	uint8_t addr[16];
	uint32_t scope;
	uint16_t family, port;
	uint64_t comm, exe;
};

struct kind {
	struct key key;
	struct repeat_folded folded;
	UT_hash_handle hh;
};

struct repeat {
	struct kind *kinds;	/* oldest first: uthash keeps the order of adding */
};

struct repeat *repeat_new(void)
{
	return calloc(1, sizeof(struct repeat));
}

static void drop(struct repeat *r, struct kind *k)
{
	HASH_DEL(r->kinds, k);
	free(k);
}

void repeat_free(struct repeat *r)
{
	struct kind *k, *next;

	if (!r)
		return;
	HASH_ITER(hh, r->kinds, k, next)
		drop(r, k);
	free(r);
}

/* FNV-1a; 0 for NULL. Users of equal hashes gain nothing that an equal name does not give. */
static uint64_t hash(const char *text)
{
	uint64_t h = 0xcbf29ce484222325;

	if (!text)
		return 0;
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3;
	return h;
}

static int64_t time_ms(const struct stamp *s)
{
	int64_t ms;

	return __builtin_mul_overflow(s->sec, 1000, &ms) ? 0 : ms + s->milli;
}

/* The service: the peer of an outgoing connection; of an accepted one the peer's address and the
 * local port, since the peer's port differs each time. */
static void fill(struct key *k, const struct entry *e)
{
	bool in = entry_direction(e) == DIRECTION_IN;
	const struct netaddr *a = &e->remote;

	memset(k, 0, sizeof(*k));
	k->what = e->what;
	k->proto = e->proto;
	k->direction = entry_direction(e);
	k->err = e->err;
	k->uid = e->identity->uid;
	k->netns = e->netns;
	k->pid = e->identity->comm ? 0 : e->identity->pid;
	k->family = a->family;
	k->scope = a->scope;
	memcpy(k->addr, a->addr, sizeof(k->addr));
	k->port = in ? e->local.port : a->port;
	k->comm = hash(e->identity->comm);
	k->exe = hash(e->identity->exe);
}

static void begin(struct kind *k, const struct entry *e, int64_t ms)
{
	k->folded = (struct repeat_folded){ .first = e->id, .since_ms = ms, .until_ms = ms };
}

static void add(struct repeat *r, const struct key *key, const struct entry *e, int64_t ms)
{
	struct kind *k = HASH_COUNT(r->kinds) < REPEAT_MAX ? calloc(1, sizeof(*k)) : NULL;

	if (!k)
		return;
	k->key = *key;
	begin(k, e, ms);
	HASH_ADD(hh, r->kinds, key, sizeof(k->key), k);
}

bool repeat_fold(struct repeat *r, const struct entry *e, int64_t window_ms,
		 void (*over)(const struct repeat_folded *f, void *arg), void *arg)
{
	int64_t ms = time_ms(&e->time);
	struct key key;
	struct kind *k;

	/* whether it listens now must be known, and what is no connection is not folded */
	if (entry_is_listen(e) || entry_is_extra(e))
		return false;
	fill(&key, e);
	HASH_FIND(hh, r->kinds, &key, sizeof(key), k);
	if (k && ms - k->folded.since_ms < window_ms && k->folded.since_ms - ms < window_ms) {
		k->folded.count++;
		if (ms > k->folded.until_ms)
			k->folded.until_ms = ms;
		return true;
	}
	if (k) {
		if (k->folded.count)
			over(&k->folded, arg);
		drop(r, k);
	}
	add(r, &key, e, ms);
	return false;
}

void repeat_expire(struct repeat *r, int64_t now_ms, int64_t window_ms,
		   void (*over)(const struct repeat_folded *f, void *arg), void *arg)
{
	struct kind *k, *next;

	HASH_ITER(hh, r->kinds, k, next) {
		if (window_ms && now_ms - k->folded.since_ms < window_ms)
			break; /* and so are those that were added later */
		if (k->folded.count)
			over(&k->folded, arg);
		drop(r, k);
	}
}
