/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/setup: audisp-netlog --setup: shows, does or undoes the plan for this host. */
#ifndef NETLOG_SETUP_H
#define NETLOG_SETUP_H

#include <stdio.h>

#include "plugin/setup/plan.h"

#define SETUP_STATE "/var/lib/audit-netlog/setup.undo"

enum setup_mode { SETUP_SHOW,
		  SETUP_DO,
		  SETUP_UNDO };

struct setup {
	const char *state;		 /* file with the commands that revert the changes */
	int (*run)(const char *command); /* system(3) */
	FILE *to;
};

/*
 * Returns the exit status: 0, or 1 if a command failed or a file could not be written. SETUP_DO
 * stops at the first command that fails; earlier steps can be undone.
 */
int setup_apply(const struct setup *s, const struct doctor *d, enum setup_mode mode);

#endif
