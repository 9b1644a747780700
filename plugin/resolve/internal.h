/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/resolve/resolver: what its rooms share: seek (the loop's side), resolver_round (dumps),
 * resolver_answer (what they tell the tracker), resolver_sweep (all that is open), resolver_state
 * (kept from run to run). Included by seek*.c alone. */
#ifndef NETLOG_SEEK_INTERNAL_H
#define NETLOG_SEEK_INTERNAL_H

#include <sys/utsname.h>

#include "plugin/resolve/request.h"
#include "plugin/resolve/netns.h"
#include "plugin/resolve/resolver.h"
#include "plugin/resolve/inventory.h"

struct resolver {
	struct track *track;
	struct resolver_options options;
	struct resolver_stats stats;
	struct utsname name;

	struct netns_set spaces;
	bool spaces_due;		/* to be looked at after this round */
	bool met;			/* there is one more */
	bool all_watched;		/* namespaces, as of the last census */
	int64_t next_census;		/* ms */

	/* resolver_round */
	struct requests requests[2], *fresh, *serving;
	bool incomplete;		/* a dump of this round failed */
	int step;			/* of the dumps of this round, or IDLE, or… */
	int64_t begun, took, next_round; /* ms */
	uint64_t sentinel;		/* cookie of a socket of ours, or 0 */
	bool sentinel_seen;
	int64_t sentinel_due;

	/* resolver_sweep */
	struct inventory *inventory;
	bool full, snapshot_due;	/* this round looks at everything; some is to
					 * be told */
	int64_t last_sweep, next_sweep;	/* ms */
	int64_t next_holders;		/* ms: not to look through /proc before */

	/* resolver_state */
	uint64_t saved_records;
	bool save_failed;
	int64_t next_save;		/* ms */
};

int64_t resolver_now_ms(void);		/* monotonic */
/* To the tracker, stamped with the time it is now. */
void resolver_tell(struct resolver *s, enum event_kind kind, const struct diag *d);
/* The same with what else of *f is known: EVENT_DIAG. */
void resolver_tell_event(struct resolver *s, struct event *f, const struct diag *d);

/* ---- resolver_round ---- */

void resolver_round_init(struct resolver *s);
/* Nothing rests on a round: neither dumps nor announcements are waited for. */
bool resolver_round_idle(const struct resolver *s);
/* Ends a round whose dumps are over, once the announcements are in, or late. */
void resolver_round_settle(struct resolver *s);
/* Begins a round that is due, and reads one piece of the dump under way. */
void resolver_round_go_on(struct resolver *s);
int resolver_round_fd(struct resolver *s);	/* of the dump under way, or -1 */
int64_t resolver_round_wait(const struct resolver *s);	/* ms until there is work, or less than 0 */

/* ---- resolver_answer ---- */

/* What the dumps tell at once. Returns how many are gone. */
unsigned int resolver_answer_most(struct resolver *s);
/* The others. sure: whatever was destroyed before the dumps is announced. */
void resolver_answer_gone(struct resolver *s, bool sure);

/* ---- resolver_sweep ---- */

bool resolver_sweep_wants_snapshot(const struct resolver *s);
int64_t resolver_sweep_due(const struct resolver *s);	/* ms */
/* The round looked at everything. */
void resolver_sweep_end(struct resolver *s);

/* ---- resolver_state ---- */

void resolver_keep_load(struct resolver *s);
bool resolver_keep_save(struct resolver *s);	/* false: there is no file, or it failed */
/* Soon after something was told, should this program be killed. */
void resolver_keep_keep(struct resolver *s);

#endif
