// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/own_line: the line of audisp-netlog(8), with the time in front. */
#include <string.h>

#include "parser/query/own_text.h"

/* Returns the next word of the line, NUL-terminated in place; NULL at its end. */
static char *word(char **line)
{
	char *start = *line, *end;

	if (!*start)
		return NULL;
	end = strchrnul(start, ' ');
	*line = *end ? end + 1 : end;
	*end = 0;
	return start;
}

/* "connect start". */
static bool read_kind(struct own_entry *o, char **line)
{
	for (int kind = 0; kind < ENTRY_KIND_COUNT; kind++) {
		const char *name = entry_kind_name(kind);
		size_t len = strlen(name);

		if (strncmp(*line, name, len) || (*line)[len] != ' ')
			continue;
		o->entry.what = kind;
		*line += len + 1;
		return true;
	}
	return false;
}

/* The first words of a line that are of the process, or are not, in the order of the table. */
static bool read_head(struct own_entry *o, char **line, bool of_identity)
{
	for (int id = FIELD_KIND + 1; id < FIELD_COUNT; id++) {
		char *text;

		if (fields[id].line != LINE_HEAD || fields[id].of_identity != of_identity ||
		    !(fields[id].kinds & 1u << o->entry.what))
			continue;
		text = word(line);
		if (!text || !own_entry_set(o, id, text))
			return false;
	}
	return true;
}

/* A cache of keys of lines, by a few of their bytes: the row of the table for each. */
static enum field_id field_of(struct own_clock *c, const char *key, size_t len)
{
	unsigned char slot = len ? key[0] * 7 + key[len - 1] * 3 + len : 0;
	struct own_key *k = &c->keys[slot % OWN_KEYS];

	if (k->len == len && !memcmp(k->key, key, len))
		return k->field;
	if (len >= sizeof(k->key))
		return field_by_key(key, len);
	memcpy(k->key, key, len);
	k->len = len;
	k->field = field_by_key(key, len);
	return k->field;
}

/* The process is in o itself from now on, and can be changed. */
static void own_the_identity(struct own_entry *o)
{
	if (o->entry.identity == &o->identity)
		return;
	o->identity = *o->entry.identity;
	o->identity.generation = 0;
	o->entry.identity = &o->identity;
}

/* Blanks may be in an argument or between two; an exec's line has \x00 between them. */
static bool is_unparted(const char *escaped)
{
	return strstr(escaped, "\\x20") && !strstr(escaped, "\\x00");
}

static char *key_end(char *text)
{
	while (*text && *text != '=' && *text != ' ')
		text++;
	return text;
}

/* Skips keys of a later version. *end: after the contiguous keys of the process at the beginning;
 * NULL: there is none. */
static bool read_extras(struct own_entry *o, struct own_clock *c, char *line, char **end)
{
	bool together = true;
	char *after;

	*end = NULL;
	for (; *line; line = after) {
		char *text = line, *equals = key_end(text), *stop;
		enum field_id id;

		if (*equals != '=')
			return false;
		*equals = 0;
		stop = strchrnul(equals + 1, ' ');
		after = *stop ? stop + 1 : stop;
		*stop = 0;
		id = field_of(c, text, equals - text);
		together = together && id && fields[id].of_identity;
		if (together)
			*end = stop;
		if (!id || fields[id].line < LINE_ALWAYS)
			continue;
		if (fields[id].of_identity)
			own_the_identity(o);
		if (id == FIELD_PROCTITLE)
			o->identity.unparted = is_unparted(equals + 1);
		if (!own_entry_set(o, id, equals + 1))
			return false;
	}
	return true;
}

/* From the process on. */
static bool read_rest(struct own_entry *o, struct own_clock *c, char *line)
{
	char text[OWN_IDENTITY_MAX], *start = line, *end;
	struct identity *known;
	size_t len;

	if (!c->identities)
		c->identities = own_identities_new();
	known = c->identities ? own_identities_find(c->identities, line, &len) : NULL;
	if (known) {
		o->entry.identity = known;
		return read_extras(o, c, line + len + (line[len] == ' '), &end);
	}
	*stpncpy(text, line, sizeof(text) - 1) = 0;	/* the line is cut into words now */
	if (!read_head(o, &line, true) || !read_extras(o, c, line, &end))
		return false;
	if (c->identities && end && end - start < OWN_IDENTITY_MAX)
		own_identities_add(c->identities, text, end - start, &o->identity);
	return true;
}

enum own_result own_line(struct own_entry *o, struct own_clock *c, char *line)
{
	static const char note[] = "netlog ";
	const char *rest;

	own_entry_init(o);
	rest = own_time(c, line, &o->entry.time);
	if (!rest || *rest != ' ')
		return OWN_BAD;
	line += rest + 1 - line;
	if (!strncmp(line, note, sizeof(note) - 1)) {
		line += sizeof(note) - 1;
		rest = word(&line);
		return !rest ? OWN_BAD : !strcmp(rest, "lost") ? OWN_LOST :
		       !strcmp(rest, "start") ? OWN_BEGIN : OWN_NOTE;
	}
	if (!read_kind(o, &line) || !read_head(o, &line, false) || !read_rest(o, c, line))
		return OWN_BAD;
	return OWN_ENTRY;
}

enum own_result own_line_time(struct stamp *time, struct own_clock *c, const char *line)
{
	static const char start[] = " netlog start";
	const char *rest = own_time(c, line, time);

	if (!rest || *rest != ' ')
		return OWN_BAD;
	if (strncmp(rest, start, sizeof(start) - 1))
		return OWN_NOTE;
	rest += sizeof(start) - 1;
	return !*rest || *rest == ' ' ? OWN_BEGIN : OWN_NOTE;
}
