/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/columns: the columns of the table, and the text of their cells. */
#ifndef NETLOG_QUERY_COLUMNS_H
#define NETLOG_QUERY_COLUMNS_H

#include "parser/entry/fields.h"
#include "parser/query/pairs.h"

#define COLUMNS_MAX 48
#define CELL_MAX 2048

/* Columns that are not a field of an entry. */
enum own_column { COLUMN_FIELD, COLUMN_START, COLUMN_END, COLUMN_OUTCOME, COLUMN_PROCESS,
		  COLUMN_COUNT };

struct column {
	enum own_column own;
	enum field_id field;	/* of COLUMN_FIELD */
	bool right;		/* adjusted to the right */
	int width;		/* in a table; 0: as wide as the text */
	bool beside_local, beside_direction;	/* the table has these columns, too */
};

struct columns {
	unsigned int count;
	struct column column[COLUMNS_MAX];
};

/* Reads "start,comm,remote". Returns false with the reason, which is printed after the option. */
bool columns_read(struct columns *c, const char *list, char *error, size_t size);
/* The table's columns that fit a terminal of that width; 0: all of them, unlimited. */
void columns_fit(struct columns *c, int width);

const char *column_name(const struct column *c);	/* for CSV: its name in --fields */
/* people: writes 1.2M and user names, as in a table; otherwise plain numbers, for programs. */
size_t column_text(const struct column *c, const struct pair *p, bool people, bool utc,
		   char buf[CELL_MAX]);

/* How a connection ended: open, closed, failed, or an error. */
enum outcome { OUTCOME_OPEN, OUTCOME_CLOSED, OUTCOME_FAILED, OUTCOME_UNKNOWN };
enum outcome pair_outcome(const struct pair *p);

#endif
