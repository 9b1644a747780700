/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/packet_options: the command lines of aunetlog annotate and capture. Words that
 * are not in their own table are options or conditions of aunetlog.
 */
#ifndef NETLOG_QUERY_PACKET_OPTIONS_H
#define NETLOG_QUERY_PACKET_OPTIONS_H

#include "parser/query/options.h"

#define PACKET_FIELDS_MAX 64

enum packet_command { PACKET_ANNOTATE = 1, PACKET_CAPTURE = 2 };

/* Strings are borrowed from argv; query is owned. */
struct packet_options {
	enum packet_command command;
	const char *input;	/* of annotate: a file, or "-" */
	int input_fd;		/* set by annotate_command() */
	const char *write;	/* a file, or "-" */
	bool help, text, inner, plain;
	const char *comment, *host_id;
	uint32_t snaplen;	/* 0: all bytes */
	uint32_t hold;		/* connections; 0: the default */
	uint32_t wait_ms;	/* how long a packet waits for late log lines */
	/* of capture */
	const char *interface, *netns, *socket;
	const char *filter;	/* NULL, or: */
	char filter_text[1024];
	uint32_t seconds;	/* 0: until an interrupt */
	enum field_id fields[PACKET_FIELDS_MAX + 1];	/* of the comment, then FIELD_NONE */
	struct aunetlog_options query;
	char error[768];
};

/* argv[0] is the command. Returns 0, or -EINVAL or -ENOMEM with the reason in error. In either
 * case free *o with _fini. */
int packet_options_parse(struct packet_options *o, enum packet_command command, int argc,
			 char **argv, time_t now);
void packet_options_fini(struct packet_options *o);

void packet_options_usage(enum packet_command command, FILE *out);

#endif
