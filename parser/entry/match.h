/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/entry/match: conditions on an entry. aunetlog's options and the plugin's
 * ignore list are both a struct match.
 *
 * A condition is a field, an operator and a value: dur>60. Conditions of one field with =, ~ or
 * "in" are alternatives; all others must hold. A condition on an unknown value never holds.
 */
#ifndef NETLOG_MATCH_H
#define NETLOG_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "parser/entry/value.h"

enum match_op {
	OP_IS,			/* = : is the value, is in the network or range */
	OP_IS_NOT,		/* != */
	OP_HAS,			/* ~ : a text contains the value */
	OP_HAS_NOT,		/* !~ */
	OP_BELOW,		/* < */
	OP_UP_TO,		/* <= */
	OP_ABOVE,		/* > */
	OP_FROM,		/* >= */
	OP_IN,			/* in A,B,C : is one of them */
	OP_COUNT
};

struct condition {
	enum field_id field;
	enum match_op op;	/* not OP_IN: that is one OP_IS for each value */
	struct value value;
};

/* All zero: no condition, which every entry meets. */
struct match {
	struct condition *conditions;	/* owned; those of one field are together */
	unsigned int count;
	bool has_from, has_to;
	struct stamp from, to;	/* time of the entry, both inclusive */
};

/* The use of a condition: the ignore list decides at the start of a connection. */
enum match_use { MATCH_QUERY, MATCH_IGNORE };

struct match_error {
	char text[512];
};

/*
 * Adds a condition; with OP_IN, value is a list with commas. Returns 0, -ENOMEM, or
 * -EINVAL with the reason in error, to be written after the name of the field:
 * "must be a number".
 */
int match_add(struct match *m, enum field_id field, enum match_op op,
	      const char *value, enum match_use use, struct match_error *error);

/*
 * Adds the value of a command-line option: a value for op, or an operator with a value
 * (">60", "in 22,80"). \xHH in a text is that byte. Result and error as above.
 */
int match_add_option(struct match *m, enum field_id field, enum match_op op,
		     const char *text, struct match_error *error);

/*
 * Adds a whole expression, conditions separated by blanks: uid=0 dur>60 remote in 10.0.0.0/8
 * comm="a b". Result as above; error is complete: "pid must be a number".
 */
int match_parse(struct match *m, const char *text, enum match_use use,
		struct match_error *error);

void match_fini(struct match *m);

/* Returns true if the conditions hold. */
bool match_entry(const struct match *m, const struct entry *e);

/* Returns true if the conditions hold, or could hold for some value of the connection's unknown
 * ends. */
bool match_maybe(const struct match *m, const struct entry *e);

/* Writes the operators of fields of that type: "= != <". */
void match_operators(enum field_type type, char *buf, size_t size);

#endif
