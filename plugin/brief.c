// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/brief: a reduced entry, for outputs that must not have all fields. */
#include "plugin/brief.h"

#include <stdio.h>
#include <string.h>

#include "parser/text.h"

/* Returns the file name of the path, after the last slash, in hex, because it can be any bytes.
 * NULL if it is empty or does not fit. */
static const char *name_of(const char *exe, char to[BRIEF_EXE_MAX])
{
	char path[BRIEF_EXE_MAX / 2];
	size_t len = audit_text(exe, path, sizeof(path)), n = 0;
	const char *slash = memrchr(path, '/', len), *name = slash ? slash + 1 : path;

	len -= name - path;
	if (!len || len * 2 >= BRIEF_EXE_MAX)
		return NULL;
	for (size_t i = 0; i < len; i++)
		n += snprintf(to + n, 3, "%02X", (unsigned char)name[i]);
	return to;
}

const struct entry *brief_entry(struct brief *b, const struct entry *e, bool command_line,
				bool exe_path)
{
	if (command_line && exe_path)
		return e;
	b->entry = *e;
	b->identity = *e->identity;
	b->entry.identity = &b->identity;
	if (!command_line)
		b->identity.proctitle = NULL;
	if (!exe_path && b->identity.exe)
		b->identity.exe = name_of(b->identity.exe, b->exe);
	return &b->entry;
}
