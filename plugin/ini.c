// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/ini: a file of [section] and key = value lines. */
#include "plugin/ini.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n\v\f"

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, BLANKS);
	for (len = strlen(text); len && strchr(BLANKS, text[len - 1]); len--)
		;
	text[len] = 0;
	return text;
}

/* Cuts a comment off: a semicolon at the start or after a blank. */
static void cut_comment(char *text)
{
	for (char *p = text; *p; p++)
		if (*p == ';' && (p == text || strchr(BLANKS, p[-1]))) {
			*p = 0;
			return;
		}
}

/* Reads "[section]", optionally followed by a comment. NULL: the line is none. */
static char *read_section(char *text)
{
	char *end = strchr(text, ']'), *rest;

	if (!end)
		return NULL;
	*end = 0;
	rest = end + 1 + strspn(end + 1, BLANKS);
	return *rest && *rest != '#' && *rest != ';' ? NULL : trim(text + 1);
}

struct reading {
	char *section; /* owned */
	struct ini_line line;
};

static int set_section(struct reading *r, const char *name)
{
	char *copy = strdup(name);

	if (!copy)
		return -ENOMEM;
	free(r->section);
	r->section = copy;
	r->line.key = r->line.value = NULL;
	return 0;
}

static int set_key(struct reading *r, char *text)
{
	char *equals = strchr(text, '=');

	if (!equals || equals == text)
		return -EINVAL;
	*equals = 0;
	cut_comment(equals + 1);
	r->line.key = trim(text);
	r->line.value = trim(equals + 1);
	return 0;
}

/* 1: the line has nothing; 0: it is in r->line; else -errno. */
static int read_line(struct reading *r, char *raw, size_t len, char *what, size_t size)
{
	bool binary = memchr(raw, 0, len);
	char *text = trim(raw), *section;
	int err;

	if (*text == '#' || *text == ';')
		return 1;
	if (len > INI_LINE_MAX) {
		snprintf(what, size, "%.*s…: the line has %zu bytes; at most %d are allowed",
			 (int)strcspn(text, BLANKS "=") % 64, text, len, INI_LINE_MAX);
		return -EINVAL;
	}
	if (!*text && !binary)
		return 1;
	section = *text == '[' ? read_section(text) : NULL;
	if (binary || (*text == '[' && !section))
		err = -EINVAL;
	else
		err = section ? set_section(r, section) : set_key(r, text);
	if (err == -EINVAL)
		snprintf(what, size, "not understood; expected [section], key = value, or "
				     "# comment");
	r->line.section = r->section ? r->section : "";
	return err;
}

int ini_read(FILE *file, int (*fn)(const struct ini_line *line, char *what, size_t size, void *arg),
	     void *arg, unsigned int *number, char *what, size_t size)
{
	struct reading r = { .section = NULL };
	char *raw = NULL;
	size_t room = 0;
	ssize_t len;
	int err = 0;

	errno = 0;
	while (!err && (len = getline(&raw, &room, file)) >= 0) {
		if (!r.line.number && len >= 3 && !memcmp(raw, "\xEF\xBB\xBF", 3))
			memset(raw, ' ', 3); /* a byte order mark */
		len -= len && raw[len - 1] == '\n';
		r.line.number++;
		err = read_line(&r, raw, len, what, size);
		if (!err)
			err = fn(&r.line, what, size, arg);
		else if (err == 1)
			err = 0;
	}
	*number = r.line.number;
	if (!err && !feof(file)) {
		err = errno ? -errno : -EIO;
		*number = 0;
	}
	free(raw);
	free(r.section);
	return err;
}
