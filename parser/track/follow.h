/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/follow: a socket that sock_diag is asked for, or that it knows by its cookie:
 * which question waits, which record is held, how it ended. Part of the tracker:
 * track_diag.c brings the facts, decide.c judges what waits.
 */
#ifndef NETLOG_FOLLOW_H
#define NETLOG_FOLLOW_H

#include "parser/track/internal.h"

enum follow_state {
	FOLLOW_QUIET,		/* nothing is asked */
	FOLLOW_ASKED, FOLLOW_FOUND, FOLLOW_GONE,
	FOLLOW_AGAIN		/* to be asked again */
};

struct follow {
	struct sock *sock;
	enum follow_state state;
	uint64_t question, cookie;	/* 0: none; not known */
	int64_t known;			/* since when the cookie is, mono */
	int64_t opened_ms;		/* found open then, real time; 0: audit told */
	int64_t pid, ppid;
	int fd;				/* -1: known to be gone */
	int64_t fd_gone_ms;		/* by an audit event of then, 0: it is not */
	int64_t deadline, answered;	/* mono */
	int64_t looked_ms, answered_ms;	/* real time */
	struct diag_sock found;
	uint64_t live[DIAG_LIVE_MAX];
	unsigned int live_count;
	int64_t netns;			/* this and the next two: see struct diag */
	bool netns_sure, watched;
	bool stranger;			/* may not be of a namespace that is watched */

	bool held;			/* the start is not written yet */
	enum entry_via via;		/* of the start */
	bool handshaking;		/* a look found the connect still under way */

	bool ended;			/* by what the rules infer */
	bool doubted;			/* and a sweep is to say whether it is so */
	enum entry_via end_via;
	struct stamp end;
	/* who let go of a descriptor last, before it was destroyed; and its opener */
	struct identity *let_go, *opener;
	bool presumed;			/* that let_go had one */
	int64_t let_go_ms, opener_ms;	/* when, real time */

	bool missed;			/* a sweep did not find it alive; first then: */
	struct stamp missed_at;

	bool dead;			/* destroyed; waits for what audit says of it */
	struct stamp dead_at;
	int64_t dead_mono, tx, rx;

	TAILQ_ENTRY(follow) link;	/* waiting or dying */
	UT_hash_handle hh_question, hh_cookie;
};

struct follow *follow_new(struct sock *s);	/* NULL without memory */
/* The socket stays, and is the rules' from now on. */
void follow_drop(struct track *t, struct sock *s);

struct follow *follow_by_cookie(struct track *t, uint64_t cookie);
void follow_set_cookie(struct track *t, struct follow *f, uint64_t cookie);
/* Where it is, and its local end. */
void follow_learn(struct sock *s, const struct diag_sock *d);
bool follow_same_end(const struct netaddr *known, const struct netaddr *found);

bool follow_waits(const struct follow *f);
/* Asks for the socket of the fact in hand. */
void follow_start_waiting(struct track *t, struct follow *f);
void follow_stop_waiting(struct track *t, struct follow *f);
void follow_ask(struct track *t, struct follow *f);
void follow_ask_again(struct track *t, struct follow *f);	/* a little later */
void follow_forget_question(struct track *t, struct follow *f);

/* The connect under way has succeeded, by that time (real, ms) at the latest. */
void follow_established(struct follow *f, int64_t by_ms);
/* The start, if it is held. */
void follow_write_start(struct track *t, struct sock *s);
/* The failure, in place of the start that is held. */
void follow_write_fail(struct track *t, struct sock *s, enum entry_via via, int err);
/* The stop, and the socket goes. */
void follow_write_stop(struct track *t, struct sock *s, const struct ending *e);

/* The process of the fact in hand let go of a descriptor; presumed: if it had it. */
void follow_let_go(struct track *t, struct follow *f, bool presumed);
void follow_end(struct track *t, struct follow *f, enum entry_via via);
void follow_forget_end(struct track *t, struct follow *f);
void follow_set_doubted(struct track *t, struct follow *f, bool doubted);
/* The kernel announced its end: to be written when audit's word is here, too. */
void follow_die(struct track *t, struct follow *f, const struct diag_sock *sock,
		const struct stamp *at, int64_t mono);
void follow_die_of(struct track *t, struct follow *f, struct destroyed *d);
void follow_bury(struct track *t, struct follow *f);
/* Nothing more will be learnt: what is known is written, and the rules' word holds. */
void follow_give_up(struct track *t, struct follow *f);

/* ---- snapshot.c: what was open before, and what still is ---- */

void snapshot_open(struct track *t, const struct event *f);
void snapshot_held(struct track *t, const struct event *f);
void snapshot_known(struct track *t, const struct event *f);
void snapshot_sweep(struct track *t, const struct diag *d);

/* ---- decide.c ---- */

void decide_all(struct track *t);
/* No audit event from before that moment is still to come: there was a later one, or none
 * at all for a while. As long as older ones come, there may be more. */
bool decide_passed(const struct track *t, int64_t real_ms, int64_t mono);
/* What was found at the descriptor is another socket. */
void decide_not_there(struct track *t, struct follow *f);

#endif
