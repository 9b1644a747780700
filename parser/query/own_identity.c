// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/own_identity: the processes of the latest lines, by their text. */
#include "parser/query/own_identity.h"

#include <stdlib.h>
#include <string.h>

#define PLACES 1024		/* a power of two */
#define HEAD_WORDS 3		/* SID PID UID choose the place */

struct place {
	struct identity *id;	/* owned; NULL: nothing here */
	size_t len;
	char *text;		/* owned */
};

struct own_identities {
	struct place at[PLACES];
};

struct own_identities *own_identities_new(void)
{
	return calloc(1, sizeof(struct own_identities));
}

static void forget(struct place *p)
{
	identity_put(p->id);
	free(p->text);
	*p = (struct place){ .id = NULL };
}

void own_identities_free(struct own_identities *k)
{
	for (int i = 0; k && i < PLACES; i++)
		forget(&k->at[i]);
	free(k);
}

static struct place *place_of(struct own_identities *k, const char *text)
{
	uint32_t hash = 2166136261;
	int words = 0;

	for (; *text; text++) {
		words += *text == ' ';
		if (words == HEAD_WORDS)
			break;
		hash = (hash ^ (unsigned char)*text) * 16777619;
	}
	return &k->at[(hash ^ hash >> 16) & (PLACES - 1)];
}

struct identity *own_identities_find(struct own_identities *k, const char *text, size_t *len)
{
	const struct place *p = place_of(k, text);

	if (!p->id || strncmp(text, p->text, p->len) || (text[p->len] && text[p->len] != ' '))
		return NULL;
	*len = p->len;
	return p->id;
}

void own_identities_add(struct own_identities *k, const char *text, size_t len,
			const struct identity *id)
{
	struct place *p = place_of(k, text);
	struct task t = {
		.pid = id->pid, .ppid = id->ppid, .uid = id->uid, .auid = id->auid,
		.ses = id->ses, .sid = id->sid, .egid = id->egid, .cgroup = id->cgroup,
		.pcomm = id->pcomm, .comm = id->comm, .exe = id->exe, .subj = id->subj,
		.proctitle = id->proctitle,
	};

	forget(p);
	p->id = identity_new(&t);
	p->text = strndup(text, len);
	p->len = len;
	if (!p->id || !p->text)
		forget(p);
	else
		p->id->unparted = id->unparted;
}
