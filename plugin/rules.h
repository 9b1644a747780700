/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/rules: loads an audit rules file for the time of --live, and takes away
 * exactly the rules that it added. It reads the subset of auditctl(8) that this
 * project's rules are written in: -a LIST,ACTION -F … -S … -k KEY.
 */
#ifndef NETLOG_RULES_H
#define NETLOG_RULES_H

#include <stddef.h>

struct rules;

/* Reads and adds. On error returns NULL after writing to error, with nothing
 * left behind. Rules that were there already stay when rules_remove() is called. */
struct rules *rules_add(const char *path, char *error, size_t size);
/* Returns how many could not be removed. Frees. */
unsigned int rules_remove(struct rules *r);

#endif
