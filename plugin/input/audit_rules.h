/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/audit_rules: loads the audit rules of a file while --live runs, and removes
 * exactly the rules that it added. It reads the part of auditctl(8)'s language in which
 * this project's rules are written: -a LIST,ACTION -F … -S … -k KEY.
 */
#ifndef NETLOG_AUDIT_RULES_H
#define NETLOG_AUDIT_RULES_H

#include <stddef.h>

/* The administrator's command that loads the installed rules until the next boot. */
#define AUDIT_RULES_LOAD "auditctl -R /usr/share/audit-netlog/rules/30-netlog.rules"

struct audit_rules;

/* Adds the rules of the file. Returns NULL after an error, with the reason in error and no new
 * rule left. Rules that were loaded before are not removed later. */
struct audit_rules *audit_rules_add(const char *path, char *error, size_t size);
/* Removes them and frees. Returns how many could not be removed. */
unsigned int audit_rules_remove(struct audit_rules *r);

#endif
