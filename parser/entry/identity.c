// SPDX-License-Identifier: GPL-2.0-or-later
/* entry/identity: the identity of a process at one moment. */
#include "parser/entry/identity.h"

#include <stdlib.h>

#include "parser/text.h"

struct identity *identity_new(const struct task *t)
{
	struct identity *w = malloc(sizeof(*w) + audit_text_size(t->comm) +
			       audit_text_size(t->exe) + audit_text_size(t->subj) +
			       audit_text_size(t->proctitle));
	char *to;

	if (!w)
		return NULL;
	to = w->text;
	w->refs = 1;
	w->extras = NULL;
	w->pid = t->pid;
	w->ppid = t->ppid;
	w->uid = t->uid;
	w->auid = t->auid;
	w->ses = t->ses;
	w->sid = t->sid;
	w->comm = audit_text_copy(t->comm, &to);
	w->exe = audit_text_copy(t->exe, &to);
	w->subj = audit_text_copy(t->subj, &to);
	w->proctitle = audit_text_copy(t->proctitle, &to);
	return w;
}

struct identity *identity_get(struct identity *w)
{
	w->refs++;
	return w;
}

void identity_put(struct identity *w)
{
	if (!w || --w->refs)
		return;
	free(w->extras);
	free(w);
}
