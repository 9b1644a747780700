/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/source: the files that aunetlog reads, oldest first, and their bytes. Unreadable
 * files are reported on stderr here, once.
 */
#ifndef NETLOG_SOURCE_H
#define NETLOG_SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "parser/query/index_file.h"
#include "parser/query/options.h"
#include "parser/query/own.h"

struct aunetlog_log {
	char *path;		/* "stdin" for standard input */
	int fd;			/* -1: could not be opened */
	struct decompress *bytes;	/* of fd */
	unsigned long rotation;	/* 3 of audit.log.3; 0: the youngest */
	int64_t first_ms;	/* time of the first event; -1: not known */
	bool own;		/* of the plugin, by its configuration */
	bool named;		/* by the user, as a file */
	bool live;		/* a pipe or the like: may have no data yet */
	bool failed;		/* a part could not be read */
	enum own_kind kind;	/* size of its contents; not for a live one */
	struct index_file *index;	/* read in its place; owned; or NULL */
	off_t from;		/* reading begins here */
	off_t left;		/* bytes of a last line without its end, not read; see whole_lines */
};

struct aunetlog_source {
	struct aunetlog_log *logs;	/* oldest first */
	size_t count;
	bool both;		/* the plugin's own log and the audit log */
	bool whole_lines;	/* ahead.c leaves a last line without its end for a later run */
	bool failed;		/* a read error was reported */
};

/* Finds and opens the logs of the options, and orders them by their first event. Sets failed if a log
 * cannot be read. Close *s with _close in any case. */
void aunetlog_source_open(struct aunetlog_source *s,
			  const struct aunetlog_options *o);
void aunetlog_source_close(struct aunetlog_source *s);

/* Rewinds the log to its start, or to from. Returns false if that is impossible. */
bool aunetlog_source_again(struct aunetlog_source *s, struct aunetlog_log *log);

/* Reads up to size bytes of one log, decompressed. Returns their number, 0 at its end, -EAGAIN
 * when a live one had nothing for wait milliseconds. A read error is reported, sets failed, and
 * counts as an end. */
ssize_t aunetlog_source_read(struct aunetlog_source *s, struct aunetlog_log *log,
			     char *buf, size_t size, int wait);

#endif
