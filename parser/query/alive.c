// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/alive: the audit events that produced the sockets that are open. */
#include "parser/query/alive.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <uthash.h>

#define STAMPS 8		/* per socket: the first ones, and the latest */
#define PROCESSES_MAX 4096
#define NODE_MAX 256
#define BY_SOCKET (-1)		/* key.pid of a socket that is known by its cookie or inode */
#define OF_PROCESS (-2)		/* key.fd of what is the process's own: exec and fork */

/* Compared byte by byte, so every byte is set. */
struct key {
	uint64_t node;
	int64_t pid, fd;
};

struct socket {
	struct key key;
	struct stamp stamps[STAMPS];
	unsigned int count;
	char *node;
	LIST_ENTRY(socket) of_process;
	UT_hash_handle hh;
};

struct process {
	struct key key;		/* fd 0 */
	LIST_HEAD(, socket) sockets;
	UT_hash_handle hh;
};

/* The latest event that names the program of a process. */
struct latest {
	struct key key;		/* fd 0 */
	struct stamp stamp;
	char *node;
	UT_hash_handle hh;
};

struct alive {
	struct latest *latest;	/* in the order of their news */
	bool module;		/* the module's release records follow an exit */
	struct socket *sockets;	/* in the order of their last news */
	struct process *processes;
};

struct alive *alive_new(void)
{
	return calloc(1, sizeof(struct alive));
}

static uint64_t node_hash(const char *node)
{
	uint64_t h = 0;

	while (node && *node)
		h = h * 31 + (unsigned char)*node++;
	return h;
}

static struct key key_of(const struct event *e, int64_t pid, int64_t fd)
{
	return (struct key){ node_hash(e->node), pid, fd };
}

static struct process *find_process(const struct alive *a, struct key k)
{
	struct process *p;

	k.fd = 0;
	HASH_FIND(hh, a->processes, &k, sizeof(k), p);
	return p;
}

static struct socket *find(const struct alive *a, const struct key *k)
{
	struct socket *s;

	HASH_FIND(hh, a->sockets, k, sizeof(*k), s);
	return s;
}

static void drop(struct alive *a, struct socket *s)
{
	struct process *p = find_process(a, s->key);

	LIST_REMOVE(s, of_process);
	HASH_DEL(a->sockets, s);
	free(s->node);
	free(s);
	if (!p || !LIST_EMPTY(&p->sockets))
		return;
	HASH_DEL(a->processes, p);
	free(p);
}

static struct process *add_process(struct alive *a, struct key k)
{
	struct process *p = find_process(a, k);

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	k.fd = 0;
	p->key = k;
	HASH_ADD(hh, a->processes, key, sizeof(p->key), p);
	return p;
}

static struct socket *add(struct alive *a, const struct key *k, const char *node)
{
	struct socket *s = calloc(1, sizeof(*s));
	struct process *p;

	if (HASH_COUNT(a->sockets) >= ALIVE_MAX)
		drop(a, a->sockets);
	p = s ? add_process(a, *k) : NULL;
	if (!p) {
		free(s);
		return NULL;
	}
	s->key = *k;
	s->node = node ? strndup(node, NODE_MAX) : NULL;
	HASH_ADD(hh, a->sockets, key, sizeof(s->key), s);
	LIST_INSERT_HEAD(&p->sockets, s, of_process);
	return s;
}

static void append(struct alive *a, const struct event *e, struct key k)
{
	struct socket *s = find(a, &k);

	if (!s)
		s = add(a, &k, e->node);
	if (!s)
		return;
	if (s->count == STAMPS) {	/* how it began is kept */
		memmove(s->stamps + STAMPS / 2, s->stamps + STAMPS / 2 + 1,
			(STAMPS / 2 - 1) * sizeof(*s->stamps));
		s->count--;
	}
	s->stamps[s->count++] = e->stamp;
}

/* Another socket has that number now. */
static void begin(struct alive *a, const struct event *e, struct key k)
{
	struct socket *s = find(a, &k);

	if (s)
		drop(a, s);
	append(a, e, k);
}

static void end(struct alive *a, struct key k)
{
	struct socket *s = find(a, &k);

	if (s)
		drop(a, s);
}

static void copy(struct alive *a, const struct event *e, const struct socket *from, struct key k)
{
	struct socket *s;

	end(a, k);
	s = add(a, &k, e->node);
	if (!s)
		return;
	memcpy(s->stamps, from->stamps, sizeof(s->stamps));
	s->count = from->count;
	append(a, e, k);
}

/* Its local end is that of the listener. */
static void on_accept(struct alive *a, const struct event *e)
{
	struct key from = key_of(e, e->task.pid, e->fd), to = key_of(e, e->task.pid, e->result);
	struct socket *s = find(a, &from);

	if (s && e->fd != e->result)
		copy(a, e, s, to);
	else
		begin(a, e, to);
}

static void on_close(struct alive *a, const struct event *e)
{
	struct process *p = find_process(a, key_of(e, e->task.pid, 0));
	struct socket *s, *next;

	for (s = p ? LIST_FIRST(&p->sockets) : NULL; s; s = next) {
		next = LIST_NEXT(s, of_process);
		if (s->key.fd < (unsigned int)e->fd || s->key.fd > (unsigned int)e->newfd)
			continue;
		if (e->cloexec)
			append(a, e, s->key);
		else
			drop(a, s);
	}
}

static void on_dup(struct alive *a, const struct event *e)
{
	struct key from = key_of(e, e->task.pid, e->fd);
	struct socket *s = find(a, &from);

	if (s && e->fd != e->newfd)
		copy(a, e, s, key_of(e, e->task.pid, e->newfd));
	else if (!s)
		end(a, key_of(e, e->task.pid, e->newfd));
}

static void on_fork(struct alive *a, const struct event *e)
{
	struct process *p = find_process(a, key_of(e, e->task.pid, 0));
	struct socket *s;

	if (e->result <= 0 || !p)
		return;
	LIST_FOREACH(s, &p->sockets, of_process)
		if (HASH_COUNT(a->sockets) < ALIVE_MAX)	/* else p may lose one of these */
			copy(a, e, s, key_of(e, e->result, s->key.fd));
}

static void on_exit_group(struct alive *a, const struct event *e)
{
	struct process *p = find_process(a, key_of(e, e->task.pid, 0));
	struct socket *s, *next;

	for (s = p ? LIST_FIRST(&p->sockets) : NULL; s; s = next) {
		next = LIST_NEXT(s, of_process);
		drop(a, s);
	}
}

static void on_boot(struct alive *a, const struct event *e)
{
	uint64_t node = node_hash(e->node);
	struct socket *s, *next;

	HASH_ITER(hh, a->sockets, s, next)
		if (s->key.node == node)
			drop(a, s);
}

/* An accepted MPTCP socket has its listener's cookie. */
static struct key module_key(const struct event *e)
{
	bool cookie = e->cookie && e->proto != PROTO_MPTCP;

	return key_of(e, BY_SOCKET, cookie ? e->cookie : e->ino);
}

static void on_module(struct alive *a, const struct event *e)
{
	struct key k = module_key(e);

	switch (e->op) {
	case NETLOG_OP_LOAD:
	case NETLOG_OP_UNLOAD:
		begin(a, e, key_of(e, BY_SOCKET, OF_PROCESS));
		break;
	case NETLOG_OP_CONNECT:
	case NETLOG_OP_ACCEPT:
		begin(a, e, k);
		break;
	case NETLOG_OP_RELEASE:
	case NETLOG_OP_FAIL:
		end(a, k);
		break;
	case NETLOG_OP_EXIT:
		break;
	default:
		append(a, e, k);
		break;
	}
}

static void drop_latest(struct alive *a, struct latest *l)
{
	HASH_DEL(a->latest, l);
	free(l->node);
	free(l);
}

static void note_program(struct alive *a, const struct event *e)
{
	struct key k = key_of(e, e->task.pid, 0);
	struct latest *l;

	if (e->task.pid < 0)
		return;
	HASH_FIND(hh, a->latest, &k, sizeof(k), l);
	if (l && (e->task.exe || (e->kind == EVENT_EXIT_GROUP && !a->module)))
		drop_latest(a, l);
	if (!e->task.exe || (e->kind == EVENT_EXIT_GROUP && !a->module))
		return;
	if (HASH_COUNT(a->latest) >= PROCESSES_MAX)
		drop_latest(a, a->latest);
	l = calloc(1, sizeof(*l));
	if (!l)
		return;
	l->key = k;
	l->stamp = e->stamp;
	l->node = e->node ? strndup(e->node, NODE_MAX) : NULL;
	HASH_ADD(hh, a->latest, key, sizeof(l->key), l);
}

void alive_event(struct alive *a, const struct event *e)
{
	a->module |= e->kind == EVENT_MODULE;
	note_program(a, e);
	switch (e->kind) {
	case EVENT_SOCKET:
		begin(a, e, key_of(e, e->task.pid, e->result));
		break;
	case EVENT_ACCEPT:
		on_accept(a, e);
		break;
	case EVENT_BIND:
	case EVENT_LISTEN:
	case EVENT_CONNECT:
	case EVENT_CLOEXEC:
		append(a, e, key_of(e, e->task.pid, e->fd));
		break;
	case EVENT_CLOSE:	on_close(a, e); break;
	case EVENT_DUP:		on_dup(a, e); break;
	case EVENT_FORK:	on_fork(a, e); break;
	case EVENT_EXEC:
		if (find_process(a, key_of(e, e->task.pid, 0)))
			append(a, e, key_of(e, e->task.pid, OF_PROCESS));
		break;
	case EVENT_EXIT_GROUP:	on_exit_group(a, e); break;
	case EVENT_BOOT:	on_boot(a, e); break;
	case EVENT_MODULE:	on_module(a, e); break;
	default:		break;
	}
}

/* ---- events that produced an entry ---- */

struct behind {
	void (*fn)(const struct stamp *event, const char *node, void *arg);
	void *arg;
};

static void give(const struct socket *s, const struct behind *b)
{
	for (unsigned int i = 0; s && i < s->count; i++)
		b->fn(&s->stamps[i], s->node, b->arg);
}

static bool is_same(const struct stamp *a, const struct stamp *b)
{
	return a->serial == b->serial && a->sec == b->sec && a->milli == b->milli;
}

static bool has_stamp(const struct socket *s, const struct stamp *event)
{
	for (unsigned int i = 0; i < s->count; i++)
		if (is_same(&s->stamps[i], event))
			return true;
	return false;
}

/* The sockets of a process that the event of the start is one of. */
static void give_of_process(const struct alive *a, const struct entry *e, int64_t pid,
			    const struct behind *b)
{
	struct key k = { node_hash(e->node), pid, 0 };
	const struct process *p = pid >= 0 && e->ev.serial ? find_process(a, k) : NULL;
	const struct socket *s;

	if (p)
		LIST_FOREACH(s, &p->sockets, of_process)
			if (has_stamp(s, &e->ev))
				give(s, b);
}

void alive_behind(const struct alive *a, const struct entry *e, const struct event *now,
		  void (*fn)(const struct stamp *event, const char *node, void *arg), void *arg)
{
	struct behind b = { fn, arg };
	struct key by_fd = key_of(now, now->task.pid, now->fd), by_socket = module_key(now);
	struct key program = { node_hash(e->node), e->identity->pid, 0 };
	const struct latest *l;

	fn(&now->stamp, now->node, arg);
	if (now->kind == EVENT_MODULE)
		give(find(a, &by_socket), &b);
	else if (is_same(&now->stamp, &e->ev) && now->fd >= 0)
		give(find(a, &by_fd), &b);	/* it does not have this event yet */
	give_of_process(a, e, e->identity->pid, &b);
	give_of_process(a, e, e->opener, &b);
	HASH_FIND(hh, a->latest, &program, sizeof(program), l);
	if (l)
		fn(&l->stamp, l->node, arg);
}

void alive_free(struct alive *a)
{
	struct socket *s, *next;

	while (a && a->latest)
		drop_latest(a, a->latest);
	if (!a)
		return;
	HASH_ITER(hh, a->sockets, s, next)
		drop(a, s);
	free(a);
}
