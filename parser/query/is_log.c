// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/is_log: keeps outputs from overwriting logs. */
#include "parser/query/is_log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parser/query/source_find.h"

#define AUDIT_LOG "/var/log/audit/audit.log"

static bool is_same(const char *path, const struct stat *file)
{
	struct stat st;

	return path && !(strcmp(path, "-") ? stat(path, &st) : fstat(STDIN_FILENO, &st)) &&
	       S_ISREG(st.st_mode) && st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}

bool is_log(const struct aunetlog_options *o, const struct stat *file)
{
	bool found = is_same(AUDIT_LOG, file);
	char *own = source_own_log(o->netlog_conf);

	found |= is_same(own, file);
	free(own);
	for (unsigned int i = 0; i < o->input_count && !found; i++) {
		const char *equals = o->pair ? strchr(o->inputs[i], '=') : NULL;

		found = is_same(o->inputs[i], file) || (equals && is_same(equals + 1, file));
	}
	return found;
}

bool is_log_path(const struct aunetlog_options *o, const char *path)
{
	struct stat st;

	return !stat(path, &st) && is_log(o, &st);
}
