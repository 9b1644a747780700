/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/sieve_head: the beginning of a line of the plugin's own files, quickly. What
 * is not in its usual form stays unknown, or is no line at all.
 */
#ifndef NETLOG_QUERY_SIEVE_HEAD_H
#define NETLOG_QUERY_SIEVE_HEAD_H

#include "parser/entry/entry.h"

#define COMM_MAX 64

/* What is read of a line; identity has a flexible member, and is the last one. */
struct head_entry {
	struct entry entry;
	char comm[COMM_MAX + 3];
	struct identity identity;
};

/* Everything but the time becomes unknown. */
void sieve_head_clear(struct head_entry *h);

/* The words of a connection's ends and process, in a line from behind its time on. Returns
 * false if it is not in its usual form. */
struct head_ends {
	const char *local, *remote, *pid;
	size_t local_len, remote_len, pid_len;
};
bool sieve_head_ends(struct head_ends *h, const char *p, const char *end);

/* A line, from behind its time on: kind, protocol, ends, process, user, and command if it has
 * no escape in it. Returns false if it is not a connection's. */
bool sieve_head_line(struct head_entry *h, const char *p, const char *end);

/* An object, the names of which come in the order of the alphabet: kind and direction, and
 * the ends if they are IPv4 and asked for. Returns false as above. */
bool sieve_head_json(struct head_entry *h, const char *p, const char *end, bool local,
		     bool remote);

#endif
