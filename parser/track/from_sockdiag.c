// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/from_sockdiag: sock_diag as a source of events. */
#include "parser/track/from_sockdiag.h"

#include "parser/track/correlate.h"
#include "parser/track/ending.h"
#include "parser/track/reconcile.h"

#define DESTROYED_MAX 16384

void from_sockdiag(struct track *t, const struct event *f)
{
	const struct diag *d = f->diag;

	if (!t->diag.on)
		return;
	t->diag.mono = f->mono;
	t->diag.now = f->stamp;
	if (f->kind == EVENT_TICK)
		return;
	switch (d->op) {
	case DIAG_DESTROYED:	correlate_destroyed(t, f); break;
	case DIAG_OPEN:		reconcile_open(t, f); break;
	case DIAG_HELD:		reconcile_held(t, f); break;
	case DIAG_KNOWN:	reconcile_known(t, f); break;
	case DIAG_SWEEP:	reconcile_sweep(t, d); break;
	case DIAG_LOST:		destroyed_lost(&t->diag.destroyed, &f->stamp, d->away); break;
	default:		correlate_answer(t, d);
	}
}

void from_sockdiag_on(struct track *t, const struct diag_options *o)
{
	t->diag.on = true;
	t->diag.o = *o;
	destroyed_init(&t->diag.destroyed, DESTROYED_MAX, o->netns);
}

/* Lists a connection without a known holder under its inode: if the module now reports it, its
 * records have that inode. */
static void leave_to_module(struct track *t, struct conn *c)
{
	uint64_t ino = c->diag->found.ino;

	if (c->phase == CONN_OPEN && LIST_EMPTY(&c->fds) && c->diag->cookie && ino &&
	    !conn_by_number(&t->conns, c->key.node, ino, conn_by_inode(c->proto)))
		conn_set_number(&t->conns, c, c->key.node, ino, conn_by_inode(c->proto));
}

void from_sockdiag_off(struct track *t)
{
	struct conn *c;

	t->proc = NULL;
	t->diag.on = false;	/* nothing more can be asked */
	CONN_EACH(&t->conns, c) {
		if (!c->diag)
			continue;
		if (c->phase == CONN_DESTROYED) {
			ending_bury(t, c);
			continue;
		}
		life_write_start(t, c);
		leave_to_module(t, c);
		conn_follow(&t->conns, c, 0, 0);
		if (c->phase == CONN_ENDING)
			ending_settle(t, c, false);
		else
			ending_give_up(t, c);
	}
	destroyed_fini(&t->diag.destroyed);
	/* an answer from before must not match a request from after */
	t->diag = (struct track_diag){ .last_question = t->diag.last_question };
}
