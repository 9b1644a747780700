// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/journal_none: a build without libsystemd does not read the journal. */
#include "plugin/input/journal.h"

bool journal_readable(void)
{
	return false;
}

struct journal *journal_open(void)
{
	return NULL;
}

uint64_t journal_suppressed(struct journal *j)
{
	(void)j;
	return 0;
}

void journal_close(struct journal *j)
{
	(void)j;
}
