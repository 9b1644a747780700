// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/bounds: room in the tables of connections, descriptors and processes. */
#include "parser/track/bounds.h"

struct conn *bounds_conn(struct track *t)
{
	struct conn *c;

	if (t->conns.count >= t->conns.max)
		life_lose(t, conn_victim(&t->conns));
	c = conn_new(&t->conns, owner_of(&t->event->task));
	if (!c) {
		input_error(t->errors, INPUT_ERROR_MEMORY, "socket", 6);
		return NULL;
	}
	c->key.node = t->node->index;
	return c;
}

/* Returns false if only c itself could make room. */
static bool make_fd_room(struct track *t, const struct conn *c)
{
	struct fdent *fd = fdtable_victim(&t->fds);
	struct conn *victim = fd ? fd->conn : conn_victim(&t->conns);

	if (victim == c)
		return false;
	life_lose(t, victim);
	return true;
}

struct fdent *bounds_fd(struct track *t, struct proc *p, int fd, struct conn *c,
			bool cloexec)
{
	struct fdent *f;

	if (fdtable_full(&t->fds) && !make_fd_room(t, c))
		return NULL;
	f = fdtable_add(&t->fds, p, fd, c, &c->fds, cloexec);
	if (f) {
		f->serial = t->event->stamp.serial;
		f->ms = stamp_ms(&t->event->stamp);
		f->clock = t->node->clock;
	}
	return f;
}

void bounds_forget_process(struct track *t, struct proc *p)
{
	struct fdent *f;
	struct conn *c;

	while ((f = TAILQ_LAST(&p->fds, fd_list))) {
		c = fdtable_remove(&t->fds, f);
		if (conn_unused(c))
			life_lose(t, c);
	}
	fdtable_forget(&t->fds, p);
	process_remove(&t->processes, p);
}

struct proc *bounds_process(struct track *t, int64_t pid)
{
	struct proc *p;

	while (process_count(&t->processes) >= t->max_processes)
		bounds_forget_process(t, process_victim(&t->processes));
	p = process_add(&t->processes, t->node->index, pid,
			owner_of(&t->event->task));
	if (!p)
		input_error(t->errors, INPUT_ERROR_MEMORY, "process", 7);
	return p;
}

struct proc *bounds_event_process(struct track *t)
{
	int64_t pid = t->event->task.pid;
	struct proc *p;

	if (pid < 0)
		return NULL;
	p = process_find(&t->processes, t->node->index, pid);
	if (p) {
		process_touch(&t->processes, p);
		return p;
	}
	return bounds_process(t, pid);
}
