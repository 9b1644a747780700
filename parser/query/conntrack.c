// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/conntrack: address translations, as conntrack(8) prints them. */
#include "parser/query/conntrack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "parser/entry/entry.h"

#define CHAIN_MAX 4

/* Compared byte by byte. */
struct ends {
	uint8_t src[16], dst[16];
	uint16_t sport, dport;
	uint8_t family, proto, pad[2];
};

struct translation {
	struct ends from;
	struct netaddr src, dst;	/* as the accepting host has them */
	bool differs;			/* the same ends were translated in two ways */
	UT_hash_handle hh;
};

struct conntrack {
	struct translation *all;
};

static struct ends ends_of(int proto, const struct netaddr *src, const struct netaddr *dst)
{
	struct ends e;

	memset(&e, 0, sizeof(e));
	memcpy(e.src, src->addr, sizeof(e.src));
	memcpy(e.dst, dst->addr, sizeof(e.dst));
	e.sport = src->port;
	e.dport = dst->port;
	e.family = src->family;
	e.proto = proto == PROTO_MPTCP ? 6 : proto;
	return e;
}

static bool same_end(const struct netaddr *a, const struct netaddr *b)
{
	return a->family == b->family && a->port == b->port && !memcmp(a->addr, b->addr, 16);
}

static bool add(struct conntrack *c, int proto, const struct netaddr end[4])
{
	struct ends from = ends_of(proto, &end[0], &end[1]);
	struct translation *t;

	/* the answer goes the other way */
	if (same_end(&end[0], &end[3]) && same_end(&end[1], &end[2]))
		return true;
	HASH_FIND(hh, c->all, &from, sizeof(from), t);
	if (t) {
		t->differs |= !same_end(&t->src, &end[3]) || !same_end(&t->dst, &end[2]);
		return true;
	}
	t = calloc(1, sizeof(*t));
	if (!t)
		return false;
	t->from = from;
	t->src = end[3];
	t->dst = end[2];
	HASH_ADD(hh, c->all, from, sizeof(t->from), t);
	return true;
}

static bool read_port(const char *text, struct netaddr *a)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);

	a->port = port;
	a->has_port = true;
	return *text && !*end && port <= UINT16_MAX;
}

/* "[NEW] tcp 6 120 SYN_SENT src=… dst=… sport=… dport=… [UNREPLIED] src=… …". Returns the
 * protocol with the four ends, or PROTO_UNKNOWN. */
static int read_line(char *line, struct netaddr end[4])
{
	int proto = PROTO_UNKNOWN, seen[4] = { 0 };
	char *save = NULL;

	memset(end, 0, 4 * sizeof(*end));
	for (char *word = strtok_r(line, " \t\n", &save); word;
	     word = strtok_r(NULL, " \t\n", &save)) {
		static const char *const keys[] = { "src=", "dst=", "sport=", "dport=" };

		if (proto == PROTO_UNKNOWN)
			proto = entry_proto_by_name(word);
		for (int k = 0; k < 4; k++) {
			size_t len = strlen(keys[k]);
			struct netaddr *a = &end[2 * seen[k] + k % 2];

			if (strncmp(word, keys[k], len) || seen[k] == 2)
				continue;
			if (k < 2 ? netaddr_parse_ip(word + len, a) : !read_port(word + len, a))
				return PROTO_UNKNOWN;
			seen[k]++;
		}
	}
	return seen[0] == 2 && seen[1] == 2 && seen[2] == 2 && seen[3] == 2 ? proto :
	       PROTO_UNKNOWN;
}

struct conntrack *conntrack_read(const char *path, char *error, size_t size)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	struct conntrack *c = f ? calloc(1, sizeof(*c)) : NULL;
	struct netaddr end[4];
	char *line = NULL;
	size_t room = 0;
	bool fits = c;
	int proto;

	while (fits && getline(&line, &room, f) > 0) {
		proto = read_line(line, end);
		if (proto != PROTO_UNKNOWN)
			fits = add(c, proto, end);
	}
	free(line);
	if (!fits || ferror(f)) {
		snprintf(error, size, "%s: %s", path, strerror(f ? ENOMEM : errno));
		conntrack_free(c);
		c = NULL;
	}
	if (f && f != stdin)
		fclose(f);
	return c;
}

void conntrack_free(struct conntrack *c)
{
	struct translation *t, *next;

	if (!c)
		return;
	HASH_ITER(hh, c->all, t, next) {
		HASH_DEL(c->all, t);
		free(t);
	}
	free(c);
}

size_t conntrack_count(const struct conntrack *c)
{
	return HASH_COUNT(c->all);
}

bool conntrack_translate(const struct conntrack *c, int proto, struct netaddr *src,
			 struct netaddr *dst)
{
	bool translated = false;

	for (int i = 0; i < CHAIN_MAX; i++) {
		struct ends from = ends_of(proto, src, dst);
		struct translation *t;

		HASH_FIND(hh, c->all, &from, sizeof(from), t);
		if (!t)
			return translated;
		if (t->differs)
			return false;
		*src = t->src;
		*dst = t->dst;
		translated = true;
	}
	return translated;
}
