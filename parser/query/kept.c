// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/kept: a copy of an entry that outlives the function it was given to. */
#include "parser/query/kept.h"

#include <stdlib.h>
#include <string.h>

static struct identity *copy_identity(const struct identity *id)
{
	struct task t = {
		.pid = id->pid, .ppid = id->ppid, .uid = id->uid, .auid = id->auid,
		.ses = id->ses, .sid = id->sid, .comm = id->comm, .exe = id->exe,
		.subj = id->subj, .proctitle = id->proctitle,
	};
	struct identity *copy = identity_new(&t);

	if (copy)
		copy->unparted = id->unparted;
	return copy;
}

struct entry *kept_new(const struct entry *e)
{
	struct entry *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *e;
	copy->node = e->node ? strdup(e->node) : NULL;
	copy->identity = copy_identity(e->identity);
	if (copy->identity && (copy->node || !e->node))
		return copy;
	kept_free(copy);
	return NULL;
}

void kept_free(struct entry *e)
{
	if (!e)
		return;
	identity_put(e->identity);
	free((char *)e->node);
	free(e);
}
