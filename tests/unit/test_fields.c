// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/unit: parser/entry/fields, the table itself, and man/netlog-fields.7, which is
 * made from it: "test_fields --write" (make fields-man) prints the page.
 */
#include "parser/entry/fields.h"

#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/entry/line.h"
#include "parser/entry/match.h"
#include "table.h"

#define PAGE "man/netlog-fields.7"
#define STOPS (1u << CONNECT_STOP | 1u << LISTEN_STOP)
#define CONNECTS (1u << CONNECT_START | 1u << CONNECT_STOP | 1u << CONNECT_FAIL | 1u << CONNECT_USE)

#define EACH(id) (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++)

/* ---- the page ---- */

static void print_roff(FILE *to, const char *text)
{
	for (; *text; text++)
		fputs(*text == '-' ? "\\-" : (char[]){ *text, 0 }, to);
}

static void print_head(FILE *to)
{
	fputs(".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
	      ".\\\" Made from parser/entry/fields.def by: make fields-man\n"
	      ".TH NETLOG-FIELDS 7 2026-11-28 audit-netlog \"Miscellaneous Information\"\n"
	      ".SH NAME\n"
	      "netlog-fields \\- fields of the network connection log, and conditions on them\n"
	      ".SH DESCRIPTION\n"
	      "Every field of the lines of \\fBaudisp\\-netlog\\fP(8), with the operators of "
	      "its conditions,\nits option of \\fBaunetlog\\fP(8), and its names in the formats "
	      "of \\fBnetlog\\-formats\\fP(7).\n"
	      "Names in parentheses are those for accepted connections and for listeners.\n"
	      "A field without a name is under \\fBnetlog\\fP in ECS and under "
	      "\\fBunmapped\\fP in OCSF.\n"
	      "An unknown value is \\- in the line, or its key is left out.\n", to);
}

static void print_conditions(FILE *to)
{
	fputs(".SH CONDITIONS\n"
	      "A condition is a field, an operator and a value: \\fBdur>60\\fP,\n"
	      "\\fBexe=/usr/bin/ssh\\fP, \\fBremote in 10.0.0.0/8,192.0.2.7\\fP.\n"
	      "Blanks separate conditions in the ignore list of "
	      "\\fBaudisp\\-netlog.conf\\fP(5).\n"
	      "In \\fBaunetlog\\fP(8) the field is an option, and its value can begin with an "
	      "operator:\n\\fB\\-\\-dur '>60'\\fP.\n.TP\n"
	      ".BR = \", \" !=\n"
	      "The field equals the value, or not. An address also equals a network that "
	      "contains it,\nand a number a range LOW\\-HIGH.\n.TP\n"
	      ".BR ~ \", \" !~\n"
	      "The text contains the value, or not. The value is not a pattern.\n.TP\n"
	      ".BR < \", \" <= \", \" > \", \" >=\n"
	      "The number is smaller or larger. unset is not a number: auid>1000 does not match "
	      "it.\n.TP\n"
	      ".B in\n"
	      "The field equals one value of a list, separated by commas.\n.PP\n"
	      "Conditions on one field with =, ~ or in are alternatives. All others must "
	      "hold:\n\\fBcomm=curl comm=wget dur>1 dur<60\\fP matches curl or wget, for more "
	      "than one second and\nless than sixty.\n.PP\n"
	      "A condition on an unknown value never holds, not even with != and !~: an unknown "
	      "value is\nneither matched nor excluded.\n.PP\n"
	      "Quote a value that has blanks: comm=\"a b\" or 'a b'. In double quotes, "
	      "\\e\" is a quote and\n\\e\\e a backslash. \\exHH is the byte HH, so that text "
	      "can be copied from a line.\n", to);
}

static void print_name(FILE *to, const char *format, struct field_name name, bool *more)
{
	if (!name.out)
		return;
	fprintf(to, "%s%s ", *more ? ", " : ".br\n", format);
	*more = true;
	print_roff(to, name.out);
	if (name.in) {
		fputs(" (accepted: ", to);
		print_roff(to, name.in);
		fputs(")", to);
	}
}

static void print_names(FILE *to, const struct field *f)
{
	bool more = false;

	print_name(to, "ECS", f->ecs, &more);
	print_name(to, "OCSF", f->ocsf, &more);
	print_name(to, "CEF", f->cef, &more);
	print_name(to, "LEEF", f->leef, &more);
	if (more)
		fputs(".\n", to);
}

static void print_option(FILE *to, const struct field *f)
{
	fputs("Option:", to);
	if (f->brief) {
		fputs(" ", to);
		print_roff(to, f->brief);
		fputs(",", to);
	}
	if (f->option) {
		fputs(" ", to);
		print_roff(to, f->option);
		fputs(",", to);
	}
	fprintf(to, " \\-\\-%s \\fI%s\\fP.\n", f->key, f->value);
}

static const char *whose(const struct field *f)
{
	if (!(f->kinds & ~(STOPS | 1u << PROC_END | 1u << CONNECT_USE | 1u << LISTEN_USE)))
		return "Only stops have it, so the ignore list rejects it.\n";
	if (f->kinds == (STOPS | 1u << CONNECT_FAIL))
		return "Stops and failures have it. In the ignore list it is that of a failure.\n";
	return f->kinds == CONNECTS ? "Listeners do not have it.\n" : "";
}

static void print_field(FILE *to, enum field_id id)
{
	const struct field *f = &fields[id];
	char operators[64];

	fprintf(to, ".TP\n.B %s\n%s\n%s", f->key, f->manual, whose(f));
	match_operators(f->type, operators, sizeof(operators));
	fprintf(to, ".br\nOperators: %s. ", operators);
	print_option(to, f);
	print_names(to, f);
}

static void print_page(FILE *to)
{
	print_head(to);
	fputs(".SH FIELDS\nThe fields have the order of the line. The first ones have no key in it; "
	      "the others are\n\\fIkey\\fP=\\fIvalue\\fP.\n", to);
	for EACH(id)
		print_field(to, id);
	print_conditions(to);
	fputs(".SH SEE ALSO\n.BR audisp\\-netlog (8),\n.BR audisp\\-netlog.conf (5),\n"
	      ".BR aunetlog (8),\n"
	      ".BR netlog\\-formats (7)\n", to);
}

static char *read_all(FILE *f, size_t *size)
{
	char *text = malloc(1 << 17);

	assert_non_null(text);
	*size = fread(text, 1, (1 << 17) - 1, f);
	text[*size] = 0;
	return text;
}

/* A new row, or a changed one, needs: make fields-man */
static void test_page(void **state)
{
	FILE *made = tmpfile(), *page = fopen(PAGE, "r");
	char *want, *have;
	size_t want_size, have_size;

	(void)state;
	if (!page)
		fail_msg("%s: %s; call it from the top of the tree", PAGE, strerror(errno));
	print_page(made);
	rewind(made);
	want = read_all(made, &want_size);
	have = read_all(page, &have_size);
	fclose(made);
	fclose(page);
	if (want_size != have_size || memcmp(want, have, want_size))
		fail_msg("%s is not what parser/entry/fields.def makes: call make fields-man",
			 PAGE);
	free(want);
	free(have);
}

/* ---- the table ---- */

static bool is_word(const char *text, const char *extra)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (!islower((unsigned char)*text) && !strchr(extra, *text))
			return false;
	return true;
}

static void test_rows(void **state)
{
	(void)state;
	for EACH(id) {
		const struct field *f = &fields[id];

		if (!f->key || !is_word(f->key, "") || strlen(f->key) > 11)
			fail_msg("row %d: key %s", id, f->key ? f->key : "missing");
		if (!f->manual || strlen(f->manual) < 10 ||
		    f->manual[strlen(f->manual) - 1] != '.')
			fail_msg("%s: no manual text, or it does not end with a full stop",
				 f->key);
		if (!f->help || !*f->help || strlen(f->help) > 64 ||
		    f->help[strlen(f->help) - 1] == '.' || !f->value)
			fail_msg("%s: help or value is missing, or help is no short line",
				 f->key);
		if (!f->kinds || f->type >= TYPE_COUNT || (f->type == TYPE_FLAG) != !!f->flag)
			fail_msg("%s: kinds, type or flag", f->key);
		if ((f->ecs.in && !f->ecs.out) || (f->ocsf.in && !f->ocsf.out) ||
		    (f->cef.in && !f->cef.out) || (f->leef.in && !f->leef.out))
			fail_msg("%s: a name for one direction", f->key);
		assert_int_equal(field_by_key(f->key, strlen(f->key)), id);
		assert_non_null(value_allowed(id));
	}
}

/* No option of aunetlog names two fields. */
static void test_spellings(void **state)
{
	(void)state;
	for EACH(a) {
		if (fields[a].brief)
			assert_true(is_word(fields[a].brief, "-"));
		if (fields[a].option)
			assert_true(!strncmp(fields[a].option, "--", 2) &&
				    field_by_key(fields[a].option + 2,
						 strlen(fields[a].option + 2)) == FIELD_NONE);
		for EACH(b) {
			if (a == b)
				continue;
			assert_string_not_equal(fields[a].key, fields[b].key);
			if (fields[a].brief && fields[b].brief)
				assert_string_not_equal(fields[a].brief, fields[b].brief);
			if (fields[a].option && fields[b].option)
				assert_string_not_equal(fields[a].option, fields[b].option);
		}
	}
}

static struct identity who = {
	.refs = 1, .pid = 2304, .ppid = 2211, .uid = 1000, .auid = 1001, .ses = 3,
	.sid = 2210, .comm = "\"curl\"", .exe = "\"/usr/bin/curl\"",
	.subj = "\"curl_t\"", .proctitle = "6375726C002D76",
	.egid = { true, 1000 }, .cgroup = { true, 4711 },
};

static const struct entry whole = {
	.what = CONNECT_STOP, .time = { 1000, 5, 0 }, .ev = { 1795241079, 391, 62 },
	.id = { 0x3f1a09c2, true, 0x5e01, false, 1 }, .node = "web1",
	.proto = IPPROTO_TCP, .inbound = true,
	.local = { AF_INET, true, true, 43210, 0, { 10, 0, 0, 5 } },
	.remote = { AF_INET, true, true, 443, 0, { 192, 0, 2, 7 } },
	.identity = &who, .opener = 17, .via = VIA_CLOSE, .err = ECONNRESET,
	.dur_ms = 1204, .tx = 512, .rx = 90112, .netns = 4026531840, .other_netns = true,
	.container = "web-1", .container_name = "web one", .pod = "0f2a1b3c", .unit = "x.service",
	.pcomm = "bash", .status = "1", .sent = { true, 300 }, .read = { true, 21 },
};

/* A field's value as text, as it must stand in the line. */
static const char *value_text(enum field_id id, const struct entry *e)
{
	static char text[FORMAT_LINE_MAX];
	struct put p = { .to = text, .end = text + sizeof(text) - 1 };
	struct field_value v = field_get(id, e);

	line_put_value(&p, id, &v);
	*p.to = 0;
	return text;
}

static void test_line_has_all(void **state)
{
	struct line_format *format = line_format_new();
	char line[FORMAT_LINE_MAX], want[FORMAT_LINE_MAX + 32];
	const char *at = line;

	(void)state;
	assert_non_null(format);
	line_format(format, &whole, line);
	for EACH(id) {
		const struct field *f = &fields[id];

		if (f->line == LINE_NOT || id == FIELD_INCOMPLETE)
			continue;
		if (f->line == LINE_HEAD)
			snprintf(want, sizeof(want), "%s", value_text(id, &whole));
		else
			snprintf(want, sizeof(want), " %s=%s", f->key, value_text(id, &whole));
		at = strstr(at, want);		/* in the order of the table */
		if (!at)
			fail_msg("%s is not where it should be in: %s", want, line);
	}
	line_format_free(format);
}

/* Each extra stands in the line just if it is known, or always. */
static void test_unknown(void **state)
{
	static struct identity nobody = { .refs = 1, .pid = -1, .ppid = -1, .uid = -1,
					  .auid = -1, .ses = -1, .sid = -1 };
	static const struct entry nothing = {
		.what = CONNECT_START, .proto = PROTO_UNKNOWN, .identity = &nobody,
		.opener = -1, .dur_ms = -1, .tx = -1, .rx = -1, .netns = -1,
		.unknown_direction = true,
	};
	struct line_format *format = line_format_new();
	char line[FORMAT_LINE_MAX], key[32];

	(void)state;
	assert_non_null(format);
	line_format(format, &nothing, line);
	for EACH(id) {
		const struct field *f = &fields[id];

		snprintf(key, sizeof(key), " %s=", f->key);
		assert_int_equal(strstr(line, key) != NULL, f->line == LINE_ALWAYS);
		if (f->type == TYPE_KIND || f->type == TYPE_TIME || f->type == TYPE_FLAG)
			continue;
		assert_false(field_get(id, &nothing).known);
		assert_string_equal(value_text(id, &nothing), "-");
	}
	line_format_free(format);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_line_has_all),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_page),
	};

	if (argc == 2 && !strcmp(argv[1], "--write")) {
		print_page(stdout);
		return fflush(stdout) ? 1 : 0;
	}
	return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
