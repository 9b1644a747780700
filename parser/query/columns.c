// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/columns: the columns of the table, and the text of their cells. */
#include "parser/query/columns.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "parser/entry/line.h"
#include "parser/query/clock.h"

static const char *const own_names[COLUMN_COUNT] = {
	[COLUMN_START] = "start", [COLUMN_END] = "end", [COLUMN_OUTCOME] = "outcome",
	[COLUMN_PROCESS] = "process",
};

static bool find_column(struct column *c, const char *name, size_t len)
{
	*c = (struct column){ .field = field_by_key(name, len) };
	for (int own = COLUMN_FIELD + 1; own < COLUMN_COUNT; own++)
		if (strlen(own_names[own]) == len && !memcmp(own_names[own], name, len)) {
			c->own = own;
			return true;
		}
	if (!c->field || c->field == FIELD_ADDR || c->field == FIELD_USER)
		return false;
	c->right = fields[c->field].type == TYPE_DURATION || fields[c->field].type == TYPE_BYTES;
	return true;
}

static void list_columns(char *error, size_t size, size_t n)
{
	for (int own = COLUMN_FIELD + 1; own < COLUMN_COUNT && n < size; own++)
		n += snprintf(error + n, size - n, " %s", own_names[own]);
	for (int id = FIELD_NONE + 1; id < FIELD_COUNT && n < size; id++)
		if (id != FIELD_ADDR && id != FIELD_USER)
			n += snprintf(error + n, size - n, " %s", fields[id].key);
}

static bool has_column(const struct columns *c, enum field_id field)
{
	for (unsigned int i = 0; i < c->count; i++)
		if (c->column[i].own == COLUMN_FIELD && c->column[i].field == field)
			return true;
	return false;
}

static void mark_neighbours(struct columns *c)
{
	for (unsigned int i = 0; i < c->count; i++) {
		c->column[i].beside_local = has_column(c, FIELD_LOCAL);
		c->column[i].beside_direction = has_column(c, FIELD_DIRECTION);
	}
}

bool columns_read(struct columns *c, const char *list, char *error, size_t size)
{
	c->count = 0;
	for (;;) {
		size_t len = strcspn(list, ",");

		if (c->count == COLUMNS_MAX) {
			snprintf(error, size, "has more than %d fields", COLUMNS_MAX);
			return false;
		}
		if (!find_column(&c->column[c->count++], list, len)) {
			list_columns(error, size, snprintf(error, size, "%.*s: no such field; there are:",
							   (int)(len < 64 ? len : 64), list));
			return false;
		}
		if (!list[len])
			break;
		list += len + 1;
	}
	mark_neighbours(c);
	return true;
}

/*
 * From the last to go to the first: width at the least, and how far the column grows
 * when there is room.
 */
static const struct {
	const char *name;
	int least, best, place;	/* place: from left to right */
} layout[] = {
	{ "start", 14, 19, 0 }, { "remote", 21, 47, 7 }, { "process", 12, 22, 4 },
	{ "outcome", 12, 13, 8 }, { "dur", 8, 8, 1 }, { "direction", 2, 2, 6 },
	{ "local", 15, 47, 5 }, { "uid", 8, 8, 3 }, { "tx", 6, 6, 2 },
	{ "rx", 6, 6, 2 }, { "proto", 5, 5, 4 }, { "end", 8, 19, 0 },
};

#define LAYOUT (sizeof(layout) / sizeof(*layout))

static void add_shown(struct columns *c, const int *widths)
{
	c->count = 0;
	for (int place = 0; place < 9; place++)
		for (size_t i = 0; i < LAYOUT; i++) {
			struct column *column = &c->column[c->count];

			if (layout[i].place != place || !widths[i])
				continue;
			find_column(column, layout[i].name, strlen(layout[i].name));
			column->width = widths[i];
			c->count++;
		}
	mark_neighbours(c);
}

void columns_fit(struct columns *c, int width)
{
	static const char *const grow[] = { "remote", "local", "process", "start", "end", "outcome" };
	int widths[LAYOUT] = { 0 }, left = width ? width : 1 << 16;

	for (size_t i = 0; i < LAYOUT && left >= layout[i].least; i++) {
		widths[i] = layout[i].least;
		left -= layout[i].least + 1;
	}
	for (size_t g = 0; g < sizeof(grow) / sizeof(*grow); g++)
		for (size_t i = 0; i < LAYOUT; i++) {
			int more = layout[i].best - layout[i].least;

			/* an IPv4 end first: IPv6 gets what the others leave */
			if (strcmp(layout[i].name, grow[g]) || !widths[i])
				continue;
			if (width && more > 6 && g < 2)
				more = more > left / 3 ? left / 3 : more;
			more = more < left ? more : left;
			if (more > 0 && (strcmp(grow[g], "start") || more == 5)) {
				widths[i] += more;
				left -= more;
			}
		}
	add_shown(c, widths);
}

const char *column_name(const struct column *c)
{
	return c->own ? own_names[c->own] : fields[c->field].key;
}

enum outcome pair_outcome(const struct pair *p)
{
	if (pair_failed(p))
		return OUTCOME_FAILED;
	if (p->stop)
		return OUTCOME_CLOSED;
	return entry_inferred(p->start) == VIA_PROGRESS ? OUTCOME_UNKNOWN : OUTCOME_OPEN;
}

static void put_field(struct put *p, enum field_id id, const struct entry *e)
{
	struct field_value v = field_get(id, e);

	if (v.known)
		line_put_value(p, id, &v);
}

/* Takes the field from the stop; from the start if only the start has it. */
static const struct entry *source_of(enum field_id id, const struct pair *p)
{
	if (p->stop && field_get(id, p->stop).known)
		return p->stop;
	return p->start ? p->start : p->stop;
}

static void put_time(struct put *p, int64_t ms, bool utc)
{
	struct stamp at = clock_stamp(ms);
	char text[CLOCK_TEXT_MAX];

	put_bytes(p, text, clock_text(&at, utc, text));
}

static void put_outcome(struct put *p, const struct pair *pair)
{
	static const char *const names[] = { "open", "closed", "failed", "unknown" };
	const struct entry *e = pair_entry(pair);

	if (e->err)
		put_field(p, FIELD_ERRNO, e);
	else
		put_string(p, names[pair_outcome(pair)]);
}

/* 512, 1.2k, 34M */
static void put_size(struct put *p, uint64_t bytes)
{
	static const char units[] = "\0kMGTPE";
	unsigned int unit = 0;
	uint64_t tenths = bytes;

	if (bytes < 1024) {
		put_uint(p, bytes);
		return;
	}
	for (tenths = bytes * 10 / 1024, unit = 1; tenths >= 10240; unit++)
		tenths /= 1024;
	put_uint(p, tenths / 10);
	if (tenths < 100) {
		put_char(p, '.');
		put_uint(p, tenths % 10);
	}
	put_char(p, units[unit]);
}

/* 1.204s, 12m05s, 3h20m, 5d02h */
static void put_duration(struct put *p, int64_t ms)
{
	int64_t s = ms / 1000;
	char text[32];

	if (s < 60)
		snprintf(text, sizeof(text), "%lld.%03llds", (long long)s, (long long)ms % 1000);
	else if (s < 3600)
		snprintf(text, sizeof(text), "%lldm%02llds", (long long)s / 60, (long long)s % 60);
	else if (s < 86400)
		snprintf(text, sizeof(text), "%lldh%02lldm", (long long)s / 3600,
			 (long long)s / 60 % 60);
	else
		snprintf(text, sizeof(text), "%lldd%02lldh", (long long)s / 86400,
			 (long long)s / 3600 % 24);
	put_string(p, text);
}

static void put_user(struct put *p, int64_t uid)
{
	static int64_t last = -1;
	static char name[33];
	struct passwd *pw;

	if (uid == ID_UNSET) {
		put_string(p, "unset");
		return;
	}
	if (uid != last) {
		pw = getpwuid(uid);
		snprintf(name, sizeof(name), "%.32s", pw ? pw->pw_name : "");
		last = uid;
	}
	if (*name)
		put_string(p, name);
	else
		put_uint(p, uid);
}

static void put_process(struct put *p, const struct entry *e)
{
	struct field_value comm = field_get(FIELD_COMM, e);

	line_put_value(p, FIELD_COMM, &comm);
	if (e->identity->pid < 0)
		return;
	put_char(p, '[');
	put_uint(p, e->identity->pid);
	put_char(p, ']');
}

/* Replaces direction and remote end: "sshd[827] on 0.0.0.0:22", or, next to a column of the
 * local end, "sshd[827] 0.0.0.0:22 (listener)". */
static void put_listener(struct put *p, const struct column *c, const struct entry *e)
{
	struct field_value local = field_get(FIELD_LOCAL, e);

	if (c->field == FIELD_DIRECTION) {
		put_string(p, c->beside_local ? "  " : "on");
		return;
	}
	if (c->beside_local) {
		put_string(p, "(listener)");
		return;
	}
	if (!c->beside_direction)
		put_string(p, "on ");
	if (local.known)
		line_put_value(p, FIELD_LOCAL, &local);
	else
		put_char(p, '-');
}

static void put_for_people(struct put *p, const struct column *c, const struct entry *e)
{
	struct field_value v = field_get(c->field, e);

	if (entry_is_listen(e) && (c->field == FIELD_REMOTE || c->field == FIELD_DIRECTION)) {
		put_listener(p, c, e);
		return;
	}
	if (!v.known)
		put_char(p, '-');
	else if (fields[c->field].type == TYPE_BYTES)
		put_size(p, v.number);
	else if (fields[c->field].type == TYPE_DURATION)
		put_duration(p, v.number);
	else if (fields[c->field].type == TYPE_USER)
		put_user(p, v.number);
	else
		line_put_value(p, c->field, &v);
}

size_t column_text(const struct column *c, const struct pair *pair, bool people, bool utc,
		   char buf[CELL_MAX])
{
	struct put p = { .to = buf, .end = buf + CELL_MAX - 1 };
	int64_t began = pair_began(pair);

	switch (c->own) {
	case COLUMN_START:
		if (began >= 0)
			put_time(&p, began, utc);
		break;
	case COLUMN_END:
		if (pair->stop)
			put_time(&p, stamp_ms(&pair->stop->time), utc);
		break;
	case COLUMN_OUTCOME:
		put_outcome(&p, pair);
		break;
	case COLUMN_PROCESS:
		put_process(&p, pair_entry(pair));
		break;
	default:
		if (c->field == FIELD_TIME)
			put_time(&p, stamp_ms(&pair_entry(pair)->time), utc);
		else if (people)
			put_for_people(&p, c, source_of(c->field, pair));
		else
			put_field(&p, c->field, source_of(c->field, pair));
	}
	if (people && p.to == buf)
		put_char(&p, '-');
	*p.to = 0;
	return p.to - buf;
}
