/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/formats: the formats themselves. Included by format.c and by them alone. */
#ifndef NETLOG_FORMATS_H
#define NETLOG_FORMATS_H

#include "parser/entry/format.h"
#include "parser/entry/note.h"
#include "parser/entry/put.h"

#define FORMAT_PLACE_MAX 128	/* bytes that a place adds to a text, at most */

struct format_ops {
	const char *name;
	bool has_time;
	bool processes;		/* has a text for PROC_FORK and so on */
	bool uses;		/* has a text for CONNECT_USE, LISTEN_USE */
	bool structured;	/* begins with structured data of RFC 5424, then a blank */
	bool entities;	/* writes the numbers of processes: entity, pentity */
	/* argument: the text after "NAME:", or NULL. Returns NULL with the reason in error. */
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
