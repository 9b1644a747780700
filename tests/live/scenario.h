/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/live/scenario: each program has a table of its scenarios. */
#ifndef LIVE_SCENARIO_H
#define LIVE_SCENARIO_H

struct scenario {
	const char *name;
	void (*run)(void);
};

/* Ends with a row without name. */
extern const struct scenario scenarios[];

#endif
