// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/process: the identity of each process, and the table of processes. */
#include "parser/track/process.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define INIT_PID 1
#define LOOK_MAX 64	/* processes to check for one without a descriptor */

/* Two small numbers: cheaper than uthash's own, which is by the byte. */
static unsigned int hash_of(const struct proc_key *key)
{
	uint64_t h = (key->pid + ((uint64_t)key->node << 40)) * 0x9e3779b97f4a7c15;

	return h >> 32;
}

/* ---- short cuts: the chains of the hash table are cache misses ---- */

static struct proc **recent_of(struct process_table *t, unsigned int hash)
{
	return &t->recent[hash % PROCESS_RECENT];
}

/* By the bits that the hash table does not use. */
static uint8_t *number_of(struct process_table *t, unsigned int hash)
{
	return &t->numbers[hash >> (32 - PROCESS_NUMBERS_BITS)];
}

static void shortcut_add(struct process_table *t, struct proc *p)
{
	uint8_t *number = number_of(t, hash_of(&p->key));

	*number += *number < UINT8_MAX;
	*recent_of(t, hash_of(&p->key)) = p;
}

static void shortcut_remove(struct process_table *t, const struct proc *p)
{
	uint8_t *number = number_of(t, hash_of(&p->key));
	struct proc **recent = recent_of(t, hash_of(&p->key));

	*number -= *number < UINT8_MAX;	/* what is full stays full: it only says "perhaps" */
	if (*recent == p)
		*recent = NULL;
}

void process_init(struct process_table *t)
{
	t->hash = NULL;
	memset(t->recent, 0, sizeof(t->recent));
	memset(t->numbers, 0, sizeof(t->numbers));
	TAILQ_INIT(&t->lru);
	for (int i = 0; i < OWNERS; i++) {
		t->owners[i].count = 0;
		TAILQ_INIT(&t->owners[i].lru);
	}
}

struct proc *process_find(struct process_table *t, uint32_t node, int64_t pid)
{
	struct proc_key key = { .pid = pid, .node = node };
	unsigned int hash = hash_of(&key);
	struct proc **recent = recent_of(t, hash), *p = *recent;

	if (!*number_of(t, hash))
		return NULL;
	if (p && p->key.pid == pid && p->key.node == node)
		return p;
	HASH_FIND_BYHASHVALUE(hh, t->hash, &key, sizeof(key), hash, p);
	if (p)
		*recent = p;
	return p;
}

struct proc *process_add(struct process_table *t, uint32_t node, int64_t pid,
			 unsigned int owner)
{
	struct proc *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->key.pid = pid;
	p->key.node = node;
	p->owner = owner;
	TAILQ_INIT(&p->fds);
	HASH_ADD_BYHASHVALUE(hh, t->hash, key, sizeof(p->key), hash_of(&p->key), p);
	shortcut_add(t, p);
	TAILQ_INSERT_TAIL(&t->lru, p, lru);
	TAILQ_INSERT_TAIL(&t->owners[owner].lru, p, of_owner);
	t->owners[owner].count++;
	return p;
}

void process_touch(struct process_table *t, struct proc *p)
{
	if (!TAILQ_NEXT(p, lru))
		return;
	TAILQ_REMOVE(&t->lru, p, lru);
	TAILQ_INSERT_TAIL(&t->lru, p, lru);
	TAILQ_REMOVE(&t->owners[p->owner].lru, p, of_owner);
	TAILQ_INSERT_TAIL(&t->owners[p->owner].lru, p, of_owner);
}

void process_remove(struct process_table *t, struct proc *p)
{
	shortcut_remove(t, p);
	HASH_DEL(t->hash, p);
	TAILQ_REMOVE(&t->lru, p, lru);
	TAILQ_REMOVE(&t->owners[p->owner].lru, p, of_owner);
	t->owners[p->owner].count--;
	identity_put(p->identity);
	free(p->stale_title);
	free(p);
}

struct proc *process_oldest(struct process_table *t)
{
	return TAILQ_FIRST(&t->lru);
}

struct proc *process_victim(struct process_table *t)
{
	const struct proc_owner *most = &t->owners[0];
	struct proc *p;
	int looked_at = 0;

	for (int i = 1; i < OWNERS; i++)
		if (t->owners[i].count > most->count)
			most = &t->owners[i];
	for (p = TAILQ_FIRST(&most->lru); p && ++looked_at <= LOOK_MAX; p = TAILQ_NEXT(p, of_owner))
		if (TAILQ_EMPTY(&p->fds) && TAILQ_NEXT(p, lru))
			return p;
	p = TAILQ_FIRST(&most->lru);
	return TAILQ_NEXT(p, lru) ? p : process_oldest(t);
}

unsigned int process_count(const struct process_table *t)
{
	return HASH_COUNT(t->hash);
}

static bool text_same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool number_same(const struct optional *a, const struct optional *b)
{
	return a->known == b->known && a->number == b->number;
}

static bool task_same(const struct identity *w, const struct task *t)
{
	return w->ppid == t->ppid && w->uid == t->uid && w->auid == t->auid &&
	       w->ses == t->ses && w->sid == t->sid &&
	       text_same(w->comm, t->comm) && text_same(w->exe, t->exe) &&
	       text_same(w->subj, t->subj) && number_same(&w->egid, &t->egid) &&
	       number_same(&w->cgroup, &t->cgroup) &&
	       text_same(w->pcomm, t->pcomm) &&
	       text_same(w->proctitle, t->proctitle);
}

/* Fills fields that the event lacks from the old identity: the module's records have no
 * proctitle, and no exe once the memory of an exiting task was released; the rules' records
 * have no sid. */
static void task_inherit(struct task *t, const struct identity *old, bool execs)
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
	if (!t->egid.known)
		t->egid = old->egid;
	if (!t->cgroup.known)
		t->cgroup = old->cgroup;
	if (!t->pcomm)
		t->pcomm = old->pcomm;
	if (!t->comm)
		t->comm = old->comm;
	if (!text_same(t->comm, old->comm))
		return;
	if (!t->exe)
		t->exe = old->exe;
	if (!t->proctitle && !execs && text_same(t->exe, old->exe))
		t->proctitle = old->proctitle;
}

/*
 * The kernel reads a task's title once, for its first audited event, and repeats it
 * for life, also after an exec: then it is the title of another program.
 */
static void drop_stale_title(struct proc *p, struct task *t, bool exec)
{
	const char *before = exec ? p->identity->proctitle : NULL;

	/* the module's records have none: it may follow */
	if (before && (!t->proctitle || text_same(t->proctitle, before))) {
		free(p->stale_title);
		p->stale_title = strdup(before);
	}
	if (p->stale_title && text_same(t->proctitle, p->stale_title))
		t->proctitle = NULL;
}

/*
 * io_uring/sqpoll.c and io-wq.c name the threads that the kernel adds to a process iou-sqp-TID
 * and iou-wrk-TID: they act for the program, which has its own name.
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

static bool has_changed(int64_t old, int64_t now)
{
	return old >= 0 && now >= 0 && old != now;
}

/*
 * The program has changed. An exec keeps parent and login session, a parent's exit keeps program
 * and session and makes init the parent, or a manager that rarely has the user changed too. A
 * process enters a session once, from none.
 */
static bool is_replaced(const struct identity *old, const struct task *t)
{
	if (!has_changed(old->ppid, t->ppid))
		return false;
	return (old->ses != ID_UNSET && has_changed(old->ses, t->ses)) ||
	       (t->ppid != INIT_PID && (has_changed(old->uid, t->uid) ||
					has_changed(old->auid, t->auid)));
}

void process_forget_identity(struct proc *p)
{
	identity_put(p->identity);
	p->identity = NULL;
	free(p->stale_title);
	p->stale_title = NULL;
}

enum process_change process_update(struct proc *p, const struct task *task, bool execs)
{
	struct task t = *task;
	struct identity *old = p->identity, *now;
	bool exec = old && old->exe && t.exe && strcmp(old->exe, t.exe);
	bool replaced = exec && is_replaced(old, &t);

	if (old && old->comm && is_io_thread(t.comm))
		t.comm = old->comm;

	if (replaced) {
		free(p->stale_title);
		p->stale_title = NULL;
	} else {
		drop_stale_title(p, &t, exec || (old && execs));
	}
	if (old && !replaced) {
		task_inherit(&t, old, execs);
		if (task_same(old, &t))
			return PROCESS_SAME;
	}
	now = identity_new(&t);
	if (!now)
		return PROCESS_SAME;
	p->identity = now;
	identity_put(old);
	return replaced ? PROCESS_REPLACED : exec ? PROCESS_EXEC : PROCESS_SAME;
}
