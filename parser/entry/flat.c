// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/flat: what the formats of key=value pairs have in common. */
#include "parser/entry/flat.h"

#include <stdlib.h>

#include "parser/entry/line.h"
#include "parser/text.h"

static size_t copy(const char *text, size_t len, char *buf)
{
	if (len > FLAT_MAX)
		len = FLAT_MAX;
	memcpy(buf, text, len);
	return len;
}

_Static_assert(FLAT_MAX >= NETADDR_TEXT_MAX, "an address fits");

size_t flat_value(enum field_id id, const struct field_value *v, char *buf)
{
	struct put p = { .to = buf, .end = buf + FLAT_MAX };
	size_t len;

	_Static_assert(FLAT_MAX >= NETADDR_TEXT_MAX, "an address fits");
	switch (fields[id].type) {
	case TYPE_ADDRESS:
		return netaddr_format_ip(v->address, buf);
	case TYPE_TEXT:
		return audit_text(v->text, buf, FLAT_MAX);
	case TYPE_ARGUMENTS:
		len = audit_text(v->text, buf, FLAT_MAX);
		for (size_t i = 0; i < len; i++)
			if (!buf[i])
				buf[i] = ' ';
		return len;
	case TYPE_NAME:
		return copy(v->text, strlen(v->text), buf);
	default:
		line_put_value(&p, id, v);
		return p.to - buf;
	}
}

void *flat_open(const char *argument, const struct format_host *host, char *error,
		size_t size)
{
	struct format_host *copy = malloc(sizeof(*copy));

	(void)argument;
	if (copy)
		*copy = *host;
	else
		snprintf(error, size, "out of memory");
	return copy;
}

void flat_put_id(struct put *p, const char *name)
{
	for (; *name; name++)
		put_char(p, *name == ' ' ? '-' : *name);
}

bool flat_is_in(const struct entry *e)
{
	return entry_is_listen(e) || entry_direction(e) == DIRECTION_IN;
}

void flat_drop_first(struct put *p, char *start)
{
	if (p->to > start) {
		memmove(start, start + 1, p->to - start - 1);
		p->to--;
	}
}
