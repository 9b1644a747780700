// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/pair_side: one side of a pair. */
#include "parser/query/pair_side.h"

#include <inttypes.h>
#include <stdio.h>

bool pair_is_opener(const struct side *s)
{
	if (!s->peer)
		return true;
	if (!s->unknown_direction)
		return !s->inbound;
	if (!s->peer->unknown_direction)
		return s->peer->inbound;
	return s->remote.port < s->local.port || (s->remote.port == s->local.port && s < s->peer);
}

bool pair_matched(const struct side *s)
{
	return s->matched || (s->peer && s->peer->matched);
}

size_t pair_process(const struct side *s, char *buf, size_t size)
{
	char pid[24] = "-";
	int n;

	if (s->pid >= 0)
		snprintf(pid, sizeof(pid), "%" PRId64, s->pid);
	n = snprintf(buf, size, "%s[%s]%s%s", s->comm ? s->comm : "-", pid, s->node ? "@" : "",
		     s->node ? s->node : "");
	return n < (int)size ? n : (int)size - 1;
}
