// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/index_command: aunetlog --index: a query without an answer, see indexing.h. */
#include "parser/query/index_command.h"

#include "parser/query/exit_code.h"
#include "parser/query/query.h"

static bool skip(const struct entry *e, bool matched, void *arg)
{
	(void)e;
	(void)matched;
	(void)arg;
	return true;
}

int index_command(struct aunetlog_options *o)
{
	static const struct entry_sink sink = { .entry = skip };

	o->sink = &sink;
	return query_run(o) == AUNETLOG_FAILED ? AUNETLOG_FAILED : AUNETLOG_FOUND;
}
