// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/raw: prints the audit records that produced the entries of a query. */
#include "parser/query/raw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "parser/audit/head.h"

#define CHUNK (256 * 1024)

struct key {
	uint64_t time, serial, node;
};

struct noted {
	struct key key;
	UT_hash_handle hh;
};

struct raw {
	struct noted *events;
	struct head_stamp last;
	int64_t written;
};

struct raw *raw_new(void)
{
	return calloc(1, sizeof(struct raw));
}

void raw_free(struct raw *r)
{
	struct noted *n, *next;

	if (!r)
		return;
	HASH_ITER(hh, r->events, n, next) {
		HASH_DEL(r->events, n);
		free(n);
	}
	free(r);
}

int raw_note(struct raw *r, const struct stamp *event, const char *node)
{
	struct key k = { stamp_ms(event), event->serial,
			 node ? head_node(node, strlen(node)) : 0 };
	struct noted *n;

	HASH_FIND(hh, r->events, &k, sizeof(k), n);
	if (n)
		return 0;
	n = calloc(1, sizeof(*n));
	if (!n)
		return -ENOMEM;
	n->key = k;
	HASH_ADD(hh, r->events, key, sizeof(n->key), n);
	return 0;
}

void raw_note_event(const struct stamp *event, const char *node, void *raw)
{
	raw_note(raw, event, node);
}

static bool is_noted(struct raw *r, const char *line, size_t len)
{
	struct noted *n;
	struct head h;
	struct key k;

	if (!head_read(&h, line, len, true, &r->last))
		return false;
	k = (struct key){ h.time, h.serial, h.node };
	HASH_FIND(hh, r->events, &k, sizeof(k), n);
	return n;
}

/* Takes whole lines, except for the last one of the file. Returns their length. */
static size_t take_lines(struct raw *r, const char *text, size_t len, bool end, FILE *out)
{
	const char *p = text, *stop = text + len, *newline;

	for (; p < stop; p = newline + 1) {
		newline = memchr(p, '\n', stop - p);
		if (!newline && !end)
			break;
		if (!newline)
			newline = stop;
		if (!is_noted(r, p, newline - p))
			continue;
		fwrite(p, 1, newline - p, out);
		putc('\n', out);
		r->written++;
	}
	return p < stop ? (size_t)(p - text) : len;
}

static void write_log(struct raw *r, struct aunetlog_source *s, struct aunetlog_log *log,
		      FILE *out)
{
	static char buf[CHUNK];
	size_t used = 0, whole;
	ssize_t n;

	do {
		n = aunetlog_source_read(s, log, buf + used, sizeof(buf) - used, -1);
		if (n > 0)
			used += n;
		whole = take_lines(r, buf, used, n <= 0, out);
		if (!whole && used == sizeof(buf))	/* no record is that long */
			whole = used;
		memmove(buf, buf + whole, used - whole);
		used -= whole;
	} while (n > 0 && !ferror(out));
}

int64_t raw_write(struct raw *r, struct aunetlog_source *s, FILE *out)
{
	for (size_t i = 0; r->events && i < s->count && !ferror(out); i++) {
		struct aunetlog_log *log = &s->logs[i];

		if (log->fd < 0 || !aunetlog_source_again(s, log))
			continue;
		r->last.len = 0;
		write_log(r, s, log, out);
	}
	return ferror(out) || fflush(out) ? -errno : r->written;
}
