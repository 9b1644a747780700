// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/lines: lines of a stream that arrives in pieces. */
#include "parser/audit/lines.h"

#include <string.h>

void lines_init(struct lines *l)
{
	l->skipping = false;
	l->carried = 0;
}

bool lines_begun(const struct lines *l)
{
	return l->carried || l->skipping;
}

/* The newline was reached. */
static enum lines_found take_carried(struct lines *l, struct lines_text *out)
{
	if (l->skipping) {
		l->skipping = false;
		return LINES_SKIPPED;
	}
	*out = (struct lines_text){ l->carry, l->carried };
	l->carried = 0;
	return LINES_LINE;
}

static enum lines_found too_long(struct lines *l, const char *at, size_t len, struct lines_text *out)
{
	*out = l->carried ? (struct lines_text){ l->carry, l->carried } :
			    (struct lines_text){ at, len };
	l->skipping = true;
	l->carried = 0;
	return LINES_TOO_LONG;
}

enum lines_found lines_next(struct lines *l, const char **data, const char *end,
			    struct lines_text *out)
{
	const char *at = *data, *newline;
	size_t len;

	if (at == end)
		return LINES_NONE;
	newline = memchr(at, '\n', end - at);
	len = (newline ? newline : end) - at;
	if (!l->skipping && len > LINES_MAX - l->carried)
		return too_long(l, at, len, out);	/* what is left of it is skipped next */
	*data = newline ? newline + 1 : end;
	if (newline && !lines_begun(l)) {
		*out = (struct lines_text){ at, len };
		return LINES_LINE;
	}
	if (!l->skipping) {
		memcpy(l->carry + l->carried, at, len);
		l->carried += len;
	}
	return newline ? take_carried(l, out) : LINES_NONE;
}

enum lines_found lines_end(struct lines *l, struct lines_text *out)
{
	return lines_begun(l) ? take_carried(l, out) : LINES_NONE;
}
