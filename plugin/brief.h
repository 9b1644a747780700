/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/brief: a reduced entry, for outputs that must not have all fields: without the command line,
 * which may contain secrets, or with the program's name instead of its path. */
#ifndef NETLOG_BRIEF_H
#define NETLOG_BRIEF_H

#include <stdbool.h>

#include "parser/entry/entry.h"

#define BRIEF_EXE_MAX 1024

struct brief {
	struct entry entry;
	char exe[BRIEF_EXE_MAX]; /* audit-encoded */
	struct identity identity; /* last member: ends in a flexible array, unused here */
};

/* Returns a reduced copy of the entry in *b, or the entry itself if no field is removed. The copy
 * borrows what the entry borrows. */
const struct entry *brief_entry(struct brief *b, const struct entry *e, bool command_line,
				bool exe_path);

#endif
