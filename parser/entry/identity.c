// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/identity: who a process was at one moment. */
#include "parser/entry/identity.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "parser/text.h"

/* Formats cache what they made of an identity under this number: an address could
 * belong to another identity by then. */
uint64_t identity_generation(void)
{
	static atomic_uint_least64_t last;

	return atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
}

struct identity *identity_new(const struct task *t)
{
	struct identity *id = malloc(sizeof(*id) + text_size(t->pcomm) + text_size(t->comm) +
				     text_size(t->exe) + text_size(t->subj) +
				     text_size(t->proctitle));
	char *to;

	if (!id)
		return NULL;
	to = id->text;
	id->refs = 1;
	id->generation = identity_generation();
	id->pid = t->pid;
	id->ppid = t->ppid;
	id->uid = t->uid;
	id->auid = t->auid;
	id->ses = t->ses;
	id->sid = t->sid;
	id->egid = t->egid;
	id->cgroup = t->cgroup;
	id->pcomm = text_copy(t->pcomm, &to);
	id->comm = text_copy(t->comm, &to);
	id->exe = text_copy(t->exe, &to);
	id->subj = text_copy(t->subj, &to);
	id->proctitle = text_copy(t->proctitle, &to);
	id->unparted = false;
	return id;
}

struct identity *identity_unknown(void)
{
	static struct identity unknown = {
		.refs = 1,
		.pid = ID_UNKNOWN, .ppid = ID_UNKNOWN, .uid = ID_UNKNOWN,
		.auid = ID_UNKNOWN, .ses = ID_UNKNOWN, .sid = ID_UNKNOWN,
	};

	return &unknown;
}

struct identity *identity_get(struct identity *id)
{
	id->refs++;
	return id;
}

void identity_put(struct identity *id)
{
	if (id && !--id->refs)
		free(id);
}
