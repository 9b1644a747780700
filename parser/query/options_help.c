// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/options_help: the text of --help. */
#include "parser/query/options_table.h"

static void print_option(FILE *out, const char *brief, const char *full,
			 const char *value, const char *help)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s%s %s", brief ? brief : "", brief ? "," : "",
		 full, value ? value : "");
	fprintf(out, "  %-28s %s\n", name, help);
}

static void print_conditions(FILE *out)
{
	for (const struct shorthand *s = options_shorthands; s->name; s++)
		print_option(out, NULL, s->name, NULL, s->help);
	for (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++) {
		const struct field *f = &fields[id];
		char key[32];

		snprintf(key, sizeof(key), "--%s", f->key);
		print_option(out, f->brief, f->option ? f->option : key, f->value, f->help);
	}
}

void aunetlog_options_usage(FILE *out)
{
	fputs("usage: aunetlog [OPTION]... [CONDITION]...\n"
	      "       aunetlog annotate|capture --help: processes of packets\n"
	      "Prints a line for each network connection in the audit logs that meets the "
	      "conditions.\n\noptions:\n", out);
	for (const struct option *o = options_table; o->full; o++)
		print_option(out, o->brief, o->full, o->value, o->help);
	fputs("\nconditions:\n", out);
	print_conditions(out);
	fputs("\nConditions of one field are alternatives; those of different fields must all "
	      "match.\nA value can begin with an operator, which must match in addition to the "
	      "alternatives:\n  --dur '>60'  --comm '!=curl'  --exe '~/bin/'  "
	      "--remote 'in 10.0.0.0/8,192.0.2.7'\n"
	      "See aunetlog(8) and, for every field, netlog-fields(7).\n", out);
}

void aunetlog_options_fields(FILE *out)
{
	fprintf(out, "%-11s %-24s %s\n", "FIELD", "OPERATORS", "VALUE");
	for (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++) {
		char operators[64];

		match_operators(fields[id].type, operators, sizeof(operators));
		fprintf(out, "%-11s %-24s %s\n", fields[id].key, operators,
			value_allowed(id));
	}
}
