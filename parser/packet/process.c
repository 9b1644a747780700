// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/process: one struct for all connections of a process. */
#include "parser/packet/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "parser/text.h"

#define TEXT_MAX 8192
#define KEY_MAX (64 + 5 * 1024)
#define EXECED_KEY_MAX 96
#define EXECED_MAX 65536

struct known {
	struct packet_process process;
	UT_hash_handle hh;
	size_t len;
	char key[];
};

/* A running process whose exec, or whose parent's, is in the log: it has the arguments. */
struct execed {
	struct packet_process *process;	/* holds a reference */
	UT_hash_handle hh;
	size_t key_len;
	char key[EXECED_KEY_MAX];
};

struct processes {
	struct known *all;
	struct execed *execed;		/* oldest first */
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

static char *decoded(const char *encoded)
{
	char text[TEXT_MAX];

	return encoded && audit_text(encoded, text, sizeof(text)) ? strdup(text) : NULL;
}

static size_t execed_key(const char *node, int64_t pid, char *key)
{
	int n = snprintf(key, EXECED_KEY_MAX, "%lld %s", (long long)pid, node ? node : "");

	return n < EXECED_KEY_MAX ? n : EXECED_KEY_MAX - 1;
}

static struct execed *find_execed(struct processes *p, const char *node, int64_t pid)
{
	char key[EXECED_KEY_MAX];
	struct execed *x;
	size_t len;

	if (!p->execed)
		return NULL;
	len = execed_key(node, pid, key);
	HASH_FIND(hh, p->execed, key, len, x);
	return x;
}

static void forget_execed(struct processes *p, struct execed *x)
{
	HASH_DEL(p->execed, x);
	process_put(x->process);
	free(x);
}

void processes_free(struct processes *p)
{
	struct known *k, *next;

	if (!p)
		return;
	while (p->execed)
		forget_execed(p, p->execed);
	HASH_ITER(hh, p->all, k, next)
		forget(k);
	free(p);
}

/* The arguments of an entry's process. */
struct arguments {
	const char *text;	/* NULL: unknown */
	size_t len;
	bool parted;		/* there is a NUL between two */
};

static bool same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* A line of a connection has blanks in place of the NULs: the exec before it had them. */
static bool is_same(const struct packet_process *execed, const char *exe,
		    const struct arguments *a)
{
	size_t len = execed->arguments_len ? execed->arguments_len - 1 : 0;

	if (!len || !same_text(execed->exe, exe) || (a->text && a->len != len))
		return false;
	for (size_t i = 0; a->text && i < len; i++)
		if (a->text[i] != execed->arguments[i] && (execed->arguments[i] || a->text[i] != ' '))
			return false;
	return true;
}

static struct arguments arguments_of(struct processes *p, const struct entry *e, char *buf,
				     size_t size)
{
	const struct identity *id = e->identity;
	struct arguments a = { .parted = id->proctitle && !id->unparted };
	const struct execed *x = NULL;
	char exe[TEXT_MAX];

	if (id->proctitle) {
		a.len = audit_text(id->proctitle, buf, size);
		a.text = buf;
	}
	if (!a.parted)
		x = find_execed(p, e->node, e->what == PROC_FORK ? id->ppid : id->pid);
	if (!x || !id->exe)
		return a;
	audit_text(id->exe, exe, sizeof(exe));
	if (is_same(x->process, exe, &a))
		a = (struct arguments){ x->process->arguments, x->process->arguments_len - 1, true };
	return a;
}

/* Makes the key by which two processes are the same: a pid can be reused. Arguments are the
 * same with blanks and with NULs. */
static size_t make_key(const struct entry *e, const struct arguments *a, char *key)
{
	const struct identity *id = e->identity;
	const int64_t numbers[] = { id->pid, id->ppid, id->uid, gid_of(id) };
	size_t used = sizeof(numbers), len = a->len < 1000 ? a->len : 1000;

	memcpy(key, numbers, sizeof(numbers));
	used = add_text(key, used, e->node);
	used = add_text(key, used, id->comm);
	used = add_text(key, used, id->exe);
	for (size_t i = 0; a->text && i < len; i++)
		key[used++] = a->text[i] ? a->text[i] : ' ';
	return used;
}

static void set_arguments(struct packet_process *p, const struct arguments *a)
{
	if (p->arguments || !a->parted || !a->len)
		return;
	p->arguments = malloc(a->len + 1);
	if (!p->arguments)
		return;
	memcpy(p->arguments, a->text, a->len);
	p->arguments[a->len] = 0;
	p->arguments_len = a->len + 1;
}

static struct known *add(struct processes *p, const struct entry *e, const char *key, size_t len)
{
	struct known *k = calloc(1, sizeof(*k) + len);
	const struct identity *id = e->identity;

	if (!k)
		return NULL;
	k->process = (struct packet_process){ .pid = id->pid, .ppid = id->ppid, .uid = id->uid,
					      .gid = gid_of(id), .of = p };
	k->process.comm = decoded(id->comm);
	k->process.exe = decoded(id->exe);
	k->len = len;
	memcpy(k->key, key, len);
	HASH_ADD_KEYPTR(hh, p->all, k->key, len, k);
	return k;
}

struct packet_process *process_get(struct processes *p, const struct entry *e)
{
	char key[KEY_MAX], title[TEXT_MAX];
	struct arguments a;
	struct known *k;
	size_t len;

	if (e->identity->pid < 0)
		return NULL;
	a = arguments_of(p, e, title, sizeof(title));
	len = make_key(e, &a, key);
	HASH_FIND(hh, p->all, key, len, k);
	if (!k)
		k = add(p, e, key, len);
	if (!k)
		return NULL;
	set_arguments(&k->process, &a);
	k->process.refs++;
	return &k->process;
}

void process_event(struct processes *p, const struct entry *e, struct packet_process *process)
{
	struct execed *x = find_execed(p, e->node, process->pid);

	if (x)
		forget_execed(p, x);
	if (e->what == PROC_END || !process->arguments)
		return;
	if (HASH_COUNT(p->execed) >= EXECED_MAX)
		forget_execed(p, p->execed);
	x = calloc(1, sizeof(*x));
	if (!x)
		return;
	x->key_len = execed_key(e->node, process->pid, x->key);
	x->process = process;
	process->refs++;
	HASH_ADD_KEYPTR(hh, p->execed, x->key, x->key_len, x);
}

void process_put(struct packet_process *p)
{
	if (p && !--p->refs)
		forget((struct known *)p);
}
