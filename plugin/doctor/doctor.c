// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/doctor: the table of checks, and their findings as text and JSON. */
#include "plugin/doctor/doctor.h"

#include <string.h>
#include <unistd.h>

#include "parser/entry/json.h"

const struct doctor_check doctor_checks[] = {
	{ "auditd", check_auditd },
	{ "plugin", check_plugin },
	{ "running", check_running },
	{ "config", check_config },
	{ "enabled", check_enabled },
	{ "rules", check_rules },
	{ "rules-at-boot", check_rules_at_boot },
	{ "rule-order", check_rule_order },
	{ "source", check_source },
	{ "boot", check_boot },
	{ "backlog", check_backlog },
	{ "wait", check_wait },
	{ "lost", check_lost },
	{ "q_depth", check_queue },
	{ "log_format", check_log_format },
	{ "journald", check_journald },
	{ "journal-rate", check_journal_rate },
	{ "imjournal", check_imjournal },
	{ "imuxsock", check_imuxsock },
	{ "outputs", check_outputs },
	{ "clock", check_clock },
	{ "connection", check_connection },
	{ NULL, NULL }
};

static const char *const levels[] = {
	[DOCTOR_OK] = "ok",
	[DOCTOR_NOTE] = "note",
	[DOCTOR_UNKNOWN] = "unknown",
	[DOCTOR_WARNING] = "warning",
	[DOCTOR_BROKEN] = "broken",
};

/* ---- text ---- */

static void print_text(const char *name, const struct doctor_finding *f, FILE *to)
{
	fprintf(to, "%-8s %-14s %s\n", levels[f->level], name, f->found);
	if (*f->why)
		fprintf(to, "%23s why: %s\n", "", f->why);
	if (*f->fix)
		fprintf(to, "%23s fix: %s\n", "", f->fix);
	fflush(to);
}

static void print_total(const unsigned int *counts, FILE *to)
{
	fprintf(to, "\n%u ok, %u notes, %u unknown, %u warnings, %u broken\n",
		counts[DOCTOR_OK], counts[DOCTOR_NOTE], counts[DOCTOR_UNKNOWN],
		counts[DOCTOR_WARNING], counts[DOCTOR_BROKEN]);
}

/* ---- JSON ---- */

static void print_member(const char *key, const char *text, FILE *to)
{
	char buf[8 * sizeof(((struct doctor_finding *)0)->found)];
	struct put p = { buf, buf + sizeof(buf) };

	json_put_string(&p, text, strlen(text));
	fprintf(to, "\"%s\":%.*s", key, (int)(p.to - buf), buf);
}

static void print_json(const char *name, const struct doctor_finding *f, bool first, FILE *to)
{
	fputs(first ? "{" : ",{", to);
	print_member("name", name, to);
	fputc(',', to);
	print_member("level", levels[f->level], to);
	fputc(',', to);
	print_member("found", f->found, to);
	if (*f->why) {
		fputc(',', to);
		print_member("why", f->why, to);
	}
	if (*f->fix) {
		fputc(',', to);
		print_member("fix", f->fix, to);
	}
	fputc('}', to);
}

static void begin_json(FILE *to)
{
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	fputs("{\"version\":\"" NETLOG_VERSION "\",", to);
	print_member("host", host, to);
	fputs(",\"checks\":[", to);
}

/* ---- all ---- */

static int status_of(const unsigned int *counts)
{
	if (counts[DOCTOR_BROKEN])
		return 2;
	return counts[DOCTOR_WARNING] || counts[DOCTOR_UNKNOWN] ? 1 : 0;
}

int doctor_run(const struct doctor *d, enum doctor_format format, FILE *to)
{
	unsigned int counts[DOCTOR_BROKEN + 1] = { 0 };
	int status;

	if (format == DOCTOR_JSON)
		begin_json(to);
	for (const struct doctor_check *c = doctor_checks; c->name; c++) {
		struct doctor_finding f = { .level = DOCTOR_OK };

		c->run(d, &f);
		counts[f.level]++;
		if (format == DOCTOR_JSON)
			print_json(c->name, &f, c == doctor_checks, to);
		else
			print_text(c->name, &f, to);
	}
	status = status_of(counts);
	if (format == DOCTOR_JSON)
		fprintf(to, "],\"status\":%d}\n", status);
	else
		print_total(counts, to);
	return status;
}
