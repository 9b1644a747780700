/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/setup/plan: the missing steps until a host logs its connections, as shell commands. Each has a
 * command that reverts it. Changes nothing itself.
 */
#ifndef NETLOG_SETUP_PLAN_H
#define NETLOG_SETUP_PLAN_H

#include "plugin/doctor/check.h"

#define SETUP_STEPS_MAX 16

struct setup_step {
	const char *what;  /* "enable the plugin" */
	const char *why;   /* one clause */
	char command[512]; /* for /bin/sh */
	char undo[512];	   /* empty: there is nothing to revert */
	bool undo_last;	   /* its undo follows those of all other steps */
};

/* Fills steps; returns how many, in the order in which they are to be run. */
unsigned int setup_plan(const struct doctor *d, struct setup_step steps[SETUP_STEPS_MAX]);

#endif
