/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/ignore/rules: the ignore list as audit rules, for --print-rules. */
#ifndef NETLOG_IGNORE_RULES_H
#define NETLOG_IGNORE_RULES_H

#include "plugin/ignore/list.h"

/* Prints never rules for the entries that audit can express, and a comment for each other entry. */
void ignore_rules_print(const struct ignore_list *l, FILE *to);

#endif
