/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/sieve: selects lines of the plugin's own files that can match a query, by the beginning
 * of each line. In doubt a line is selected.
 */
#ifndef NETLOG_QUERY_SIEVE_H
#define NETLOG_QUERY_SIEVE_H

#include "parser/query/own.h"
#include "parser/query/own_text.h"
#include "parser/query/options.h"

struct sieve;

/* pairs: the view needs start and stop of a connection if either of them matches. match
 * outlives the sieve. NULL without memory. */
struct sieve *sieve_new(const struct match *m, bool pairs);
void sieve_free(struct sieve *s);	/* may be NULL */

/* A line in a text. */
struct sieve_line {
	uint32_t at, len, number;	/* number: of the text's lines, from 1 on */
};

/* All zero at first. */
struct sieve_lines {
	struct sieve_line *lines;	/* owned */
	unsigned int count, size;
	uint32_t total;			/* lines of the text */
};

/*
 * Selects the lines of text that can match, of a file of that kind (OWN_LINE, OWN_JSON). Any thread may
 * call it. sieve NULL: all lines. Returns 0 or -ENOMEM.
 */
int sieve_text(const struct sieve *s, enum own_kind kind, const char *text, size_t len,
	       struct sieve_lines *out);
void sieve_lines_fini(struct sieve_lines *l);

#endif
