/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/seek: what its rooms share: seek (the loop's side), seek_round (dumps),
 * seek_answer (what they tell the tracker), seek_sweep (all that is open), seek_state
 * (kept from run to run). Included by seek*.c alone. */
#ifndef NETLOG_SEEK_INTERNAL_H
#define NETLOG_SEEK_INTERNAL_H

#include <sys/utsname.h>

#include "lookup.h"
#include "netns.h"
#include "seek.h"
#include "survey.h"

struct seek {
	struct track *track;
	struct seek_options options;
	struct seek_stats stats;
	struct utsname name;

	struct netns_set spaces;
	bool spaces_due;		/* to be looked at after this round */
	bool met;			/* there is one more */
	bool all_watched;		/* namespaces, as of the last census */
	int64_t next_census;		/* ms */

	/* seek_round */
	struct lookups lookups[2], *fresh, *serving;
	bool incomplete;		/* a dump of this round failed */
	int step;			/* of the dumps of this round, or IDLE, or… */
	int64_t begun, took, next_round; /* ms */
	uint64_t sentinel;		/* cookie of a socket of ours, or 0 */
	bool sentinel_seen;
	int64_t sentinel_due;

	/* seek_sweep */
	struct survey *survey;
	bool full, snapshot_due;	/* this round looks at everything; some is to
					 * be told */
	int64_t last_sweep, next_sweep;	/* ms */
	int64_t next_holders;		/* ms: not to look through /proc before */

	/* seek_state */
	uint64_t saved_records;
	bool save_failed;
	int64_t next_save;		/* ms */
};

int64_t seek_now_ms(void);		/* monotonic */
/* To the tracker, stamped with the time it is now. */
void seek_tell(struct seek *s, enum fact_kind kind, const struct diag *d);
/* The same with what else of *f is known: FACT_DIAG. */
void seek_tell_fact(struct seek *s, struct fact *f, const struct diag *d);

/* ---- seek_round ---- */

void seek_round_init(struct seek *s);
/* Nothing rests on a round: neither dumps nor announcements are waited for. */
bool seek_round_idle(const struct seek *s);
/* Ends a round whose dumps are over, once the announcements are in, or late. */
void seek_round_settle(struct seek *s);
/* Begins a round that is due, and reads one piece of the dump under way. */
void seek_round_go_on(struct seek *s);
int seek_round_fd(struct seek *s);	/* of the dump under way, or -1 */
int64_t seek_round_wait(const struct seek *s);	/* ms until there is work, or less than 0 */

/* ---- seek_answer ---- */

/* What the dumps tell at once. Returns how many are gone. */
unsigned int seek_answer_most(struct seek *s);
/* The others. sure: whatever was destroyed before the dumps is announced. */
void seek_answer_gone(struct seek *s, bool sure);

/* ---- seek_sweep ---- */

bool seek_sweep_wants_snapshot(const struct seek *s);
int64_t seek_sweep_due(const struct seek *s);	/* ms */
/* The round looked at everything. */
void seek_sweep_end(struct seek *s);

/* ---- seek_state ---- */

void seek_state_load(struct seek *s);
bool seek_state_save(struct seek *s);	/* false: there is no file, or it failed */
/* Soon after something was told, should this program be killed. */
void seek_state_keep(struct seek *s);

#endif
