/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/own_text: one line of the plugin's own files to an entry. */
#ifndef NETLOG_QUERY_OWN_TEXT_H
#define NETLOG_QUERY_OWN_TEXT_H

#include "parser/query/own_entry.h"
#include "parser/query/own_identity.h"

enum own_result {
	OWN_ENTRY,
	OWN_BEGIN,		/* "netlog start …": the plugin was started */
	OWN_NOTE,		/* "netlog config …" and other notes */
	OWN_LOST,		/* "netlog lost …" */
	OWN_BAD,
};

/* The cached row of a key. */
struct own_key {
	char key[24];
	size_t len;
	enum field_id field;
};
#define OWN_KEYS 64

/* State for reading local times, kept from one line to the next. All zero at first. */
struct own_clock {
	char minute[17];	/* "2026-11-21 06:00", the one read last */
	int64_t at;		/* its seconds since 1970 */
	int64_t last;		/* time of the last line */
	char day[11];		/* "2026-11-21", the one read last */
	bool plain_day;		/* local time has one offset on it */
	int64_t midnight;	/* its seconds since 1970 */
	struct own_key keys[OWN_KEYS];	/* own_line's */
	struct own_identities *identities;	/* own_line's; or NULL */
	struct json_tokener *json;	/* own_json's */
};

/* line is NUL-terminated and gets modified. */
enum own_result own_line(struct own_entry *o, struct own_clock *c, char *line);
enum own_result own_json(struct own_entry *o, struct own_clock *c, char *line);
/* Reads only the time of a line, and its first words. */
enum own_result own_line_time(struct stamp *time, struct own_clock *c, const char *line);
void own_clock_fini(struct own_clock *c);

/*
 * Reads a time: 2026-11-21 06:00:51.123, or with T; then nothing (local time), Z, or an offset such as
 * +01:00. Returns the text after it, or NULL.
 */
const char *own_time(struct own_clock *c, const char *text, struct stamp *out);

enum own_zone { OWN_LOCAL, OWN_UTC, OWN_OFFSET, OWN_ZONES };
#define OWN_TIME_USUAL 24	/* "2026-11-21 06:00:51.123 " */
/* Returns the text after the time, which is not computed, or NULL. text has at least OWN_TIME_USUAL
 * bytes. */
const char *own_time_end(const char *text, enum own_zone *zone);

#endif
