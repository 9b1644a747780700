/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/note: one of the plugin's own notes: "netlog WORD key=value …". */
#ifndef NETLOG_NOTE_H
#define NETLOG_NOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "parser/event.h"

/* Texts and time are borrowed. */
struct note {
	const struct stamp *time;
	const char *text;	/* all of it, not NUL-terminated */
	size_t len;
	char word[16];		/* "lost" */
	const char *pairs;	/* not yet returned by note_next(); their length: */
	size_t pairs_len;
};

struct note_pair {
	const char *key, *value;	/* not NUL-terminated */
	size_t key_len, value_len;
};

/* Sets all of *n. */
void note_read(struct note *n, const struct stamp *time, const char *text, size_t len);
/* Takes the first of the remaining pairs. Returns false if none is left. */
bool note_next(struct note *n, struct note_pair *pair);

#endif
