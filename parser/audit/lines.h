/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/audit/lines: lines of a stream that arrives in pieces. */
#ifndef NETLOG_LINES_H
#define NETLOG_LINES_H

#include <stdbool.h>
#include <stddef.h>

#define LINES_MAX 16384		/* bytes of a line; the kernel's records end at 8970 */

struct lines {
	bool skipping;		/* inside a line that is too long */
	size_t carried;		/* bytes of a line whose newline has not arrived */
	char carry[LINES_MAX];
};

enum lines_found {
	LINES_NONE,		/* all data was taken */
	LINES_LINE,		/* a whole line */
	LINES_TOO_LONG,		/* a line that is too long begins: its first bytes */
	LINES_SKIPPED,		/* that line has ended */
};

/* Without newline, not terminated; valid until the next call. */
struct lines_text {
	const char *at;
	size_t len;
};

void lines_init(struct lines *l);
/* Takes the next line of the data from *data to end, and moves *data past it. Sets *out for
 * LINES_LINE and LINES_TOO_LONG. Call it until it returns LINES_NONE. */
enum lines_found lines_next(struct lines *l, const char **data, const char *end,
			    struct lines_text *out);
/* At the end of the stream, takes a last line without newline. Never returns LINES_TOO_LONG. */
enum lines_found lines_end(struct lines *l, struct lines_text *out);
/* Returns true if the beginning of a line has arrived, but not its end. */
bool lines_begun(const struct lines *l);

#endif
