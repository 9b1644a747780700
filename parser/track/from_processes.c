// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/from_processes: system calls that change which process holds which descriptor. */
#include "parser/track/from_processes.h"

#include <string.h>

#include "parser/track/bounds.h"
#include "parser/track/ending.h"
#include "parser/track/unclaimed.h"
#include "parser/track/unload.h"

/*
 * Gives a new process the descriptors that it inherited. By default forks are not audited, so
 * the child is assumed to hold the sockets that its parent is known to hold now. After an exec
 * (another exe than the parent's) only descriptors without FD_CLOEXEC are left. The event may be
 * late: sockets that the parent opened after it are not inherited.
 */
static void inherit(struct track *t, struct proc *child, struct proc *parent,
		    bool exec, bool presumed)
{
	struct fdent *f, *copy;

	TAILQ_FOREACH_REVERSE(f, &parent->fds, fd_list, of_proc) {
		if ((exec && f->cloexec) || f->serial > t->event->stamp.serial)
			continue;
		copy = fdtable_full(&t->fds) ? NULL :
		       fdtable_add(&t->fds, child, f->key.fd, f->conn, &f->conn->fds,
				   f->cloexec);
		if (!copy) {
			input_error(t->errors, INPUT_ERROR_EVICTED, "", 0);
			return;
		}
		copy->presumed = presumed || f->presumed;
	}
}

static void inherit_from_parent(struct track *t, const struct event *f)
{
	struct proc *parent;
	bool exec;

	if (f->task.ppid < 0)
		return;
	parent = process_find(&t->processes, t->node->index, f->task.ppid);
	if (!parent || parent == t->proc || !parent->identity)
		return;
	exec = parent->identity->exe && f->task.exe &&
	       strcmp(parent->identity->exe, f->task.exe);
	parent->child_ms = stamp_ms(&t->when);
	if (!exec)
		parent->forked_ms = parent->child_ms;
	if (f->kind != EVENT_EXIT_GROUP)
		inherit(t, t->proc, parent, exec, true);
}

void from_processes_know(struct track *t, const struct event *f)
{
	bool known;
	enum process_change change;

	t->proc = bounds_event_process(t);
	if (!t->proc)
		return;
	known = t->proc->identity;
	if (state_is_older(f, t->proc->serial, t->proc->ms))
		return;
	t->proc->serial = f->stamp.serial;
	t->proc->ms = stamp_ms(&f->stamp);
	change = process_update(t->proc, &f->task, f->kind == EVENT_EXEC);
	if (change && !t->node->module)
		ending_fds_gone(t, t->proc, change == PROCESS_EXEC,
				change == PROCESS_EXEC ? VIA_EXEC : VIA_REUSE);
	if (!known || change == PROCESS_REPLACED)
		inherit_from_parent(t, f);
}

void from_processes_reuse(struct track *t, int fd)
{
	struct fdent *old = fdtable_find(&t->fds, t->proc, fd);

	if (old)
		ending_fd_gone(t, old, VIA_REUSE);
}

static void close_one(struct track *t, const struct event *f, struct fdent *fd)
{
	if (state_is_older(f, fd->serial, fd->ms) || (t->late && f->stamp.serial < fd->used))
		return;
	if (f->cloexec)		/* CLOSE_RANGE_CLOEXEC */
		fd->cloexec = true;
	else
		ending_fd_gone(t, fd, VIA_CLOSE);
}

/* Closes a range that has fewer numbers than the process has sockets. */
static void close_each(struct track *t, const struct event *f)
{
	uint64_t last = (unsigned int)f->newfd;

	for (uint64_t n = (unsigned int)f->fd; n <= last; n++) {
		struct fdent *fd = fdtable_find(&t->fds, t->proc, n);

		if (fd)
			close_one(t, f, fd);
	}
}

void from_processes_close(struct track *t, const struct event *f)
{
	struct fdent *fd, *next;

	if (f->fd == f->newfd && !f->cloexec) {
		fd = fdtable_find(&t->fds, t->proc, f->fd);
		if (fd)
			ending_fd_gone(t, fd, VIA_CLOSE);
		return;
	}
	if ((unsigned int)f->newfd - (unsigned int)f->fd < t->proc->fd_count) {
		close_each(t, f);
		return;
	}
	for (fd = TAILQ_LAST(&t->proc->fds, fd_list); fd; fd = next) {
		next = TAILQ_PREV(fd, fd_list, of_proc);
		if (fd->key.fd < (unsigned int)f->fd ||
		    fd->key.fd > (unsigned int)f->newfd)
			continue;
		close_one(t, f, fd);
	}
}

void from_processes_dup(struct track *t, const struct event *f)
{
	struct fdent *from, *to;

	if (f->result < 0 || f->fd == f->newfd)
		return;
	from = fdtable_find(&t->fds, t->proc, f->fd);
	to = fdtable_find(&t->fds, t->proc, f->newfd);
	if (to && state_is_older(f, to->serial, to->ms))
		return;
	if (from && state_is_older(f, from->serial, from->ms))
		from = NULL;	/* the number is a newer socket's */
	/* The new reference comes first: both descriptors may be of one socket. */
	if (from) {
		struct conn *s = from->conn;

		if (to && to->conn == s) {
			to->cloexec = f->cloexec;
			to->presumed = false;
			return;
		}
		from_processes_reuse(t, f->newfd);
		if (!bounds_fd(t, t->proc, f->newfd, s, f->cloexec))
			input_error(t->errors, INPUT_ERROR_MEMORY, "dup", 3);
		return;
	}
	from_processes_reuse(t, f->newfd);
}

void from_processes_cloexec(struct track *t, const struct event *f)
{
	struct fdent *fd = fdtable_find(&t->fds, t->proc, f->fd);

	if (fd && fd->serial <= f->stamp.serial)
		fd->cloexec = f->cloexec;
}

/* Returns true if p, which was seen before the fork that made pid, is an earlier process that a
 * signal ended. A child may be seen before its fork, which is written when the call returns,
 * but not before the call's entry. */
static bool was_replaced(struct track *t, struct proc *p, const struct event *f)
{
	if (!p || p->ms >= stamp_ms(&f->stamp))
		return false;
	ending_fds_gone(t, p, false, VIA_REUSE);
	process_forget_identity(p);
	return true;
}

/* Audit writes a fork when it returns, and a vfork returns after the child's exit: a process
 * that has exited by then holds nothing. */
void from_processes_fork(struct track *t, const struct event *f)
{
	struct proc *parent = t->proc, *child;
	struct task task = f->task;

	if (f->result <= 0 || node_take_exit(t->node, f->result, stamp_ms(&f->stamp)))
		return;
	child = process_find(&t->processes, t->node->index, f->result);
	if (child && !was_replaced(t, child, f)) {
		child->born = true;
		return;
	}
	task.ppid = task.pid;
	task.pid = f->result;
	if (!child)
		child = bounds_process(t, f->result);
	if (!child)
		return;
	process_update(child, &task, false);
	child->born = true;
	inherit(t, child, parent, false, false);
}

void from_processes_exit(struct track *t, enum entry_via via)
{
	struct proc *p = t->proc;
	struct fdent *fd, *next;

	if (!t->node->module) {
		node_add_exit(t->node, p->key.pid, t->event->stamp.serial, stamp_ms(&t->when));
		ending_fds_gone(t, p, false, via);
		unload_opener_gone(t, p->key.pid, via);
		t->proc = NULL;
		fdtable_forget(&t->fds, p);
		process_remove(&t->processes, p);
		return;
	}
	/* The module's release records are still to come: they close the open sockets, and need
	 * the identity of the process. */
	for (fd = TAILQ_LAST(&p->fds, fd_list); fd; fd = next) {
		next = TAILQ_PREV(fd, fd_list, of_proc);
		unclaimed_exit(t, fd->conn);
		if (!fd->conn->kind || fd->conn->blind)
			ending_fd_gone(t, fd, VIA_EXIT);
	}
}

