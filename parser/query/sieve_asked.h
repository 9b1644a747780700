/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/sieve_asked: the conditions of a query on the beginning of a line: part of sieve.c. */
#ifndef NETLOG_QUERY_SIEVE_ASKED_H
#define NETLOG_QUERY_SIEVE_ASKED_H

#include "parser/query/sieve.h"

#define ENDS_MAX 8
#define SECOND_TEXT 20		/* "2026-11-21 06:00:51" */
#define NEEDLES_MAX 16

struct sieve {
	struct match heads;	/* the conditions on values that are read here; borrowed */
	bool has_from, has_to;
	/* The bounds in the form of a line's time, with some slack. */
	char from[OWN_ZONES][SECOND_TEXT], to[OWN_ZONES][SECOND_TEXT];
	/* Matches if one of these addresses, as written, is the local or the remote end. */
	char ends[ENDS_MAX][NETADDR_TEXT_MAX];
	size_t end_lens[ENDS_MAX];
	unsigned int end_count;
	enum field_id end_field;
	unsigned int pids;	/* conditions on the process */
	bool local, remote;	/* one of them is on that end */
	bool pid;		/* one of them is on the process, or the opener */
	int64_t json_pid;	/* the required process; -1: any */
	char pid_text[24];	/* its pid */
	size_t pid_len;
	const char *has;	/* text of a key that a matching line must have; the same in JSON: */
	const char *json_has;
	const char *needles[NEEDLES_MAX];	/* one of these is in the line */
	unsigned int needle_count;
};

#endif
