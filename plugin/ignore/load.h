/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/ignore/load: loads [ignore] file and reports its changes in the stream, so that readers see
 * which connections are hidden. */
#ifndef NETLOG_IGNORE_LOAD_H
#define NETLOG_IGNORE_LOAD_H

#include "plugin/ignore/list.h"
#include "plugin/report.h"

/*
 * Replaces *list by what the file has now; path NULL: by nothing. After a mistake the
 * list stays as it is, and the mistake is logged with file and line.
 */
void ignore_load(struct ignore_list **list, const char *path, struct report *r);

/* Logs a warning about entries that ignore a program regardless of the user who runs it. */
void ignore_warn(const struct ignore_list *l, const char *path);

#endif
