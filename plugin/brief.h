/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/brief: an entry with less in it, for outputs that must not have all: without the
 * command line, which may have secrets in it, or with the program's name for its path. */
#ifndef NETLOG_BRIEF_H
#define NETLOG_BRIEF_H

#include <stdbool.h>

#include "parser/entry/entry.h"

#define BRIEF_EXE_MAX 1024

struct brief {
	struct entry entry;
	char exe[BRIEF_EXE_MAX]; /* audit-encoded */
	struct identity identity; /* the last: it ends in a flexible array, unused here */
};

/* Returns a copy in *b of the entry, or the entry itself if all is to be in it. The copy
 * borrows what the entry borrows. */
const struct entry *brief_entry(struct brief *b, const struct entry *e, bool command_line,
				bool exe_path);

#endif
