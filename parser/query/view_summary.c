// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/view_summary: --summary: connections counted by a field's value. */
#include <arpa/inet.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "parser/entry/line.h"
#include "parser/query/clock.h"
#include "parser/query/pairs.h"
#include "parser/query/report.h"

#define KEY_MAX 2048

struct tally {
	char *key;		/* owned */
	uint64_t count, failed;
	struct bytes {
		uint64_t sum, known;	/* known: of how many connections */
	} tx, rx;
	UT_hash_handle hh;
};

struct summary;

/* The keys by which connections are counted. */
struct by {
	const char *name;
	void (*put)(const struct summary *s, struct put *p, const struct pair *pair);
};

struct summary {
	struct view v;
	struct pairs *pairs;
	const struct by *by;	/* NULL: field */
	enum field_id field;
	unsigned int bits;	/* of network/BITS */
	struct tally *tallies;
	bool failed;
};

static void put_ip(struct put *p, const struct netaddr *a)
{
	char text[NETADDR_TEXT_MAX];

	put_bytes(p, text, netaddr_format_ip(a, text));
}

static void put_remote(const struct summary *s, struct put *p, const struct pair *pair)
{
	(void)s;
	put_ip(p, &pair_entry(pair)->remote);
}

static void put_local(const struct summary *s, struct put *p, const struct pair *pair)
{
	(void)s;
	put_ip(p, &pair_entry(pair)->local);
}

/* The service's: of what this host opened the remote one, of what it accepted its own. */
static void put_port(const struct summary *s, struct put *p, const struct pair *pair)
{
	const struct entry *e = pair_entry(pair);
	const struct netaddr *a = entry_direction(e) == DIRECTION_IN ? &e->local : &e->remote;

	(void)s;
	if (a->has_port && entry_direction(e) != DIRECTION_UNKNOWN)
		put_uint(p, a->port);
}

/* IPv6 is grouped by 64 bits, unless more than 32 are requested. */
static void put_network(const struct summary *s, struct put *p, const struct pair *pair)
{
	struct netaddr a = pair_entry(pair)->remote;
	unsigned int size = a.family == AF_INET ? 32 : 128;
	unsigned int bits = size == 128 && s->bits <= 32 ? 64 : s->bits;

	if (!a.has_addr)
		return;
	bits = bits > size ? size : bits;
	for (unsigned int i = bits; i < size; i++)
		a.addr[i / 8] &= ~(0x80 >> i % 8);
	put_ip(p, &a);
	put_char(p, '/');
	put_uint(p, bits);
}

static void put_start(struct put *p, const struct summary *s, const struct pair *pair,
		      size_t len)
{
	int64_t began = pair_began(pair);
	struct stamp at = clock_stamp(began);
	char text[CLOCK_TEXT_MAX];

	if (began < 0)
		return;
	clock_text(&at, s->v.options->utc, text);
	put_bytes(p, text, len);
	if (len == 13)
		put_string(p, ":00");
}

static void put_hour(const struct summary *s, struct put *p, const struct pair *pair)
{
	put_start(p, s, pair, 13);
}

static void put_day(const struct summary *s, struct put *p, const struct pair *pair)
{
	put_start(p, s, pair, 10);
}

static void put_user(const struct summary *s, struct put *p, const struct pair *pair)
{
	int64_t uid = pair_entry(pair)->identity->uid;
	struct passwd *pw = uid >= 0 ? getpwuid(uid) : NULL;

	(void)s;
	if (pw)
		put_string(p, pw->pw_name);
	else if (uid >= 0)
		put_uint(p, uid);
}

static const struct by bys[] = {
	{ "remote", put_remote }, { "local", put_local }, { "port", put_port },
	{ "network", put_network }, { "hour", put_hour }, { "day", put_day },
	{ "user", put_user },
};

static bool read_by(struct summary *s, const char *text)
{
	size_t len = strcspn(text, "/");
	char *end;

	for (size_t i = 0; i < sizeof(bys) / sizeof(*bys); i++) {
		if (strlen(bys[i].name) != len || memcmp(bys[i].name, text, len))
			continue;
		s->by = &bys[i];
		if (bys[i].put != put_network)
			return !text[len];
		s->bits = text[len] ? strtoul(text + len + 1, &end, 10) : 24;
		return !text[len] || (text[len + 1] && !*end && s->bits && s->bits <= 128);
	}
	s->field = field_by_key(text, strlen(text));
	return s->field && s->field != FIELD_ADDR && s->field != FIELD_TIME;
}

static void put_key(const struct summary *s, struct put *p, const struct pair *pair)
{
	struct field_value v;

	if (s->by) {
		s->by->put(s, p, pair);
		return;
	}
	v = field_get(s->field, pair_entry(pair));
	if (!v.known && pair->start)
		v = field_get(s->field, pair->start);
	if (v.known)
		line_put_value(p, s->field, &v);
}

static struct tally *find(struct summary *s, const char *key, size_t len)
{
	struct tally *t;

	HASH_FIND(hh, s->tallies, key, len, t);
	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (t)
		t->key = strdup(key);
	if (!t || !t->key) {
		free(t);
		s->failed = true;
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, s->tallies, t->key, len, t);
	return t;
}

static void add_bytes(struct bytes *b, int64_t bytes)
{
	if (bytes < 0)
		return;
	b->sum += bytes;
	b->known++;
}

/* 512; 512+ if it is unknown for some connections; or - */
static void put_bytes_cell(struct report *r, const struct bytes *b, uint64_t of, bool csv)
{
	if (b->known)
		report_cell(r, "%llu%s", (unsigned long long)b->sum, b->known < of && !csv ? "+" : "");
	else
		report_cell(r, "%s", csv ? "" : "-");
}

static void on_pair(const struct pair *pair, void *arg)
{
	const struct entry *e = pair_entry(pair);
	struct summary *s = arg;
	char key[KEY_MAX];
	struct put p = { .to = key, .end = key + sizeof(key) - 1 };
	struct tally *t;

	if (entry_is_listen(e) || pair->again)
		return;
	put_key(s, &p, pair);
	if (p.to == key)
		put_char(&p, '-');
	*p.to = 0;
	t = find(s, key, p.to - key);
	if (!t)
		return;
	t->count++;
	t->failed += e->what == CONNECT_FAIL;
	add_bytes(&t->tx, e->tx);
	add_bytes(&t->rx, e->rx);
}

static bool summary_open(struct view *v, char *error, size_t size)
{
	struct summary *s = (struct summary *)v;

	if (!read_by(s, v->options->summary)) {
		snprintf(error, size, "--summary %s: must be remote, local, port, network/BITS, "
			 "user, hour, day or a field, as comm, exe or pid; see aunetlog --help fields",
			 v->options->summary);
		return false;
	}
	s->pairs = pairs_new(v->options, on_pair, s);
	if (!s->pairs)
		snprintf(error, size, "out of memory");
	return s->pairs;
}

static void summary_entry(struct view *v, const struct entry *e, bool matched)
{
	pairs_entry(((struct summary *)v)->pairs, e, matched);
}

/* The most frequent first; times in their order. */
static int more_first(const struct tally *a, const struct tally *b)
{
	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return strcmp(a->key, b->key);
}

static int earlier_first(const struct tally *a, const struct tally *b)
{
	return strcmp(a->key, b->key);
}

static void summary_finish(struct view *v)
{
	static const char *const heads[] = { ">count", ">failed", ">sent", ">received", NULL, NULL };
	struct summary *s = (struct summary *)v;
	bool csv = v->options->format && !strcmp(v->options->format, "csv");
	const char *named[6];
	struct report r;

	pairs_finish(s->pairs);
	memcpy(named, heads, sizeof(heads));
	named[4] = v->options->summary;
	report_init(&r, named);
	if (s->by && (s->by->put == put_hour || s->by->put == put_day))
		HASH_SORT(s->tallies, earlier_first);
	else
		HASH_SORT(s->tallies, more_first);
	for (struct tally *t = s->tallies; t; t = t->hh.next) {
		report_cell(&r, "%llu", (unsigned long long)t->count);
		report_cell(&r, "%llu", (unsigned long long)t->failed);
		put_bytes_cell(&r, &t->tx, t->count - t->failed, csv);
		put_bytes_cell(&r, &t->rx, t->count - t->failed, csv);
		report_cell(&r, "%s", t->key);
	}
	r.failed |= s->failed;
	report_print(&r, v);
	report_fini(&r);
}

static void summary_close(struct view *v)
{
	struct summary *s = (struct summary *)v;
	struct tally *t, *next;

	pairs_free(s->pairs);
	HASH_ITER(hh, s->tallies, t, next) {
		HASH_DEL(s->tallies, t);
		free(t->key);
		free(t);
	}
}

const struct view_ops view_summary = {
	.size = sizeof(struct summary), .open = summary_open, .entry = summary_entry,
	.finish = summary_finish, .close = summary_close,
};
