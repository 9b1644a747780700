// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/extra: Community ID, and the processes above one. */
#include "parser/query/extra.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "parser/audit/head.h"
#include "parser/entry/community_id.h"
#include "parser/text.h"

#define PROCESSES_MAX 65536
#define DEPTH_MAX 64
#define NAME_MAX_COMM 64

struct key {
	int64_t pid;
	uint64_t node;
};

struct above {
	struct key key;
	int64_t ppid;
	char comm[NAME_MAX_COMM];
	UT_hash_handle hh;
};

struct extra {
	const struct aunetlog_options *options;
	int64_t pid;		/* the ancestor by number, or -1 */
	struct above *processes;	/* the one without news for longest first */
};

struct extra *extra_new(const struct aunetlog_options *o)
{
	struct extra *x = calloc(1, sizeof(*x));
	char *end;

	if (!x)
		return NULL;
	x->options = o;
	x->pid = -1;
	if (!o->ancestor)
		return x;
	x->pid = strtoll(o->ancestor, &end, 10);
	if (*end || x->pid < 0)
		x->pid = -1;
	return x;
}

void extra_free(struct extra *x)
{
	struct above *p, *next;

	if (!x)
		return;
	HASH_ITER(hh, x->processes, p, next) {
		HASH_DEL(x->processes, p);
		free(p);
	}
	free(x);
}

static struct key key_of(const char *node, int64_t pid)
{
	return (struct key){ .pid = pid, .node = node ? head_node(node, strlen(node)) : 0 };
}

static struct above *find(const struct extra *x, const struct key *k)
{
	struct above *p;

	HASH_FIND(hh, x->processes, k, sizeof(*k), p);
	return p;
}

static struct above *add(struct extra *x, const struct key *k)
{
	struct above *p = HASH_COUNT(x->processes) < PROCESSES_MAX ? NULL : x->processes;

	if (p)
		HASH_DEL(x->processes, p);
	else
		p = malloc(sizeof(*p));
	if (!p)
		return NULL;
	memset(p, 0, sizeof(*p));
	p->key = *k;
	p->ppid = -1;
	HASH_ADD(hh, x->processes, key, sizeof(p->key), p);
	return p;
}

void extra_process(struct extra *x, const char *node, int64_t pid, int64_t ppid,
		   const char *comm)
{
	struct key k = key_of(node, pid);
	struct above *p;
	size_t len;

	if (!x->options->ancestor || pid < 0)
		return;
	p = find(x, &k);
	if (!p)
		p = add(x, &k);
	if (!p)
		return;
	if (ppid >= 0)
		p->ppid = ppid;
	if (!comm)
		return;
	len = audit_text(comm, p->comm, sizeof(p->comm));
	p->comm[len < sizeof(p->comm) ? len : sizeof(p->comm) - 1] = 0;
}

static bool has_ancestor(struct extra *x, const struct entry *e)
{
	int64_t pid = e->identity->ppid;

	for (int depth = 0; depth < DEPTH_MAX && pid > 0; depth++) {
		struct key k = key_of(e->node, pid);
		const struct above *p = find(x, &k);

		if (x->pid >= 0 ? pid == x->pid : p && !strcmp(p->comm, x->options->ancestor))
			return true;
		pid = p ? p->ppid : -1;
	}
	return false;
}

static bool has_community_id(const struct entry *e, const char *id)
{
	char text[COMMUNITY_ID_MAX];

	return community_id(&e->local, &e->remote, e->proto, 0, text) && !strcmp(text, id);
}

bool extra_holds(struct extra *x, const struct entry *e)
{
	if (x->options->community_id && !has_community_id(e, x->options->community_id))
		return false;
	return !x->options->ancestor || has_ancestor(x, e);
}

void extra_image(struct extra *x, struct image *i)
{
	uint64_t count = HASH_COUNT(x->processes);
	struct above *p = x->processes;

	image_count(i, &count);
	while (count-- && !i->bad) {
		struct key k = p ? p->key : (struct key){ 0 };

		IMAGE(i, k);
		if (i->loading)
			p = add(x, &k);
		if (!p)
			break;
		IMAGE(i, p->ppid);
		IMAGE(i, p->comm);
		p->comm[sizeof(p->comm) - 1] = 0;
		p = i->loading ? NULL : p->hh.next;
	}
}
