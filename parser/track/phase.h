/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/phase: the phases of a connection and the steps between them.
 * transitions.def lists the legal ones.
 */
#ifndef NETLOG_PHASE_H
#define NETLOG_PHASE_H

#include <stdbool.h>

#define CONN_PHASES(X)							\
	X(IDLE)		/* a socket; no connection */			\
	X(CONNECTING)	/* a connect is in progress; no line is written */ \
	X(DEFERRED)	/* its start waits for sock_diag */		\
	X(OPEN)		/* its start is written */			\
	X(ENDING)	/* the rules infer its end; the kernel has not confirmed it */ \
	X(DESTROYED)	/* the kernel destroyed it; audit's last events are awaited */

enum conn_phase {
#define CONN_PHASE_ENUM(name) CONN_##name,
	CONN_PHASES(CONN_PHASE_ENUM)
#undef CONN_PHASE_ENUM
	CONN_PHASE_COUNT
};

#define CONN_STEPS(X)							\
	X(CONNECT)	/* a connect began */				\
	X(OPEN)		/* a connection or a listener began; its start is written */ \
	X(DEFER)	/* a connection began; its start is not written yet */ \
	X(WRITE)	/* the deferred start is written */		\
	X(FAIL)		/* the connect failed; the failure is written */ \
	X(CORRECT)	/* its inferred stop was wrong; its start is written again */ \
	X(FORGET)	/* the socket is not logged; nothing is written */ \
	X(CLOSE)	/* the stop is written */			\
	X(RELEASE)	/* the last known holder closed it */		\
	X(HELD)		/* a process was found to hold it */		\
	X(DESTROY)	/* the kernel reported its destruction */

enum conn_step {
#define CONN_STEP_ENUM(name) STEP_##name,
	CONN_STEPS(CONN_STEP_ENUM)
#undef CONN_STEP_ENUM
	STEP_COUNT
};

/* Returns true and sets *to if the step is legal. */
bool phase_next(enum conn_phase from, enum conn_step step, enum conn_phase *to);

const char *phase_name(enum conn_phase phase);		/* "IDLE" */
const char *phase_step_name(enum conn_step step);	/* "CONNECT" */

#endif
