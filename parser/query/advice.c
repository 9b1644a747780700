// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/advice: what to write instead, for options and addresses that others'
 * habits suggest.
 */
#include "parser/query/advice.h"

#include <ctype.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

struct advice {
	const char *name, *advice;
};

/* Options that ausearch and others have under a name that aunetlog has not. */
static const struct advice advices[] = {
	{ "-f", "is a file name in ausearch; to follow a growing log: -F, to read a file: -if FILE" },
	{ "--file", "is a file name in ausearch; to read a file: -if FILE" },
	{ "-o", "is an object's context in ausearch; to choose the output: --format NAME, "
		"its columns: -O FIELD,FIELD" },
	{ "--object", "is of files; for the process's context: -se CONTEXT" },
	{ "-gi", "lines have no real group; audit records do: "
		"aunetlog ... -r | ausearch -gi GROUP -i" },
	{ "--gid", "lines have no real group; audit records do: "
		"aunetlog ... -r | ausearch -gi GROUP -i" },
	{ "-ga", "lines have no real group; audit records do: "
		"aunetlog ... -r | ausearch -ga GROUP -i" },
	{ "-ue", "lines have no effective user; audit records do: "
		"aunetlog ... -r | ausearch -ue USER -i" },
	{ "-m", "the type of a record is no condition here; for the kind of line: --kind KIND" },
	{ "--message", "the type of a record is no condition here; for the kind of line: --kind KIND" },
	{ "-tm", "lines have no terminal; audit records do: "
		"aunetlog ... -r | ausearch -tm TERMINAL -i" },
	{ "--terminal", "lines have no terminal; audit records do: "
		"aunetlog ... -r | ausearch -tm TERMINAL -i" },
	{ "--port", "unknown option; for a port of either end: --addr :PORT" },
	{ "-ge", "with BPF: --egid GID; else audit records have it: "
		"aunetlog ... -r | ausearch -ge GROUP -i" },
	{ "--gid-all", "lines have no real group; audit records do: "
		"aunetlog ... -r | ausearch -ga GROUP -i" },
	{ "--gid-effective", "with BPF: --egid GID; else audit records have it: "
		"aunetlog ... -r | ausearch -ge GROUP -i" },
	{ "--uid-effective", "lines have no effective user; audit records do: "
		"aunetlog ... -r | ausearch -ue USER -i" },
	{ "--syscall", "a system call is no condition here; for the kind of line: --kind KIND" },
	{ "-sc", "a system call is no condition here; for the kind of line: --kind KIND" },
	{ "--arch", "the machine's architecture is no condition here" },
	{ "-vm", "guests are not recorded; for a container: --container ID" },
	{ "--vm-name", "guests are not recorded; for a container: --container ID" },
	{ "-uu", "guests are not recorded; for a container: --container ID" },
	{ "--uuid", "guests are not recorded; for a container: --container ID" },
	{ "--eoe-timeout", "is 2 seconds here, as in ausearch" },
	{ "--escape", "lines have unprintable bytes as \\xHH, JSON as \\u00HH" },
	{ "--extra-keys", "is of ausearch's CSV; for columns: -O FIELD,FIELD" },
	{ "--extra-labels", "is of ausearch's CSV; for columns: -O FIELD,FIELD" },
	{ "--extra-obj2", "is of ausearch's CSV; for columns: -O FIELD,FIELD" },
	{ "--extra-time", "is of ausearch's CSV; for columns: -O FIELD,FIELD" },
	{ "-b", "is an option of journalctl; for lines since this host booted: -ts boot" },
	{ "--boot", "is an option of journalctl; for lines since this host booted: -ts boot" },
	{ "--dport", "unknown option; for a port of the remote end: --remote :PORT" },
	{ "--sport", "unknown option; for a port of the local end: --local :PORT" },
	{ "--src", "unknown option; for the local or the remote end: --local or --remote ADDRESS" },
	{ "--dst", "unknown option; for the local or the remote end: --local or --remote ADDRESS" },
	{ "--ip", "unknown option; for an address of either end: --addr ADDRESS" },
	{ "--address", "unknown option; for an address of either end: --addr ADDRESS" },
	{ "--process", "unknown option; for a process: -p PID, for a program: -c NAME" },
	{ "--program", "unknown option; for a program: -c NAME, by its path: -x PATH" },
	{ "--cmd", "unknown option; for a program: -c NAME, its command line: --proctitle TEXT" },
	{ "-u", "unknown option; for a user: -ui USER, for a unit of systemd: --unit NAME" },
	{ "-g", "unknown option; for a text in a line: aunetlog ... | grep TEXT" },
	{ "--grep", "unknown option; for a text in a line: aunetlog ... | grep TEXT" },
	{ "--output", "unknown option; for another format: --format NAME" },
	{ "--output-fields", "unknown option; for columns: -O FIELD,FIELD" },
	{ "--json", "unknown option; write --format json" },
	{ "--csv", "unknown option; write --format csv" },
	{ "--table", "unknown option; write --format table" },
	{ "--reverse", "lines are in the order of the log; for the last ones first: aunetlog ... | tac" },
	{ "--cursor-file", "is an option of journalctl; here: --checkpoint FILE" },
	{ "--no-header", "unknown option; lines have no header: --format netlog" },
	{ "--color", "a terminal has colors unless NO_COLOR is set" },
	{ "-V", "unknown option; for the version: -v" },
	{ "--last", "unknown option; for the last hour: -ts -1h" },
	{ "--limit", "unknown option; for the first lines: aunetlog ... | head -n N, "
		"for the first rows of a summary: --top N" },
	{ "--count", "unknown option; for numbers: --summary FIELD, or aunetlog ... | wc -l" },
	{ "--sort", "lines are in the order of the log; a summary's rows by their number" },
	{ "--active", "unknown option; for what is open: --open-at now" },
	{ "--open", "unknown option; for what is open: --open-at now" },
	{ "--established", "unknown option; for what is open: --open-at now" },
	{ "--parent", "unknown option; for the parent's pid: -pp PID, for one further up: --ancestor PID" },
	{ "--tree", "unknown option; for everything below a process: --ancestor PID" },
	{ "--not", "unknown option; an operator is part of the value: --comm '!=curl'" },
};

/* Values of --format that ausearch has. */
static const struct advice formats[] = {
	{ "raw", "the audit records of each match: -r" },
	{ "default", "the lines: --format netlog; the audit records of each match: -r" },
	{ "interpret", "with names of users: -i; the audit records of each match: "
		"aunetlog ... -r | ausearch -i" },
	{ "text", "the lines: --format netlog, or a text of your own: --format template:TEXT" },
};

static const char *find(const struct advice *of, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(of[i].name, name))
			return of[i].advice;
	return NULL;
}

const char *advice_of_format(const char *name)
{
	return find(formats, ARRAY_SIZE(formats), name);
}

const char *advice_of_option(const char *name)
{
	return find(advices, ARRAY_SIZE(advices), name);
}

/* Number of edits that turn one word into the other, up to a bound. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[32], n = strlen(b);

	if (n >= ARRAY_SIZE(row))
		return UINT_MAX;
	for (unsigned int j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned int i = 1; *a; a++, i++) {
		unsigned int corner = row[0];

		row[0] = i;
		for (unsigned int j = 1; j <= n; j++) {
			unsigned int same = corner + (*a != b[j - 1]);

			corner = row[j];
			row[j] = same < row[j] + 1 ? same : row[j] + 1;
			row[j] = row[j] < row[j - 1] + 1 ? row[j] : row[j - 1] + 1;
		}
	}
	return row[n];
}

void nearest_consider(struct nearest *n, const char *candidate)
{
	unsigned int d, limit = strlen(n->name) > 5 ? 3 : 2;

	if (!candidate || strncmp(n->name, "--", 2) || !n->name[2])
		return;
	/* the beginning of an option is nearer than another one */
	d = strncmp(candidate, n->name, strlen(n->name)) ? distance(n->name, candidate) : 1;
	if (d >= (n->best ? n->distance : limit))
		return;
	n->distance = d;
	n->best = candidate;
}

/* The port of a service by its name, in host byte order; 0: there is none. */
static unsigned int port_of(const char *name)
{
	struct servent *service = getservbyname(name, NULL);

	return service ? ntohs(service->s_port) : 0;
}

/* "192.0.2" or "192.0.2.": the beginning of an address. Returns its number of parts, or 0. */
static int parts_of_beginning(const char *text)
{
	size_t len = strspn(text, "0123456789.");
	int parts = 1;

	for (const char *p = text; *p; p++)
		parts += *p == '.' && p[1];
	return text[len] || !strchr(text, '.') || parts > 3 ? 0 : parts;
}

bool advice_of_address(const char *text, char *advice, size_t size)
{
	const char *colon = strrchr(text, ':');
	unsigned int port = 0;
	int parts;

	if (strspn(text, "0123456789-") == strlen(text)) {
		snprintf(advice, size, "a port is written :%s", text);
		return true;
	}
	parts = parts_of_beginning(text);
	if (parts) {
		snprintf(advice, size, "a network is written %.*s%s/%d",
			 (int)(strlen(text) - (text[strlen(text) - 1] == '.')), text,
			 &".0.0.0"[2 * (parts - 1)], 8 * parts);
		return true;
	}
	if (!strncmp(text, "localhost", 9)) {
		snprintf(advice, size, "names are not looked up; write '127.0.0.0/8%s' or '%s::1%s%s'",
			 text[9] == ':' ? text + 9 : "", text[9] == ':' ? "[" : "",
			 text[9] == ':' ? "]" : "", text[9] == ':' ? text + 9 : "");
		return true;
	}
	if (colon && isalpha((unsigned char)colon[1]))
		port = port_of(colon + 1);
	if (port) {
		snprintf(advice, size, "names of services are not looked up; %s is port %u: %.*s:%u",
			 colon + 1, port, (int)(colon - text), text, port);
		return true;
	}
	if (isalpha((unsigned char)*text) && strchr(text, '.') && !colon) {
		snprintf(advice, size, "names of hosts are not looked up; getent hosts %.64s prints "
			 "addresses", text);
		return true;
	}
	return false;
}
