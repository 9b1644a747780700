/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/advice: proposes an alternative to a wrong option or address. */
#ifndef NETLOG_QUERY_ADVICE_H
#define NETLOG_QUERY_ADVICE_H

#include <stdbool.h>
#include <stddef.h>

/* Advice on an option that ausearch or another tool has and aunetlog lacks; NULL: none. */
const char *advice_of_option(const char *name);

/* Advice on a value of --format that ausearch has and aunetlog lacks; NULL: none. */
const char *advice_of_format(const char *name);

/* Writes advice on a value such as 8080, :http or localhost. Returns false if there is none. */
bool advice_of_address(const char *text, char *advice, size_t size);

/* The candidate with the fewest different letters; best stays NULL if none is near. */
struct nearest {
	const char *name;	/* as the user wrote it */
	const char *best;
	unsigned int distance;
};
void nearest_consider(struct nearest *n, const char *candidate);

#endif
