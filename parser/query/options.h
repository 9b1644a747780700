/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/options: the command line of aunetlog, one struct of it, and
 * whether a record is what it asks for.
 */
#ifndef NETLOG_AUNETLOG_OPTIONS_H
#define NETLOG_AUNETLOG_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "parser/entry/match.h"

#define AUDITD_CONF "/etc/audit/auditd.conf"

enum aunetlog_action { AUNETLOG_QUERY, AUNETLOG_HELP, AUNETLOG_VERSION };

/* Strings are borrowed from argv; match and nodes are owned. */
struct aunetlog_options {
	enum aunetlog_action action;
	const char *input;	/* file, directory, "-", or NULL */
	const char *auditd_conf; /* names the logs when input is NULL */
	bool input_logs, just_one, line_buffered, debug;

	struct match match;
	/* What ausearch asks in a way that struct match does not. */
	const char *comm, *exe, *context;	/* part of the name, all of it with word */
	bool word;
	bool has_any_user;
	int64_t any_user;	/* uid or auid */
	const char **nodes;	/* any of them */
	unsigned int node_count;

	time_t now;		/* what the words of -ts and -te refer to */
	char error[256];	/* what is wrong with the command line */
};

/* argv[0] is the name of the program. Returns 0; or -EINVAL or -ENOMEM, error
 * is filled then. To be undone with _fini in either case. */
int aunetlog_options_parse(struct aunetlog_options *o, int argc, char **argv,
			   time_t now);
void aunetlog_options_fini(struct aunetlog_options *o);

bool aunetlog_options_match(const struct aunetlog_options *o,
			    const struct entry *r);

void aunetlog_options_usage(FILE *out);

#endif
