/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/options: the command line of aunetlog, in one struct. */
#ifndef NETLOG_QUERY_OPTIONS_H
#define NETLOG_QUERY_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "parser/entry/match.h"

#define AUDITD_CONF "/etc/audit/auditd.conf"
#define NETLOG_CONF "/etc/audit/audisp-netlog.conf"
#define AUNETLOG_INPUTS 64

enum aunetlog_action {
	AUNETLOG_QUERY,
	AUNETLOG_HELP,
	AUNETLOG_HELP_FIELDS,
	AUNETLOG_VERSION,
};

/* Output that replaces the connections that were found. */
enum aunetlog_view {
	AUNETLOG_ENTRIES,
	AUNETLOG_SUMMARY,
	AUNETLOG_LISTENERS,
	AUNETLOG_SCAN,
	AUNETLOG_BEACONS,
	AUNETLOG_NEW,
	AUNETLOG_GRAPH,
	AUNETLOG_HTML,
	AUNETLOG_VIEWS
};

/* Receives the entries in place of a view. */
struct entry_sink {
	bool (*entry)(const struct entry *e, bool matched, void *arg);	/* false: no more is wanted */
	void (*idle)(void *arg);	/* all available input was read; may be NULL */
	/* A line or an audit event; begins: the plugin was started. May be NULL. */
	void (*line)(const struct stamp *time, bool begins, void *arg);
	void *arg;
};

/* Strings are borrowed from argv; match is owned. */
struct aunetlog_options {
	enum aunetlog_action action;
	const char *inputs[AUNETLOG_INPUTS];	/* files, directories, "-" */
	unsigned int input_count;
	const char *format;	/* what format_open() takes, "table", "csv", or NULL */
	enum aunetlog_view view;
	const char *view_name;	/* the option that requested it */
	const char *summary;	/* by what --summary counts; the file of --html */
	unsigned int top;	/* rows at most; 0: all */
	const char *columns;	/* FIELD,FIELD of the table, or NULL */
	const char *auditd_conf; /* names audit's logs if no input is given */
	const char *netlog_conf; /* names the plugin's own log if no input is given */
	bool input_logs, just_one, line_buffered, debug, utc, follow, maybe;
	bool raw;		/* the audit records of what matches, in place of lines */
	const char *checkpoint;	/* file of --checkpoint, or NULL */
	const char *community_id;	/* of the connection; or NULL */
	const char *ancestor;	/* of its process: a pid, or a command's name; or NULL */
	bool no_pager;		/* accepted as in other tools; has no effect */
	bool index;		/* write indexes, in place of a query */
	bool no_index;		/* do not read indexes */
	const char *index_directory;	/* NULL: see index_directory() */
	bool slow;		/* auparse reads every record, in one thread */
	bool word;		/* -c, -x and the like give the whole text, not a part */
	bool pair;		/* --pair: both ends of each connection */
	const char *conntrack;	/* translations for it, or NULL */
	bool has_open_at;
	int64_t open_at;	/* ms: connections that were open then */
	const struct entry_sink *sink;	/* NULL: a view prints; borrowed */
	struct match match;
	struct match kinds;	/* of --failed and --listen */
	time_t now;		/* time for the words of -ts and -te */
	char note[512];		/* lines to print on stderr before the query; or empty */
	char error[768];	/* the error in the command line */
};

/* argv[0] is the name of the program. Returns 0, or -EINVAL or -ENOMEM with the
 * reason in error. Free *o with _fini in either case. */
int aunetlog_options_parse(struct aunetlog_options *o, int argc, char **argv,
			   time_t now);
void aunetlog_options_fini(struct aunetlog_options *o);

/* The text of --help and --help fields. */
void aunetlog_options_usage(FILE *out);
void aunetlog_options_fields(FILE *out);

#endif
