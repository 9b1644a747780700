/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/sieve_head: reads the beginning of a line of the plugin's own files, fast.
 * Values in an unusual form stay unknown; other lines are rejected.
 */
#ifndef NETLOG_QUERY_SIEVE_HEAD_H
#define NETLOG_QUERY_SIEVE_HEAD_H

#include "parser/entry/entry.h"

#define COMM_MAX 64

/* Values read from a line; identity has a flexible member, and is the last one. */
struct head_entry {
	struct entry entry;
	char comm[COMM_MAX + 3];
	struct identity identity;
};

/* Everything but the time becomes unknown. */
void sieve_head_clear(struct head_entry *h);

/* Reads the words of a connection's ends and process, in a line after its time. Returns false
 * if it is not in its usual form. */
struct head_ends {
	const char *local, *remote, *pid;
	size_t local_len, remote_len, pid_len;
	bool stop;		/* or a start */
};
bool sieve_head_ends(struct head_ends *h, const char *p, const char *end);

/* Reads a line after its time: kind, protocol, ends, process, user, and command unless it has
 * an escape. Returns false if it is not a connection's line. */
bool sieve_head_line(struct head_entry *h, const char *p, const char *end);

/* Reads an object whose names are in alphabetical order: kind and direction, and ends if
 * requested. Returns false as above. */
bool sieve_head_json(struct head_entry *h, const char *p, const char *end, bool local,
		     bool remote);

#endif
