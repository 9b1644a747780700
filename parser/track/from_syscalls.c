// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/from_syscalls: turns the audit rules' system calls into connections. */
#include "parser/track/from_syscalls.h"

#include <sys/socket.h>

#include "parser/track/beside_kernel.h"
#include "parser/track/call.h"
#include "parser/track/contradict.h"
#include "parser/track/ending.h"
#include "parser/track/from_processes.h"
#include "parser/track/identify.h"
#include "parser/track/late.h"
#include "parser/track/life.h"
#include "parser/track/passed.h"
#include "parser/track/protocol.h"
#include "parser/track/syscall_connect.h"

static void on_bind(struct track *t, const struct event *f)
{
	struct conn *s;

	if (f->result < 0)
		return;
	s = f->sa_family == AF_UNSPEC ? call_find_socket(t, f->fd) : call_named_socket(t, f);
	if (!s || s->unlogged)
		return;
	if (s->uncollected && f->stamp.serial > s->ev.serial)	/* the attempt is over */
		life_close(t, s, ENDING(.via = VIA_PROGRESS));
	s->local = f->addr;
	s->bound = true;
	if (protocol_is_datagram(s->proto) && !s->kind)
		call_listens(t, s);
}

/* Returns true if the process is presumed to have inherited the socket at fd, which does not
 * listen. A lookup by sock_diag will decide. */
static bool is_presumed_idle(const struct track *t, int fd)
{
	const struct fdent *f = t->diag.on ? fdtable_find(&t->fds, t->proc, fd) : NULL;

	return f && f->presumed && f->conn->phase == CONN_IDLE && !f->conn->unlogged;
}

/* Opens a socket that was created unseen. It may be a Unix socket, which the record does not
 * show, so sock_diag looks up the descriptor, and nothing is written before the answer. */
static void open_tentative(struct track *t, struct conn *s, enum conn_kind kind,
			   const char *call)
{
	if (s) {
		s->tentative = true;
		life_begin(t, s);
		s->unknown_start = kind == KIND_CONNECT;
		life_open(t, s, kind, VIA_NONE);
	}
	if (s && s->unwritten)
		return;
	input_error(t->errors, INPUT_ERROR_UNATTRIBUTED, call, 6);
	if (s)
		conn_drop(&t->conns, s);
}

static void listen_unknown(struct track *t, const struct event *f)
{
	open_tentative(t, t->diag.on ? call_add_socket(t, f->fd, false) : NULL, KIND_LISTEN,
		       "listen");
}

static void on_listen(struct track *t, const struct event *f)
{
	struct conn *s;

	if (f->result < 0)
		return;
	s = is_presumed_idle(t, f->fd) ? NULL : call_find_socket(t, f->fd);
	if (!s) {
		listen_unknown(t, f);
		return;
	}
	if (s->unlogged || s->kind == KIND_LISTEN)
		return;
	call_displaced(t, s);
	/* the lookup decides whether this is that listener */
	s->tentative = t->diag.on && t->late && passed_is_started(t, s, f->stamp.serial);
	call_listens(t, s);
	if (s->tentative && !s->unwritten)	/* no lookup, too many wait: taken for that listener */
		identify_late_listener(t, s);
}

/* Looks up, once, a listener that was passed or inherited unseen. Its start is known, or was
 * missed; then the listener is found open now. */
static void look_up_listener(struct track *t, const struct event *f)
{
	struct conn *l = fdtable_find(&t->fds, t->proc, f->fd) ? NULL :
			 call_add_socket(t, f->fd, false);

	if (!l)
		return;
	l->tentative = true;
	life_begin(t, l);
	l->unknown_start = true;
	life_open(t, l, KIND_LISTEN, VIA_SNAPSHOT);
}

/* Takes an accept without the peer's address on an unknown listener, which was inherited or
 * passed. */
static void accept_unknown(struct track *t, const struct event *f)
{
	struct conn *s = NULL;

	from_processes_reuse(t, f->result);
	if (t->diag.on) {
		look_up_listener(t, f);
		s = call_add_socket(t, f->result, f->cloexec);
	}
	if (s)
		s->direction = CONN_INBOUND;
	open_tentative(t, s, KIND_CONNECT, "accept");
}

/* Returns the inherited listener of a child's accept that arrives after the parent's exit, which
 * stopped the listener; NULL if there is none. */
static struct conn *inherited_listener(struct track *t, const struct event *f)
{
	struct inferred_stop *s = corrected_listener(&t->corrected, t->node->index,
						     f->task.ppid, f->fd,
						     stamp_ms(&f->stamp));
	struct conn *l = s ? call_add_socket(t, f->fd, false) : NULL;

	if (!l)
		return NULL;
	corrected_restore(s, l);
	life_correct(t, l, KIND_LISTEN);
	corrected_forget(&t->corrected, s);
	return l;
}

/* Returns the listener of an accept; NULL if it is unknown, or lost its descriptor while the
 * call waited. */
static struct conn *listener_of(struct track *t, const struct event *f)
{
	const struct fdent *fd;

	if (is_presumed_idle(t, f->fd))
		from_processes_reuse(t, f->fd);
	fd = fdtable_find(&t->fds, t->proc, f->fd);
	return fd && contradict_precedes(t, f, fd) ? NULL : call_find_socket(t, f->fd);
}

static void on_accept(struct track *t, const struct event *f)
{
	struct conn *l, *s;

	if (f->result < 0)
		return;
	l = listener_of(t, f);
	if (!l)
		l = inherited_listener(t, f);
	if (f->has_sockaddr && !call_is_inet(f->sa_family)) {
		if (l)
			from_processes_reuse(t, f->fd);
		from_processes_reuse(t, f->result);
		return;
	}
	if (l && l->unlogged && !f->has_sockaddr) {
		from_processes_reuse(t, f->result);
		return;
	}
	if ((!l || l->tentative) && !f->has_sockaddr) {
		accept_unknown(t, f);
		return;
	}
	s = call_add_socket(t, f->result, f->cloexec);
	if (!s)
		return;
	l = listener_of(t, f);	/* making room may have dropped it */
	if (l) {
		passed_on(s, l);
		l->served |= l->opener && l->opener->pid == f->task.pid;
	}
	s->remote = f->addr;
	s->direction = CONN_INBOUND;
	if (s->unlogged)
		return;
	life_begin(t, s);
	/* its time is the earliest possible one: see arrival_set_time() */
	s->unknown_start = true;
	life_open(t, s, KIND_CONNECT, VIA_NONE);
}

static void rules_alone(struct track *t, const struct event *f)
{
	if (late_event(t, f) || contradict_event(t, f))
		return;
	switch (f->kind) {
	case EVENT_SOCKET:	call_opened(t, f); break;
	case EVENT_BIND:		on_bind(t, f); break;
	case EVENT_LISTEN:	on_listen(t, f); break;
	case EVENT_CONNECT:	syscall_connect(t, f); break;
	case EVENT_ACCEPT:	on_accept(t, f); break;
	case EVENT_CLOSE:	from_processes_close(t, f); break;
	case EVENT_DUP:		from_processes_dup(t, f); break;
	case EVENT_CLOEXEC:	from_processes_cloexec(t, f); break;
	case EVENT_FORK:		from_processes_fork(t, f); break;
	case EVENT_EXEC:		ending_exec(t); break;
	case EVENT_EXIT_GROUP:	from_processes_exit(t, VIA_EXIT); break;
	case EVENT_GONE:		from_processes_exit(t, VIA_GONE); break;
	default:		break;
	}
}

void from_syscalls(struct track *t, const struct event *f)
{
	if (!t->node->module && late_after_exit(t, f))
		return;
	if (f->kind == EVENT_GONE)
		t->proc = process_find(&t->processes, t->node->index, f->task.pid);
	else
		from_processes_know(t, f);
	if (!t->proc)
		return;
	if (t->node->module)
		beside_kernel(t, f);
	else
		rules_alone(t, f);
}
