// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/packet_options: the command lines of aunetlog annotate and capture. */
#include "parser/query/packet_options.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))
#define WAIT_MS 2000
#define WORDS_MAX 512

struct option {
	const char *brief, *full, *value, *help;
	unsigned int commands;		/* bits of enum packet_command */
	int (*set)(struct packet_options *o, const struct option *option, const char *value);
	size_t offset;			/* of what set fills */
	uint32_t most;			/* of a number */
};

static int fail(struct packet_options *o, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(o->error, sizeof(o->error), format, ap);
	va_end(ap);
	return -EINVAL;
}

static int set_flag(struct packet_options *o, const struct option *option, const char *value)
{
	(void)value;
	*(bool *)((char *)o + option->offset) = true;
	return 0;
}

static int set_text(struct packet_options *o, const struct option *option, const char *value)
{
	const char **at = (const char **)((char *)o + option->offset);

	if (*at)
		return fail(o, "%s: given twice", option->full);
	*at = value;
	return *value ? 0 : fail(o, "%s: must not be empty", option->full);
}

static int set_number(struct packet_options *o, const struct option *option, const char *value)
{
	char *end;
	unsigned long v = strtoul(value, &end, 10);

	if (!isdigit((unsigned char)*value) || *end || !v || v > option->most)
		return fail(o, "%s %s: must be a number from 1 to %u", option->full, value,
			    option->most);
	*(uint32_t *)((char *)o + option->offset) = v;
	return 0;
}

static int set_wait(struct packet_options *o, const struct option *option, const char *value)
{
	char *end;
	double seconds = strtod(value, &end);

	if (!isdigit((unsigned char)*value) || *end || seconds > option->most)
		return fail(o, "%s %s: must be seconds from 0 to %u", option->full, value,
			    option->most);
	o->wait_ms = seconds * 1000;
	return 0;
}

#define AT(field) .offset = offsetof(struct packet_options, field)
#define BOTH (PACKET_ANNOTATE | PACKET_CAPTURE)

static const struct option options[] = {
	{ NULL, "--comment", "TEXT", "add a comment to each section", BOTH,
		set_text, AT(comment) },
	{ NULL, "--for", "SECONDS", "exit after this time", PACKET_CAPTURE, set_number,
		AT(seconds), .most = 1000000000 },
	{ "-h", "--help", NULL, "print this help", BOTH, set_flag, AT(help) },
	{ NULL, "--hold", "COUNT", "connections of the logs to hold in memory; default: 262144, live "
		"1048576", BOTH, set_number, AT(hold), .most = 1000000000 },
	{ NULL, "--host-id", "ID", "name of this host in the file: a GUID or a name; default: "
		"machine-id(5), or the host name", BOTH, set_text, AT(host_id) },
	{ NULL, "--inner", NULL, "use the inner packet of VXLAN, Geneve, GRE and IP in IP", BOTH,
		set_flag, AT(inner) },
	{ "-i", "--interface", "NAME", "capture on this interface; any: all interfaces", PACKET_CAPTURE,
		set_text, AT(interface) },
	{ NULL, "--in-netns", "NAME|PID", "capture in a network namespace: its name in ip-netns(8), or "
		"the pid of a process in it", PACKET_CAPTURE, set_text, AT(netns) },
	{ NULL, "--plain", NULL, "write only comments and the standard's process id, without the "
		"blocks and options of Hone and Apple", BOTH, set_flag, AT(plain) },
	{ NULL, "--snaplen", "BYTES", "write at most this many bytes of each packet", BOTH, set_number,
		AT(snaplen), .most = 262144 },
	{ NULL, "--socket", "PATH", "read the plugin's stream from this socket in place of a log",
		PACKET_CAPTURE, set_text, AT(socket) },
	{ NULL, "--text", NULL, "print a line for each process, connection and packet, as Hone's "
		"/dev/honet", BOTH, set_flag, AT(text) },
	{ NULL, "--wait", "SECONDS", "how long a packet waits for the log; default: 2", BOTH,
		set_wait, AT(wait_ms), .most = 60 },
	{ NULL, "--write", "FILE", "write the capture with processes here; - is standard output", BOTH,
		set_text, AT(write) },
};

static const struct option *find_option(enum packet_command command, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if ((options[i].commands & command) && (!strcmp(options[i].full, name) ||
		    (options[i].brief && !strcmp(options[i].brief, name))))
			return &options[i];
	return NULL;
}

/* Joins the words of capture's filter, as tcpdump does. */
static int set_filter(struct packet_options *o, char **words, int count)
{
	size_t used = 0;

	for (int i = 0; i < count; i++) {
		int n = snprintf(o->filter_text + used, sizeof(o->filter_text) - used, "%s%s",
				 i ? " " : "", words[i]);

		used += n;
		if (used >= sizeof(o->filter_text))
			return fail(o, "the filter is longer than %zu bytes",
				    sizeof(o->filter_text) - 1);
	}
	o->filter = used ? o->filter_text : NULL;
	return 0;
}

/* Words that are not in the table go to rest. The first one of annotate is the input; those of
 * capture after "--" are the filter. */
static int take_words(struct packet_options *o, int argc, char **argv, char **rest, int *count)
{
	for (int i = 1; i < argc; i++) {
		const struct option *option = find_option(o->command, argv[i]);
		int err;

		if (o->command == PACKET_ANNOTATE && i == 1 && (*argv[i] != '-' || !argv[i][1])) {
			o->input = argv[i];
			continue;
		}
		if (o->command == PACKET_CAPTURE && !strcmp(argv[i], "--"))
			return set_filter(o, argv + i + 1, argc - i - 1);
		if (!option) {
			rest[(*count)++] = argv[i];
			continue;
		}
		if (option->value && i + 1 == argc)
			return fail(o, "%s needs a value: %s", argv[i], option->value);
		err = option->set(o, option, option->value ? argv[++i] : NULL);
		if (err)
			return err;
	}
	return 0;
}

/* The last words, if no option of aunetlog takes them: capture's filter, or the input of
 * annotate if it is not the first word. After an option the input is one word: the others may
 * belong to the option. */
static int take_last(struct packet_options *o, char **rest, int *count)
{
	int first = *count;

	if (o->input || o->filter)
		return 0;
	while (first > 1 && *rest[first - 1] != '-')
		first--;
	if (first == *count || (first > 1 && first + 1 == *count))
		return 0;
	if (first > 1 || o->command == PACKET_ANNOTATE)
		first = *count - 1;
	if (o->command == PACKET_ANNOTATE)
		o->input = rest[first];
	else if (set_filter(o, rest + first, *count - first))
		return -EINVAL;
	*count = first;
	return 0;
}

static int set_fields(struct packet_options *o)
{
	static const enum field_id standard[] = {
		FIELD_PID, FIELD_COMM, FIELD_UID, FIELD_AUID, FIELD_EXE, FIELD_OPENER, FIELD_EV,
		FIELD_NODE,
	};
	const char *at = o->query.columns;
	size_t n = 0;

	if (!at) {
		memcpy(o->fields, standard, sizeof(standard));
		return 0;
	}
	while (*at) {
		size_t len = strcspn(at, ",");
		enum field_id id = field_by_key(at, len);

		if (!id)
			return fail(o, "--fields: %.*s: no such field; see aunetlog --help fields",
				    (int)len, at);
		if (n == PACKET_FIELDS_MAX)
			return fail(o, "--fields: more than %d", PACKET_FIELDS_MAX);
		o->fields[n++] = id;
		at += len + (at[len] == ',');
	}
	o->query.columns = NULL;
	return 0;
}

static int check(struct packet_options *o)
{
	const struct aunetlog_options *q = &o->query;

	if (q->action != AUNETLOG_QUERY) {
		o->help = true;
		return 0;
	}
	if (q->view || q->has_open_at || q->just_one || q->maybe || q->follow)
		return fail(o, "only conditions, -if, -ts, -te, --fields and --debug of aunetlog go "
			    "with this command");
	if (o->command == PACKET_ANNOTATE && !o->input)
		return fail(o, "the first argument is the capture: a file, or - for standard input");
	if (o->command == PACKET_CAPTURE && !o->interface)
		return fail(o, "--interface is missing: where to capture; any is all interfaces");
	if (!o->write && !o->text)
		return fail(o, "--write is missing: the file to write, or - for standard output");
	if (o->write && o->text)
		return fail(o, "--text cannot be combined with --write");
	for (unsigned int i = 0; i < q->input_count; i++)
		if (!strcmp(q->inputs[i], "-") && o->input && !strcmp(o->input, "-"))
			return fail(o, "standard input cannot be both the capture and the log");
	return set_fields(o);
}

int packet_options_parse(struct packet_options *o, enum packet_command command, int argc,
			 char **argv, time_t now)
{
	char *rest[WORDS_MAX + 1];
	int count = 1, err;

	memset(o, 0, sizeof(*o));
	o->command = command;
	o->wait_ms = WAIT_MS;
	if (argc > WORDS_MAX)
		return fail(o, "more than %d words", WORDS_MAX);
	rest[0] = argv[0];
	err = take_words(o, argc, argv, rest, &count);
	if (err || o->help)
		return err;
	err = take_last(o, rest, &count);
	if (err)
		return err;
	rest[count] = NULL;
	err = aunetlog_options_parse(&o->query, count, rest, now);
	if (err) {
		fail(o, "%s", o->query.error);
		return err;
	}
	return check(o);
}

void packet_options_fini(struct packet_options *o)
{
	aunetlog_options_fini(&o->query);
}

void packet_options_usage(enum packet_command command, FILE *out)
{
	char name[64];

	fputs(command == PACKET_ANNOTATE ?
	      "usage: aunetlog annotate IN.pcap[ng] [-if LOG]... --write OUT.pcapng [OPTION]...\n"
	      "Writes the capture with the process of each packet.\n" :
	      "usage: aunetlog capture --interface NAME --write OUT.pcapng [OPTION]... [FILTER]\n"
	      "Captures packets with their processes, while following the log of audisp-netlog or "
	      "auditd.\n", out);
	fputs("\noptions:\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option *o = &options[i];

		if (!(o->commands & command))
			continue;
		snprintf(name, sizeof(name), "%s%s%s %s", o->brief ? o->brief : "",
			 o->brief ? "," : "", o->full, o->value ? o->value : "");
		fprintf(out, "  %-28s %s\n", name, o->help);
	}
	fputs("\nThese options of aunetlog also apply: -if, -ts, -te, the conditions, and\n"
	      "-O,--fields FIELD,FIELD (the fields of the comment).\nSee aunetlog-packets(8).\n", out);
}
