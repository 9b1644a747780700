/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/options_table: the options by name, and what each does to struct
 * aunetlog_options: part of options.c. */
#ifndef NETLOG_QUERY_OPTIONS_TABLE_H
#define NETLOG_QUERY_OPTIONS_TABLE_H

#include <stddef.h>

#include "parser/query/options.h"

/* The option in hand. */
struct option_arg {
	struct aunetlog_options *o;
	const struct option *option;
	const char *spelled;	/* as the user wrote it */
	const char *value;	/* NULL for a flag */
	const char *second;	/* next word if it is no option; or NULL */
	bool took_second;
};

struct option {
	const char *brief, *full;	/* "-l", "--line-buffered"; brief may be NULL */
	const char *value;		/* what it takes, for the help; or NULL */
	const char *help;
	int (*set)(struct option_arg *a);
	size_t offset;			/* in the options, of what set fills */
};

/* A condition that has an option name of its own. */
struct shorthand {
	const char *name;
	enum field_id field;
	const char *value, *help;
};

/* Both end with a row without a name. */
extern const struct option options_table[];
extern const struct shorthand options_shorthands[];

/* By the name that the user wrote, or that another tool has; NULL or FIELD_NONE: none. */
const struct option *options_find(const char *name);
enum field_id options_find_field(const char *name);

const struct shorthand *options_find_shorthand(const char *name);

/* Writes the reason to o->error. Returns -EINVAL. */
int options_fail(struct aunetlog_options *o, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
