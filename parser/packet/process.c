// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/process: one struct for all connections of a process. */
#include "parser/packet/process.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "parser/text.h"

#define TEXT_MAX 8192
#define KEY_MAX (64 + 5 * 1024)

struct known {
	struct packet_process process;
	UT_hash_handle hh;
	size_t len;
	char key[];
};

struct processes {
	struct known *all;
};

struct processes *processes_new(void)
{
	return calloc(1, sizeof(struct processes));
}

static void forget(struct known *k)
{
	HASH_DEL(k->process.of->all, k);
	free(k->process.comm);
	free(k->process.exe);
	free(k->process.arguments);
	free(k);
}

void processes_free(struct processes *p)
{
	struct known *k, *next;

	if (!p)
		return;
	HASH_ITER(hh, p->all, k, next)
		forget(k);
	free(p);
}

static size_t add_text(char *key, size_t used, const char *text)
{
	size_t len = text ? strnlen(text, 1000) : 0;

	key[used++] = text ? 't' : '-';
	if (text)
		memcpy(key + used, text, len);
	used += len;
	key[used++] = 0;
	return used;
}

static int64_t gid_of(const struct identity *id)
{
	return id->egid.known ? id->egid.number : ID_UNKNOWN;
}

/* Makes the key by which two processes are the same: a pid can be given out again. */
static size_t make_key(const struct entry *e, char *key)
{
	const struct identity *id = e->identity;
	const int64_t numbers[] = { id->pid, id->ppid, id->uid, gid_of(id) };
	size_t used = sizeof(numbers);

	memcpy(key, numbers, sizeof(numbers));
	used = add_text(key, used, e->node);
	used = add_text(key, used, id->comm);
	used = add_text(key, used, id->exe);
	return add_text(key, used, id->proctitle);
}

/* The copy has a NUL behind its end that len does not count. */
static char *decoded(const char *encoded, size_t *len)
{
	char text[TEXT_MAX], *copy;

	*len = encoded ? audit_text(encoded, text, sizeof(text)) : 0;
	copy = *len ? malloc(*len + 1) : NULL;
	if (copy)
		memcpy(copy, text, *len + 1);
	return copy;
}

static struct known *add(struct processes *p, const struct entry *e, const char *key, size_t len)
{
	struct known *k = calloc(1, sizeof(*k) + len);
	const struct identity *id = e->identity;
	size_t unused;

	if (!k)
		return NULL;
	k->process = (struct packet_process){ .pid = id->pid, .ppid = id->ppid, .uid = id->uid,
					      .gid = gid_of(id), .of = p };
	k->process.comm = decoded(id->comm, &unused);
	k->process.exe = decoded(id->exe, &unused);
	/* without the places between them they are no arguments */
	if (!id->unparted)
		k->process.arguments = decoded(id->proctitle, &k->process.arguments_len);
	if (k->process.arguments)
		k->process.arguments_len++;
	k->len = len;
	memcpy(k->key, key, len);
	HASH_ADD_KEYPTR(hh, p->all, k->key, len, k);
	return k;
}

struct packet_process *process_get(struct processes *p, const struct entry *e)
{
	char key[KEY_MAX];
	struct known *k;
	size_t len;

	if (e->identity->pid < 0)
		return NULL;
	len = make_key(e, key);
	HASH_FIND(hh, p->all, key, len, k);
	if (!k)
		k = add(p, e, key, len);
	if (!k)
		return NULL;
	k->process.refs++;
	return &k->process;
}

void process_put(struct packet_process *p)
{
	if (p && !--p->refs)
		forget((struct known *)p);
}
