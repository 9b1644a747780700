// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/closer: which process a stop names. */
#include "parser/track/closer.h"

#include <string.h>

#define EXIT_MS 200	/* at most, from an exit to the close of its descriptors */

static bool same_text(const char *a, const char *b)
{
	return !a || !b || !strcmp(a, b);
}

/* Returns true if both, with the same pid, can be the same process. If forks are audited
 * (born), a different parent is the reaper of orphans. */
static bool is_same(const struct identity *then, const struct identity *now, bool born)
{
	return then->ses == now->ses && (born || then->ppid == now->ppid) &&
	       then->uid == now->uid &&
	       then->auid == now->auid && same_text(then->exe, now->exe) &&
	       same_text(then->comm, now->comm);
}

/*
 * Returns the process that closed fd. Another process may have reused the pid since the
 * descriptor was last seen: a process killed by a signal has no event. In doubt the last known
 * holder is named, never the newcomer. With sock_diag the kernel reports the end of a killed
 * process's sockets: a process with the same parent and session has executed a program, or
 * changed its user.
 */
struct identity *closer_of_fd(const struct track *t, const struct fdent *fd,
			      enum entry_via via)
{
	struct identity *then = fd->since, *now = fd->key.proc->identity;
	bool session, parent;

	if (fd->presumed && t->late && fd->conn->opener)	/* others let go after it */
		return fd->conn->opener;
	if (!then || !now || then == now)
		return now;
	if (via == VIA_EXEC && t->event->kind == EVENT_EXEC)
		return now;
	session = then->ses == now->ses || then->ses == ID_UNSET;
	parent = then->ppid == now->ppid;
	if (via == VIA_REUSE || !t->diag.on)
		return is_same(then, now, fd->key.proc->born) ? now : then;
	if (session && same_text(then->exe, now->exe) && (parent || then->uid == now->uid))
		return same_text(then->comm, now->comm) ? now : then;
	return session && parent ? now : then;
}

static struct identity *holder(const struct conn *c)
{
	struct identity *found = NULL;
	const struct fdent *fd;

	LIST_FOREACH(fd, &c->fds, of_conn) {
		struct identity *who = fd->presumed ? NULL : fd->key.proc->identity;

		if (who && (!found || (c->opener && who->pid == c->opener->pid)))
			found = who;
	}
	return found;
}

static bool is_opener(const struct conn *c, const struct identity *who)
{
	return !c->opener || c->opener->pid == who->pid;
}

/*
 * Returns the process to name at the end: the one that closed about when the socket was
 * destroyed (audit's clock may be a tick behind), else its opener, if it can still have had it,
 * else the last known holder, unless the socket outlived it: then an unknown process had it. If one
 * process has just exited and another is still known to hold the socket, either was the last. So
 * may be an unseen child, if the one that exited had inherited the socket.
 */
struct identity *closer_last_holder(const struct conn *c)
{
	const struct conn_diag *d = c->diag;
	int64_t dead_ms = stamp_ms(&d->dead_at);
	struct identity *now = holder(c), *before = NULL;

	if (d->let_go && !d->presumed && d->let_go_ms >= dead_ms - AUDIT_TICK_MS)
		return d->let_go;
	if (d->opener && d->opener_ms >= dead_ms)
		return d->opener;
	if (d->let_go && d->let_go_ms >= dead_ms - EXIT_MS)
		before = d->let_go;
	if (now && before && now->pid != before->pid)
		return c->opener;
	return now ? now : before && is_opener(c, before) ? before : c->opener;
}

static void set_who(struct identity **to, struct identity *who)
{
	identity_get(who);
	identity_put(*to);
	*to = who;
}

void closer_note(struct track *t, struct conn *c, struct identity *who, bool presumed)
{
	int64_t ms = stamp_ms(&t->when);
	struct conn_diag *d = c->diag;

	if (!who)
		return;
	if (c->opener && c->opener->pid == who->pid) {
		set_who(&d->opener, who);
		d->opener_ms = ms;
	}
	if (c->phase == CONN_DESTROYED && ms > stamp_ms(&d->dead_at))
		return;
	if (presumed && d->let_go && !d->presumed)
		return;
	set_who(&d->let_go, who);
	d->let_go_ms = ms;
	d->presumed = presumed;
}
