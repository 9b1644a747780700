// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/journal_text: messages of journald and rsyslogd about lines that they dropped. */
#include "plugin/input/journal.h"

#include <stdio.h>
#include <string.h>

bool journal_parse(const char *field, size_t len, const char *unit, int64_t pid, uint64_t *count)
{
	char text[512], from[257];
	unsigned int n, of;

	if (len >= sizeof(text))
		return false;
	memcpy(text, field, len);
	text[len] = 0;
	*count = 0;
	if (sscanf(text, "MESSAGE=Suppressed %9u messages from %256s", &n, from) == 2 &&
	    !strcmp(from, unit))
		*count = n;
	if (sscanf(text, "MESSAGE=imuxsock[pid: %9u]: %9u messages lost due to rate-limiting%c", &of, &n,
		   from) == 3 && of == pid)
		*count = n;
	return *count;
}
