// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/process: who each process is, and the table of processes. */
#include "process.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

size_t audit_text_size(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

const char *audit_text_copy(const char *s, char **to)
{
	char *start = *to;
	size_t n = audit_text_size(s);

	if (!s)
		return NULL;
	memcpy(start, s, n);
	*to += n;
	return start;
}

struct who *who_new(const struct task *t)
{
	struct who *w = malloc(sizeof(*w) + audit_text_size(t->comm) +
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

struct who *who_get(struct who *w)
{
	w->refs++;
	return w;
}

void who_put(struct who *w)
{
	if (!w || --w->refs)
		return;
	free(w->extras);
	free(w);
}

/* 0 to 15, or 255 for what is no hex digit. */
static const uint8_t hex_value[256] = {
	[0 ... 255] = 255,
	['0'] = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
	['A'] = 10, 11, 12, 13, 14, 15,
	['a'] = 10, 11, 12, 13, 14, 15,
};

/* Returns the number of bytes, or -1 when it is not all hex. */
static ssize_t decode_hex(const char *s, size_t len, char *buf, size_t max)
{
	const unsigned char *h = (const unsigned char *)s;
	size_t n = len / 2;
	unsigned int wrong = 0;

	if (!len || len % 2)
		return -1;
	for (size_t i = 0; i < n; i++) {
		unsigned int hi = hex_value[h[2 * i]], lo = hex_value[h[2 * i + 1]];

		wrong |= (hi | lo) & 0xf0;
		if (i < max)
			buf[i] = hi << 4 | lo;
	}
	return wrong ? -1 : (ssize_t)(n < max ? n : max);
}

size_t audit_text(const char *s, char *buf, size_t size)
{
	size_t len = strlen(s);
	ssize_t n;

	if (*s == '"') {
		s++;
		len--;
		if (len && s[len - 1] == '"')
			len--;
	} else {
		n = decode_hex(s, len, buf, size - 1);
		if (n >= 0) {
			buf[n] = 0;
			return n;
		}
	}
	if (len > size - 1)
		len = size - 1;
	memcpy(buf, s, len);
	buf[len] = 0;
	return len;
}

void process_init(struct process_table *t)
{
	t->hash = NULL;
	TAILQ_INIT(&t->lru);
}

struct proc *process_find(struct process_table *t, uint32_t node, int64_t pid)
{
	struct proc_key key = { .pid = pid, .node = node };
	struct proc *p;

	HASH_FIND(hh, t->hash, &key, sizeof(key), p);
	return p;
}

struct proc *process_add(struct process_table *t, uint32_t node, int64_t pid)
{
	struct proc *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->key.pid = pid;
	p->key.node = node;
	LIST_INIT(&p->fds);
	HASH_ADD(hh, t->hash, key, sizeof(p->key), p);
	TAILQ_INSERT_TAIL(&t->lru, p, lru);
	return p;
}

void process_touch(struct process_table *t, struct proc *p)
{
	if (!TAILQ_NEXT(p, lru))
		return;
	TAILQ_REMOVE(&t->lru, p, lru);
	TAILQ_INSERT_TAIL(&t->lru, p, lru);
}

void process_remove(struct process_table *t, struct proc *p)
{
	HASH_DEL(t->hash, p);
	TAILQ_REMOVE(&t->lru, p, lru);
	who_put(p->who);
	free(p->stale_title);
	free(p);
}

struct proc *process_oldest(struct process_table *t)
{
	return TAILQ_FIRST(&t->lru);
}

unsigned int process_count(const struct process_table *t)
{
	return HASH_COUNT(t->hash);
}

static bool text_same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool task_same(const struct who *w, const struct task *t)
{
	return w->ppid == t->ppid && w->uid == t->uid && w->auid == t->auid &&
	       w->ses == t->ses && w->sid == t->sid &&
	       text_same(w->comm, t->comm) && text_same(w->exe, t->exe) &&
	       text_same(w->subj, t->subj) &&
	       text_same(w->proctitle, t->proctitle);
}

/* Fills from the old identity what the event left out: the module's records
 * have no proctitle, and no exe once the memory of an exiting task is gone;
 * the rules' records have no sid. */
static void task_inherit(struct task *t, const struct who *old)
{
	if (t->ppid == ID_UNKNOWN)
		t->ppid = old->ppid;
	if (t->uid == ID_UNKNOWN)
		t->uid = old->uid;
	if (t->auid == ID_UNKNOWN)
		t->auid = old->auid;
	if (t->ses == ID_UNKNOWN)
		t->ses = old->ses;
	if (t->sid == ID_UNKNOWN)
		t->sid = old->sid;
	if (!t->subj)
		t->subj = old->subj;
	if (!t->comm)
		t->comm = old->comm;
	if (!text_same(t->comm, old->comm))
		return;
	if (!t->exe)
		t->exe = old->exe;
	if (!t->proctitle && text_same(t->exe, old->exe))
		t->proctitle = old->proctitle;
}

/*
 * The kernel reads a task's title once, for its first audited event, and repeats it
 * for life, also after an exec: then it is the title of another program.
 */
static void drop_stale_title(struct proc *p, struct task *t, bool exec)
{
	const char *before = exec ? p->who->proctitle : NULL;

	/* the module's records have none: it may still come */
	if (before && (!t->proctitle || text_same(t->proctitle, before))) {
		free(p->stale_title);
		p->stale_title = strdup(before);
	}
	if (p->stale_title && text_same(t->proctitle, p->stale_title))
		t->proctitle = NULL;
}

/*
 * io_uring/sqpoll.c and io-wq.c name the threads that the kernel adds to a process
 * iou-sqp-TID and iou-wrk-TID: they do what the program asked for, which has a
 * name of its own.
 */
static bool is_io_thread(const char *comm)
{
	if (!comm)
		return false;
	if (*comm == '"')
		comm++;
	if (strncmp(comm, "iou-sqp-", 8) && strncmp(comm, "iou-wrk-", 8))
		return false;
	comm += 8;
	comm += strspn(comm, "0123456789");
	return !*comm || *comm == '"';
}

bool process_update(struct proc *p, const struct task *task)
{
	struct task t = *task;
	struct who *old = p->who, *now;
	bool exec = old && old->exe && t.exe && strcmp(old->exe, t.exe);

	if (old && old->comm && is_io_thread(t.comm))
		t.comm = old->comm;

	drop_stale_title(p, &t, exec);
	if (old) {
		task_inherit(&t, old);
		if (task_same(old, &t))
			return false;
	}
	now = who_new(&t);
	if (!now)
		return false;
	p->who = now;
	who_put(old);
	return exec;
}
