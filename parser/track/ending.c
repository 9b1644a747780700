// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/ending: how connections end: by their descriptors, and by sock_diag's reports. */
#include "parser/track/ending.h"

#include <errno.h>
#include <netinet/in.h>

#include "parser/track/closer.h"
#include "parser/track/defer.h"
#include "parser/track/passed.h"

/* ---- descriptors ---- */

/* No known process holds the socket now. A child that audit has not shown may have inherited
 * it. */
static void infer_end(struct track *t, struct conn *c, enum entry_via via)
{
	struct conn_diag *d = c->diag;

	if (c->phase == CONN_DESTROYED || d->end_via)
		return;
	d->end_via = via;
	d->end = t->when;
	conn_step(&t->conns, c, STEP_RELEASE);
}

/* Returns true if a child was seen that may have inherited fd: others may live unseen. One that
 * executed a program has no descriptor with FD_CLOEXEC. */
static bool has_children(const struct fdent *fd, const struct proc *holder)
{
	int64_t ms = fd->cloexec ? holder->forked_ms : holder->child_ms;

	return ms && ms >= fd->ms;
}

/*
 * Returns true if an unseen child may have inherited fd, which the last known holder had at its
 * exit. Forks are not audited by default. A program that becomes a daemon exits after it
 * listens or binds, with no other trace. A process that accepts itself afterwards has such a
 * child only if it has been seen to have children, and one that connects has none.
 */
static bool may_be_inherited(const struct conn *c, const struct fdent *fd, enum entry_via via)
{
	const struct proc *holder = fd->key.proc;

	return (via == VIA_EXIT || via == VIA_GONE) && c->kind == KIND_LISTEN &&
	       !holder->born && (!c->served || has_children(fd, holder));
}

/* Asks sock_diag about the end of a connection that it does not follow. Returns true if that is
 * possible. */
static bool doubt(struct track *t, struct conn *c, const struct fdent *fd, struct identity *who,
		  enum entry_via via)
{
	const struct proc *holder = fd->key.proc;
	struct conn_diag *d;

	if (!conn_is_open(c) || !defer_can_confirm(t, c) || !conn_add_diag(&t->conns, c))
		return false;
	d = c->diag;
	d->netns = c->netns > 0 ? c->netns : 0;
	d->netns_sure = d->netns;
	d->pid = holder->key.pid;
	d->ppid = holder->identity ? holder->identity->ppid : ID_UNKNOWN;
	d->heritable = may_be_inherited(c, fd, via);
	if (via != VIA_REUSE && via != VIA_GONE)
		closer_note(t, c, who, fd->presumed);
	infer_end(t, c, via);
	defer_confirm(t, c);
	return true;
}

/* Returns true if c stays open for now. fd was removed: it is a copy. */
static bool followed_fd_gone(struct track *t, struct conn *c, const struct fdent *fd,
			     int64_t pid, struct identity *who, enum entry_via via)
{
	struct conn_diag *d = c->diag;

	if (conn_waits(c) && pid == d->pid && fd->key.fd == d->fd && !d->fd_gone_ms) {
		d->fd_gone_ms = stamp_ms(&t->event->stamp);
		if (d->question == QUESTION_FOUND && defer_was_reused(d))
			defer_not_there(t, c);
		else if (d->question == QUESTION_AGAIN && defer_was_reused(d))
			defer_reused(d);
	}
	/* when the other holders closed it is unknown */
	if (via != VIA_REUSE && via != VIA_GONE)
		closer_note(t, c, who, fd->presumed);
	if (!LIST_EMPTY(&c->fds) || c->key.number || c->phase == CONN_DESTROYED)
		return true;
	if (!conn_is_open(c) || (!d->cookie && !conn_waits(c))) {
		conn_drop_diag(&t->conns, c);
		return false;
	}
	d->heritable = may_be_inherited(c, fd, via);
	infer_end(t, c, via);
	return true;
}

/* Others are left. If the close of the last one arrives late, this one was the last. */
static void note_closed(struct track *t, struct conn *c, struct identity *who, enum entry_via via)
{
	uint64_t serial = t->event->stamp.serial;

	if (!who || serial <= c->closed.at.serial)
		return;
	identity_get(who);
	identity_put(c->closed.who);
	c->closed.who = who;
	c->closed.at = t->when;
	c->closed.at.serial = serial;
	c->closed.via = via;
}

static void close_last(struct track *t, struct conn *c, struct identity *who, enum entry_via via)
{
	if (t->late && c->closed.at.serial > t->event->stamp.serial)
		life_close(t, c, ENDING(.via = c->closed.via, .when = &c->closed.at,
					.identity = c->closed.who));
	else	/* when the missing process closed it is unknown, so it need not have been the last */
		life_close(t, c, ENDING(.via = via, .identity = via == VIA_GONE && t->diag.on ?
								c->opener : who));
}

void ending_fd_gone(struct track *t, struct fdent *fd, enum entry_via via)
{
	int64_t pid = fd->key.proc->key.pid;
	struct identity *who = closer_of_fd(t, fd, via);
	struct fdent was = *fd;
	struct conn *c;

	if (who)
		identity_get(who);
	attempt_add(&t->attempts, fd, t->event->stamp.serial, stamp_ms(&t->when));
	c = fdtable_remove(&t->fds, fd);
	if (!was.presumed && !LIST_EMPTY(&c->fds))
		note_closed(t, c, who, via);
	if ((c->diag && followed_fd_gone(t, c, &was, pid, who, via)) || !conn_unused(c) ||
	    doubt(t, c, &was, who, via))
		goto out;
	c->inheritable = may_be_inherited(c, &was, via);
	if (c->inheritable)
		goto out;
	if (via == VIA_EXIT && c->kind == KIND_LISTEN && conn_is_open(c))
		corrected_add(&t->corrected, c, pid, was.key.fd, stamp_ms(&t->when));
	idle_add(&t->idle, c, &was, t->event->stamp.serial, stamp_ms(&t->when));
	close_last(t, c, who, via);
	conn_drop(&t->conns, c);
out:
	identity_put(who);
}

void ending_exec(struct track *t)
{
	struct fdent *f;

	ending_fds_gone(t, t->proc, true, VIA_EXEC);
	TAILQ_FOREACH(f, &t->proc->fds, of_proc)
		fdtable_confirm(f);
}

void ending_fds_gone(struct track *t, struct proc *p, bool cloexec_only,
		     enum entry_via via)
{
	struct fdent *f, *next;

	for (f = TAILQ_LAST(&p->fds, fd_list); f; f = next) {
		next = TAILQ_PREV(f, fd_list, of_proc);
		if (cloexec_only && (!f->cloexec || state_is_older(t->event, f->serial, f->ms)))
			continue;
		ending_fd_gone(t, f, via);
	}
}

/* ---- answers of sock_diag ---- */

void ending_held(struct track *t, struct conn *c, int64_t seen_ms)
{
	struct conn_diag *d = c->diag;

	if (!d)
		return;
	if (c->phase != CONN_DESTROYED && d->let_go_ms < seen_ms) {
		identity_put(d->let_go);
		d->let_go = NULL;
		d->let_go_ms = 0;
	}
	if (d->end_via && conn_step(&t->conns, c, STEP_HELD))
		d->end_via = VIA_NONE;
}

void ending_destroyed(struct track *t, struct conn *c, const struct diag_sock *sock,
		      const struct stamp *at, int64_t mono)
{
	struct conn_diag *d = c->diag;

	if (c->phase == CONN_DESTROYED)
		return;
	conn_stop_waiting(&t->conns, c);
	if (!conn_step(&t->conns, c, STEP_DESTROY))
		return;
	d->dead_at = *at;
	d->dead_mono = mono;
	d->found = *sock;
	if (c->kind == KIND_CONNECT && sock->proto == IPPROTO_TCP) {
		d->tx = sock->tx;
		d->rx = sock->rx;
	}
	TAILQ_INSERT_TAIL(&t->conns.dying, d, link);
}

void ending_claim(struct track *t, struct conn *c, struct destroyed *d)
{
	ending_destroyed(t, c, &d->sock, &d->at, d->mono);
	destroyed_remove(&t->diag.destroyed, d);
}

void ending_bury(struct track *t, struct conn *c)
{
	struct conn_diag *d = c->diag;
	struct stamp when = d->dead_at;
	struct ending e = {
		.via = VIA_DESTROY, .mono = -1, .tx = d->tx, .rx = d->rx,
		.when = &when,
		.identity = closer_last_holder(c),
	};

	if (d->via == VIA_PROGRESS && d->found.refused)
		e.err = ECONNREFUSED;
	life_close(t, c, &e);
	t->diag.buried[t->diag.buried_next++ % BURIED_MAX] = d->cookie;
	conn_drop(&t->conns, c);
}

bool ending_was_buried(const struct track *t, uint64_t cookie)
{
	for (int i = 0; i < BURIED_MAX; i++)
		if (t->diag.buried[i] == cookie)
			return true;
	return false;
}

bool ending_over(struct track *t, struct conn *c)
{
	struct proc *proc = t->proc;

	if (c->phase != CONN_DESTROYED ||
	    stamp_ms(&t->event->stamp) <= stamp_ms(&c->diag->dead_at))
		return false;
	t->proc = NULL;
	ending_bury(t, c);
	t->proc = proc;
	return true;
}

/* The process that accepted it has closed its descriptor, unseen: a child may have it, and
 * nothing more may be heard of either. */
static bool was_handed_on(const struct track *t, const struct conn *c)
{
	return c->diag->question == QUESTION_GONE && !defer_is_stranger(c->diag) && !c->diag->cookie &&
	       c->phase == CONN_OPEN && c->kind == KIND_CONNECT &&
	       c->direction == CONN_INBOUND && c->remote.has_addr && defer_can_confirm(t, c);
}

/* Asks who has it now. If nothing can be asked, it goes on, as the rules have it. */
static void hand_on(struct track *t, struct conn *c, int fd)
{
	struct conn_diag *d = c->diag;
	struct proc *p = process_find(&t->processes, c->key.node, d->pid);
	struct fdent *closed = p && fd >= 0 ? fdtable_find(&t->fds, p, fd) : NULL;

	if (closed && closed->conn == c)
		closed->presumed = true;
	infer_end(t, c, VIA_SWEEP);
	d->heritable = true;
	defer_confirm(t, c);
}

/* An accept's listener that is none, or cannot be read, is not looked up again at that
 * descriptor. */
static void forget_tentative(struct track *t, struct conn *c)
{
	if (c->kind != KIND_LISTEN || c->diag->via != VIA_SNAPSHOT) {
		life_forget(t, c);
		conn_drop(&t->conns, c);
		return;
	}
	life_withdraw(t, c);
	c->tentative = true;
	conn_drop_diag(&t->conns, c);
	if (conn_unused(c))
		conn_drop(&t->conns, c);
}

void ending_give_up(struct track *t, struct conn *c)
{
	struct conn_diag *d = c->diag;
	bool handed_on;

	if (c->tentative && passed_take(t, c) != PASSED_KNOWN) {
		forget_tentative(t, c);
		return;
	}
	life_write_start(t, c);
	handed_on = was_handed_on(t, c);
	conn_stop_waiting(&t->conns, c);
	if (d->cookie)
		return;
	if (handed_on) {
		hand_on(t, c, d->fd);
		return;
	}
	if (c->phase == CONN_ENDING) {
		if (!d->confirming && defer_can_confirm(t, c))
			defer_confirm(t, c);
		else
			ending_settle(t, c, false);
		return;
	}
	conn_drop_diag(&t->conns, c);
	if (c->other_netns && conn_is_open(c))
		conn_list_unseen(&t->conns, c);
	if (conn_unused(c))	/* its holder is not known, or was forgotten */
		life_lose(t, c);
}

void ending_settle(struct track *t, struct conn *c, bool sure)
{
	struct conn_diag *d = c->diag;
	struct stamp when = d->end;

	conn_stop_waiting(&t->conns, c);
	if (!sure && d->heritable) {
		ending_held(t, c, 0);
		c->inheritable = LIST_EMPTY(&c->fds);
		conn_drop_diag(&t->conns, c);
		return;
	}
	if (d->end_later)
		c->unknown_start = true;	/* no dur= */
	life_close(t, c, ENDING(.via = d->end_via, .when = &when, .identity =
				d->end_later || d->presumed ? c->opener : d->let_go));
	conn_drop(&t->conns, c);
}

void ending_ask_again(struct track *t, struct conn *c)
{
	if (c->phase == CONN_ENDING && c->diag->unsure && !conn_waits(c) &&
	    defer_can_confirm(t, c))
		defer_confirm(t, c);
}

void ending_displaced(struct track *t, struct conn *c, int64_t ms, enum entry_via via)
{
	struct stamp when = { .sec = ms / 1000, .milli = ms % 1000 };

	if (ms < stamp_ms(&c->start))
		when = c->start;
	if (!c->diag) {
		life_close(t, c, ENDING(.via = via, .when = &when, .identity = c->opener));
		conn_drop(&t->conns, c);
		return;
	}
	c->diag->fd = -1;
	c->diag->fd_gone_ms = ms;
	infer_end(t, c, via);
	c->diag->end = when;
}
