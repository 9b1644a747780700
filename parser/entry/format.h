/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/entry/format: turns an entry, or one of the plugin's own notes, into text. The outputs and
 * aunetlog use every format through this interface alone.
 */
#ifndef NETLOG_FORMAT_H
#define NETLOG_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "parser/entry/entry.h"

#define FORMAT_MAX 16384	/* no text is longer; texts are not NUL-terminated */

/* The host of entries without node=; NULL: unknown. */
struct format_host {
	const char *name;
	const char *id;		/* machine-id(5) */
};

struct format;

/*
 * Opens a format by its name in options and configuration: "netlog", "json", "ocsf" or "ocsf:1.6.0", "cef",
 * "leef", "sd:NAME@NUMBER", "cern", "sysmon", or "template:TEXT". host is copied, its strings are
 * borrowed; it may be NULL. Returns NULL with the reason in error.
 */
struct format *format_open(const char *spec, const struct format_host *host, char *error,
			   size_t size);
void format_close(struct format *f);		/* may be NULL */
const char *format_spec(const struct format *f);

/* Returns true if the text contains the time; otherwise the output may write one before it. */
bool format_has_time(const struct format *f);

/* Returns true if the text begins with structured data of RFC 5424 and a blank. */
bool format_is_structured(const struct format *f);

/* Returns true if the text may contain the numbers of processes, which are read from /proc for each
 * process. */
bool format_has_entities(const struct format *f);

/* Both write the text, without a newline, to buf (FORMAT_MAX bytes) and return its
 * length. Any thread may call format_note(); format_entry() belongs to one. */
size_t format_entry(struct format *f, const struct entry *e, char *buf);
/* text: "netlog WORD key=value …". */
size_t format_note(const struct format *f, const struct stamp *time, const char *text,
		   size_t len, char *buf);

/* The place of a text in the stream of an output. */
struct format_place {
	uint64_t run;		/* random: another one at each start of the plugin */
	uint64_t number;	/* 1 for the first text of the run, 2, 3, … */
};

/* Returns true if texts of the format can contain their place. */
bool format_can_number(const char *spec);
/* Copies a text of format_entry() or format_note() to buf (FORMAT_MAX bytes), and adds its place.
 * Returns its length; 0 without room, or if the format cannot contain a place. */
size_t format_number(const struct format *f, const struct format_place *at, const char *text,
		     size_t len, char *buf);

/* Sets the number of columns of the terminal; other formats ignore it. */
void format_set_width(struct format *f, unsigned int width);
/* Writes the names of the columns, as format_entry() writes an entry; 0 for formats without. */
size_t format_heading(const struct format *f, char *buf);

#endif
