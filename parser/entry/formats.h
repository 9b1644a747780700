/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/formats: the formats themselves. Included by format.c and by them alone. */
#ifndef NETLOG_FORMATS_H
#define NETLOG_FORMATS_H

#include "parser/entry/format.h"
#include "parser/entry/put.h"

/* One of the plugin's own notes: "netlog WORD key=value …". */
struct note {
	const struct stamp *time;
	const char *text;	/* all of it, not NUL-terminated */
	size_t len;
	char word[16];		/* "lost" */
	const char *pairs;	/* what follows the word; its length: */
	size_t pairs_len;
};

/* The next key=value of the pairs, off their front. Returns false at their end. */
struct note_pair {
	const char *key, *value;
	size_t key_len, value_len;
};
bool note_next(struct note *n, struct note_pair *pair);

#define FORMAT_PLACE_MAX 128	/* bytes that a place adds to a text, at most */

struct format_ops {
	const char *name;
	const char *help;
	bool has_time;
	bool processes;		/* it has a text for PROC_FORK and so on */
	bool uses;		/* it has a text for CONNECT_USE, LISTEN_USE */
	bool structured;	/* begins with structured data of RFC 5424, then a blank */
	bool entities;	/* writes the numbers of processes: entity, pentity */
	/* argument: what follows "NAME:", or NULL. Returns NULL with the reason in error. */
	void *(*open)(const char *argument, const struct format_host *host, char *error,
		      size_t size);
	void (*close)(void *self);
	bool (*timed)(const void *self);	/* in place of has_time; or NULL */
	void (*entry)(void *self, const struct entry *e, struct put *p);
	void (*note)(const void *self, struct note *n, struct put *p);
	/* text, of len bytes, with its place; NULL: not in this format */
	void (*number)(const struct format_place *at, const char *text, size_t len,
		       struct put *p);
	/* of formats for a terminal; else NULL */
	void (*width)(void *self, unsigned int width);
	size_t (*heading)(const void *self, struct put *p);
};

extern const struct format_ops format_ecs, format_ocsf, format_cef, format_leef,
	format_sd, format_rows, format_template, format_cern, format_sysmon, format_hone;

#endif
