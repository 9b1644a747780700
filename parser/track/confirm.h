/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/confirm: an inferred end, which sock_diag confirms or contradicts.
 * c->diag->confirming is set.
 */
#ifndef NETLOG_CONFIRM_H
#define NETLOG_CONFIRM_H

#include "parser/track/state.h"

/* Returns true if c's socket can be looked up by its two ends. */
bool confirm_has_both_ends(const struct conn *c);
/* Takes the answer to the request whether a process still holds the socket. */
void confirm_answer(struct track *t, struct conn *c, const struct diag *answer);
/* Settles or drops the inferred end, as far as the answers so far allow. */
void confirm_decide(struct track *t, struct conn *c);

#endif
