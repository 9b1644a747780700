/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/entry/match: a predicate on a record. One struct, used by aunetlog's query
 * options and by the plugin's ignore list alike.
 */
#ifndef NETLOG_MATCH_H
#define NETLOG_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "parser/entry/entry.h"

/* What may be asked for; a key of the ignore list and, with dashes, an option. */
#define MATCH_KEYS(X)		\
	X(PID,		"pid")	\
	X(PPID,		"ppid")	\
	X(UID,		"uid")	\
	X(AUID,		"auid")	\
	X(SES,		"ses")	\
	X(COMM,		"comm")	\
	X(EXE,		"exe")	\
	X(NODE,		"node")	\
	X(PROTO,	"proto") \
	X(LOCAL,	"local") \
	X(REMOTE,	"remote")

enum match_key {
#define MATCH_KEY_ENUM(name, text) MATCH_##name,
	MATCH_KEYS(MATCH_KEY_ENUM)
#undef MATCH_KEY_ENUM
	MATCH_KEY_COUNT
};

struct match {
	unsigned int set;	/* bit per match_key: all that are set must hold */
	int64_t number[MATCH_SES + 1];
	char *text[MATCH_NODE + 1];	/* owned; comm, exe, node */
	int proto;
	struct netaddr_range local, remote;
	bool has_from, has_to;
	struct stamp from, to;	/* time of the record, both inclusive */
};

/*
 * Adds a condition. value is a number (uid and auid also a user name, "unset"),
 * a string to be equal to (comm, exe, node), a protocol name in any case, or an
 * address, CIDR, or :port. Returns 0, -EINVAL (value cannot be read; *allowed
 * says what could be, in English), or -ENOMEM.
 */
int match_add(struct match *m, enum match_key key, const char *value,
	      const char **allowed);
void match_fini(struct match *m);

/* Key by its name, or -1. */
int match_key(const char *name, size_t len);

/* A whole expression: "key=value key=value". On error *allowed as above. */
int match_parse(struct match *m, const char *text, const char **allowed);

bool match_entry(const struct match *m, const struct entry *r);

#endif
