// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/slot: the records of one event. */
#include "parser/audit/slot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct slot *slot_new(void)
{
	struct slot *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->records = s->few;
	s->size = SLOT_RECORDS;
	return s;
}

static bool is_owned(const struct slot *s, unsigned int n)
{
	return n >= 128 || s->owned[n / 64] >> n % 64 & 1;
}

static void set_owned(struct slot *s, unsigned int n)
{
	if (n < 128)
		s->owned[n / 64] |= 1ULL << n % 64;
}

void slot_forget(struct slot *s)
{
	for (unsigned int n = 0; n < s->count; n++)
		if (is_owned(s, n))
			free(s->records[n]);
	s->count = 0;
	s->owned[0] = s->owned[1] = 0;
}

static const char *moved(const char *p, const char *from, char *to)
{
	return p ? to + (p - from) : NULL;
}

/* A copy of a record and its line in one piece. */
static struct record *copy_record(const struct record *r)
{
	const char *from = r->head.text;
	size_t len = r->head.end - from;
	struct record *c = malloc(sizeof(*c) + len + 1);
	char *to;

	if (!c)
		return NULL;
	to = (char *)(c + 1);
	*c = *r;
	memcpy(to, from, len);
	to[len] = 0;
	c->head.text = to;
	c->head.end = to + len;
	c->head.body = moved(r->head.body, from, to);
	c->head.stamp = moved(r->head.stamp, from, to);
	c->head.node_name = moved(r->head.node_name, from, to);
	c->end = moved(r->end, from, to);
	if (r->odd || r->head.type == RECORD_EOE || r->head.type == RECORD_KERNEL)
		return c;
	if (r->head.type != RECORD_SYSCALL) {
		c->value.at = moved(r->value.at, from, to);
		return c;
	}
	c->syscall.comm.at = moved(r->syscall.comm.at, from, to);
	c->syscall.exe.at = moved(r->syscall.exe.at, from, to);
	c->syscall.subj.at = moved(r->syscall.subj.at, from, to);
	return c;
}

static bool make_room(struct slot *s)
{
	unsigned int size = s->size * 2;
	struct record **more = malloc(size * sizeof(*more));

	if (!more)
		return false;
	memcpy(more, s->records, s->count * sizeof(*more));
	if (s->records != s->few)
		free(s->records);
	s->records = more;
	s->size = size;
	return true;
}

int slot_append(struct slot *s, struct record *r, bool stays)
{
	/* few events have that many records, and there are no more bits */
	bool copy = !stays || s->count >= 128;

	if (s->count == s->size && !make_room(s))
		return -ENOMEM;
	if (copy)
		r = copy_record(r);
	if (!r)
		return -ENOMEM;
	if (copy)
		set_owned(s, s->count);
	s->records[s->count++] = r;
	return 0;
}

int slot_keep(struct slot *s)
{
	for (unsigned int n = 0; n < s->count; n++) {
		struct record *copy;

		if (is_owned(s, n))
			continue;
		copy = copy_record(s->records[n]);
		if (!copy)
			return -ENOMEM;
		s->records[n] = copy;
		set_owned(s, n);
	}
	return 0;
}

void slot_free(struct slot *s)
{
	slot_forget(s);
	if (s->records != s->few)
		free(s->records);
	free(s);
}

/* ---- image ---- */

/*
 * Saves the line of a record, which is read again. A blank replaces its prefix; a carriage return
 * after another one preserves that one.
 */
static void save_record(const struct record *r, struct image *i)
{
	const struct head *h = &r->head;
	uint64_t text = h->end - h->text;
	bool prefixed = h->prefixed, cr = text && h->end[-1] == '\r';
	uint64_t len = prefixed + text + cr;

	image_count(i, &len);
	IMAGE(i, prefixed);
	if (prefixed)
		image_bytes(i, " ", 1);
	image_bytes(i, (char *)h->text, text);
	if (cr)
		image_bytes(i, "\r", 1);
}

static void load_record(struct slot *s, struct image *i)
{
	struct record_how how = { .fields = true };
	struct record r;
	uint64_t len;

	image_count(i, &len);
	IMAGE(i, how.prefixes);
	if (len > i->len - i->pos)
		i->bad = true;
	if (i->bad)
		return;
	record_read(&r, i->at + i->pos, len, &how);
	i->pos += len;
	i->bad = !r.valid || !r.matters || slot_append(s, &r, false);
}

void slot_image(struct slot *s, struct image *i)
{
	uint64_t count = s->count;

	IMAGE(i, s->state);
	IMAGE(i, s->time);
	IMAGE(i, s->serial);
	IMAGE(i, s->node);
	image_count(i, &count);
	for (uint64_t n = 0; n < count && !i->bad; n++)
		if (i->loading)
			load_record(s, i);
		else
			save_record(s->records[n], i);
	i->bad |= s->state > SLOT_GIVEN || (s->state == SLOT_EMPTY || s->state == SLOT_GIVEN) != !count;
}
