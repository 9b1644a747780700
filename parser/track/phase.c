// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/phase: the table of legal transitions. */
#include "parser/track/phase.h"

static const struct {
	bool legal;
	enum conn_phase to;
} table[CONN_PHASE_COUNT][STEP_COUNT] = {
#define TRANSITION(from, step, to, why) \
	[CONN_##from][STEP_##step] = { true, CONN_##to },
#include "parser/track/transitions.def"
#undef TRANSITION
};

bool phase_next(enum conn_phase from, enum conn_step step, enum conn_phase *to)
{
	if (!table[from][step].legal)
		return false;
	*to = table[from][step].to;
	return true;
}

const char *phase_name(enum conn_phase phase)
{
	static const char *const names[] = {
#define CONN_PHASE_NAME(name) #name,
		CONN_PHASES(CONN_PHASE_NAME)
#undef CONN_PHASE_NAME
	};

	return names[phase];
}

const char *phase_step_name(enum conn_step step)
{
	static const char *const names[] = {
#define CONN_STEP_NAME(name) #name,
		CONN_STEPS(CONN_STEP_NAME)
#undef CONN_STEP_NAME
	};

	return names[step];
}
