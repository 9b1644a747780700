// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/alive: the audit events that produced the sockets that are open. */
#include "parser/query/alive.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "parser/query/alive_table.h"

#define PROCESSES_MAX 4096
#define BY_SOCKET (-1)		/* key.pid of a socket that is known by its cookie or inode */
#define OF_PROCESS (-2)		/* key.fd of what is the process's own: exec and fork */
#define OF_CHILDREN (-3)	/* key.fd of children of which only the exit is known */

/* The latest event that names the program of a process. */
struct latest {
	struct alive_key key;	/* fd 0 */
	struct stamp stamp;
	char *node;
	UT_hash_handle hh;
};

struct alive {
	struct latest *latest;	/* in the order of their news */
	bool module;		/* the module's release records follow an exit */
	struct alive_table table;
};

struct alive *alive_new(void)
{
	return calloc(1, sizeof(struct alive));
}

static struct alive_key key_of(const struct event *e, int64_t pid, int64_t fd)
{
	return (struct alive_key){ alive_node(e->node), pid, fd };
}

/* Its local end is that of the listener. */
static void on_accept(struct alive *a, const struct event *e)
{
	struct alive_key from = key_of(e, e->task.pid, e->fd), to = key_of(e, e->task.pid, e->result);
	struct alive_socket *s = alive_find(&a->table, &from);

	if (s && e->fd != e->result)
		alive_copy(&a->table, e, s, to);
	else
		alive_begin(&a->table, e, to);
}

static void on_close(struct alive *a, const struct event *e)
{
	struct alive_process *p = alive_find_process(&a->table, key_of(e, e->task.pid, 0));
	struct alive_socket *s, *next;

	for (s = p ? LIST_FIRST(&p->sockets) : NULL; s; s = next) {
		next = LIST_NEXT(s, of_process);
		if (s->key.fd < (unsigned int)e->fd || s->key.fd > (unsigned int)e->newfd)
			continue;
		if (e->cloexec)
			alive_append(&a->table, e, s->key);
		else
			alive_drop(&a->table, s);
	}
}

static void on_dup(struct alive *a, const struct event *e)
{
	struct alive_key from = key_of(e, e->task.pid, e->fd);
	struct alive_socket *s = alive_find(&a->table, &from);

	if (s && e->fd != e->newfd)
		alive_copy(&a->table, e, s, key_of(e, e->task.pid, e->newfd));
	else if (!s)
		alive_end(&a->table, key_of(e, e->task.pid, e->newfd));
}

static void on_fork(struct alive *a, const struct event *e)
{
	struct alive_process *p = alive_find_process(&a->table, key_of(e, e->task.pid, 0));
	struct alive_socket *s;

	if (e->result <= 0 || e->result == e->task.pid || !p)
		return;
	LIST_FOREACH(s, &p->sockets, of_process)
		if (HASH_COUNT(a->table.sockets) < ALIVE_MAX)	/* else p may lose one of these */
			alive_copy(&a->table, e, s, key_of(e, e->result, s->key.fd));
}

static void on_exit_group(struct alive *a, const struct event *e)
{
	struct alive_process *p = alive_find_process(&a->table, key_of(e, e->task.pid, 0));
	struct alive_socket *s, *next;

	for (s = p ? LIST_FIRST(&p->sockets) : NULL; s; s = next) {
		next = LIST_NEXT(s, of_process);
		alive_drop(&a->table, s);
	}
}

static void on_boot(struct alive *a, const struct event *e)
{
	uint64_t node = alive_node(e->node);
	struct alive_socket *s, *next;

	HASH_ITER(hh, a->table.sockets, s, next)
		if (s->key.node == node)
			alive_drop(&a->table, s);
}

/* An accepted MPTCP socket has its listener's cookie. */
static struct alive_key module_key(const struct event *e)
{
	bool cookie = e->cookie && e->proto != PROTO_MPTCP;

	return key_of(e, BY_SOCKET, cookie ? e->cookie : e->ino);
}

static void on_module(struct alive *a, const struct event *e)
{
	struct alive_key k = module_key(e);

	switch (e->op) {
	case NETLOG_OP_LOAD:
	case NETLOG_OP_UNLOAD:
		alive_begin(&a->table, e, key_of(e, BY_SOCKET, OF_PROCESS));
		break;
	case NETLOG_OP_CONNECT:
	case NETLOG_OP_ACCEPT:
		alive_begin(&a->table, e, k);
		break;
	case NETLOG_OP_RELEASE:
	case NETLOG_OP_FAIL:
		alive_end(&a->table, k);
		break;
	case NETLOG_OP_EXIT:
		break;
	default:
		alive_append(&a->table, e, k);
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
	struct alive_key k = key_of(e, e->task.pid, 0);
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
	l->node = e->node ? strndup(e->node, ALIVE_NODE_MAX) : NULL;
	HASH_ADD(hh, a->latest, key, sizeof(l->key), l);
}

/* Before note_program(). A process that was seen to have children may leave its listeners to
 * another one, unseen (parser/track/ending). */
static void note_child(struct alive *a, const struct event *e)
{
	struct alive_key self = key_of(e, e->task.pid, 0);
	struct latest *known;

	if (e->kind != EVENT_EXIT_GROUP || e->task.pid < 0 || e->task.ppid < 0)
		return;
	HASH_FIND(hh, a->latest, &self, sizeof(self), known);
	if (!known && alive_find_process(&a->table, key_of(e, e->task.ppid, 0)))
		alive_append(&a->table, e, key_of(e, e->task.ppid, OF_CHILDREN));
}

void alive_event(struct alive *a, const struct event *e)
{
	a->module |= e->kind == EVENT_MODULE;
	note_child(a, e);
	note_program(a, e);
	switch (e->kind) {
	case EVENT_SOCKET:
		alive_begin(&a->table, e, key_of(e, e->task.pid, e->result));
		break;
	case EVENT_ACCEPT:
		on_accept(a, e);
		break;
	case EVENT_BIND:
	case EVENT_LISTEN:
	case EVENT_CONNECT:
	case EVENT_CLOEXEC:
		alive_append(&a->table, e, key_of(e, e->task.pid, e->fd));
		break;
	case EVENT_CLOSE:	on_close(a, e); break;
	case EVENT_DUP:		on_dup(a, e); break;
	case EVENT_FORK:	on_fork(a, e); break;
	case EVENT_EXEC:
		if (alive_find_process(&a->table, key_of(e, e->task.pid, 0)))
			alive_append(&a->table, e, key_of(e, e->task.pid, OF_PROCESS));
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

static void give(const struct alive_socket *s, const struct behind *b)
{
	for (unsigned int i = 0; s && i < s->count; i++)
		b->fn(&s->stamps[i], s->node, b->arg);
}

static bool is_same(const struct stamp *a, const struct stamp *b)
{
	return a->serial == b->serial && a->sec == b->sec && a->milli == b->milli;
}

static bool has_stamp(const struct alive_socket *s, const struct stamp *event)
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
	struct alive_key k = { alive_node(e->node), pid, 0 };
	const struct alive_process *p = pid >= 0 && e->ev.serial ? alive_find_process(&a->table, k) : NULL;
	const struct alive_socket *s;

	if (p)
		LIST_FOREACH(s, &p->sockets, of_process)
			if (has_stamp(s, &e->ev))
				give(s, b);
}

void alive_behind(const struct alive *a, const struct entry *e, const struct event *now,
		  void (*fn)(const struct stamp *event, const char *node, void *arg), void *arg)
{
	struct behind b = { fn, arg };
	struct alive_key by_fd = key_of(now, now->task.pid, now->fd), by_socket = module_key(now);
	struct alive_key program = { alive_node(e->node), e->identity->pid, 0 };
	struct alive_key children = key_of(now, now->task.pid, OF_CHILDREN);
	const struct latest *l;

	fn(&now->stamp, now->node, arg);
	if (now->kind == EVENT_MODULE)
		give(alive_find(&a->table, &by_socket), &b);
	else if (is_same(&now->stamp, &e->ev) && now->fd >= 0)
		give(alive_find(&a->table, &by_fd), &b);	/* it does not have this event yet */
	if (now->kind == EVENT_EXIT_GROUP)
		give(alive_find(&a->table, &children), &b);
	give_of_process(a, e, e->identity->pid, &b);
	give_of_process(a, e, e->opener, &b);
	HASH_FIND(hh, a->latest, &program, sizeof(program), l);
	if (l)
		fn(&l->stamp, l->node, arg);
}

void alive_free(struct alive *a)
{
	while (a && a->latest)
		drop_latest(a, a->latest);
	if (!a)
		return;
	alive_table_fini(&a->table);
	free(a);
}
