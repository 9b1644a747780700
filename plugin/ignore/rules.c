// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plugin/ignore/rules: the ignore list as audit rules.
 *
 * The exclude filter is not used: it compares the program of the task that runs, and the
 * module writes some records in softirq, where that is any task.
 */
#include "plugin/ignore/rules.h"

#include <ctype.h>
#include <string.h>

/* The calls of 30-netlog.rules without exit and exit_group: these also end connections
 * that the process had from its time before execve. */
#define CALLS_64 "socket,connect,bind,listen,accept,accept4"
#define CALLS_32 "socket,connect,bind,listen,accept4,socketcall"

static const char heading[] =
	"# Made by audisp-netlog --print-rules from the ignore list. Load them before\n"
	"# 30-netlog.rules, for example as /etc/audit/rules.d/29-netlog-ignore.rules.\n"
	"# They also hide these calls from other rules that come later, whatever their key.\n"
	"# The kernel resolves a program's path when a rule is loaded: load them again after\n"
	"# the program's directory was replaced. Records of the kernel module are not\n"
	"# affected; the plugin leaves these connections out.\n";

/* A blank, a quote or a control character has no spelling in auditctl's files. */
static bool is_plain(const char *path)
{
	for (; *path; path++)
		if (!isgraph((unsigned char)*path) || *path == '"' || *path == '\'')
			return false;
	return true;
}

static bool is_kept(const struct ignore_list *l, const char *exe)
{
	for (const struct ignore_item *i = ignore_list_items(l); i; i = i->next)
		if (i->keep && (!i->exe || !exe || !strcmp(i->exe, exe)))
			return true;
	return false;
}

/* NULL: it is a rule. exe of *i is NULL: any program. */
static const char *no_rule(const struct ignore_list *l, const struct ignore_item *i)
{
	if (i->keep)
		return "an exception";
	if (i->has_net || i->has_port)
		return "audit rules have no addresses and ports";
	if (i->container)
		return "audit rules have no containers";
	if (!i->exe && !i->has_uid)
		return "any program";
	if (i->exe && !is_plain(i->exe))
		return "a path that auditctl cannot read";
	if (is_kept(l, i->exe))
		return i->exe ? "an entry with ! is about this program" : "there are entries with !";
	return NULL;
}

static void print_rule(const struct ignore_item *i, const char *arch, const char *calls,
		       FILE *to)
{
	fprintf(to, "-a never,exit -F arch=%s -S %s", arch, calls);
	if (i->exe)
		fprintf(to, " -F exe=%s", i->exe);
	if (i->has_uid && i->uid_low == i->uid_high)
		fprintf(to, " -F uid=%lld", (long long)i->uid_low);
	else if (i->has_uid)
		fprintf(to, " -F uid>=%lld -F uid<=%lld", (long long)i->uid_low, (long long)i->uid_high);
	fputc('\n', to);
}

void ignore_rules_print(const struct ignore_list *l, FILE *to)
{
	fputs(heading, to);
	for (const struct ignore_item *i = ignore_list_items(l); i; i = i->next) {
		const char *reason = no_rule(l, i);

		if (reason) {
			fprintf(to, "# %s: no rule: %s\n", i->text, reason);
			continue;
		}
		print_rule(i, "b64", CALLS_64, to);
		print_rule(i, "b32", CALLS_32, to);
	}
}
