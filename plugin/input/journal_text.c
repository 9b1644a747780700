// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/journal_text: messages of journald and rsyslogd about lines that they dropped. */
#include "plugin/input/journal.h"

#include <stdio.h>
#include <string.h>

/* "imuxsock[pid: 7, name: /usr/sbin/audisp-netlog]: 12 messages lost due to rate-limiting (5 allowed
 * within 2 seconds)", with or without the name. */
static bool of_imuxsock(const char *text, int64_t pid, unsigned int *n)
{
	const char *end = strstr(text, "]: ");
	unsigned int of;
	char after;

	return sscanf(text, "MESSAGE=imuxsock[pid: %9u", &of) == 1 && of == pid && end &&
	       sscanf(end, "]: %9u messages lost due to rate-limiting%c", n, &after) == 2;
}

bool journal_parse(const char *field, size_t len, const char *unit, int64_t pid, uint64_t *count)
{
	char text[4096], from[257];
	unsigned int n;

	if (len >= sizeof(text))
		return false;
	memcpy(text, field, len);
	text[len] = 0;
	if (sscanf(text, "MESSAGE=Suppressed %9u messages from %256s", &n, from) == 2 &&
	    !strcmp(from, unit))
		*count = n;
	else if (of_imuxsock(text, pid, &n))
		*count = n;
	else
		return false;
	return true;
}
