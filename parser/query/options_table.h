/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/options_table: the options by name, and how each sets struct aunetlog_options: part
 * of options.c. */
#ifndef NETLOG_QUERY_OPTIONS_TABLE_H
#define NETLOG_QUERY_OPTIONS_TABLE_H

#include <stddef.h>

#include "parser/query/options.h"

/* The current option. */
struct option_arg {
	struct aunetlog_options *o;
	const struct option *option;
	const char *spelled;	/* as the user wrote it */
	const char *value;	/* NULL for a flag */
	const char *second;	/* the next word, unless that is an option; or NULL */
	bool took_second;
};

struct option {
	const char *brief, *full;	/* "-l", "--line-buffered"; brief may be NULL */
	const char *value;		/* name of its argument, for the help; or NULL */
	const char *help;
	int (*set)(struct option_arg *a);
	size_t offset;			/* of the member that set() sets */
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

/* Find an option by the name that the user wrote, or by that of another tool; NULL or FIELD_NONE:
 * there is none. */
const struct option *options_find(const char *name);
enum field_id options_find_field(const char *name);

const struct shorthand *options_find_shorthand(const char *name);

/* Writes the reason to o->error. Returns -EINVAL. */
int options_fail(struct aunetlog_options *o, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
