/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/audit_rules: loads an audit rules file for the time of --live, and takes away
 * exactly the rules that it added. It reads the subset of auditctl(8) that this
 * project's rules are written in: -a LIST,ACTION -F … -S … -k KEY.
 */
#ifndef NETLOG_RULES_H
#define NETLOG_RULES_H

#include <stddef.h>

struct audit_rules;

/* Reads and adds. On error returns NULL after writing to error, with nothing
 * left behind. Rules that were there already stay when audit_rules_remove() is called. */
struct audit_rules *audit_rules_add(const char *path, char *error, size_t size);
/* Returns how many could not be removed. Frees. */
unsigned int audit_rules_remove(struct audit_rules *r);

#endif
