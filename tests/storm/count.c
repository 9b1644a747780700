// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/storm/count: counts the lines of a storm in the logs. Reads an audit.log and a
 * netlog.log from the given offsets on; a line counts if its process is called "storm".
 *
 * usage: count AUDIT-LOG OFFSET NETLOG-LOG OFFSET
 *
 * holes: serial numbers between the lowest and the highest of all events that no record
 * has; SOCKADDR, PROCTITLE, SOCKETCALL and EOE, which follow another record, do not count.
 * They are found here by sorting, not by the plugin's code.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const calls[] = {
	[41] = "socket", [42] = "connect", [43] = "accept", [49] = "bind",
	[50] = "listen", [231] = "exit_group", [288] = "accept",
};
#define CALLS (sizeof(calls) / sizeof(*calls))

static const char *const ops[] = {
	"connect", "established", "fail", "accept", "dgram", "bind", "listen", "release",
};
#define OPS (sizeof(ops) / sizeof(*ops))

static unsigned long by_call[CALLS], by_op[OPS], syscalls, records, own;
static unsigned long followers;

struct list {
	unsigned long *serials, used, room;
};

static struct list all, storms, written, behind;

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "count: %s: %s\n", what, strerror(errno));
	exit(99);
}

static FILE *open_at(const char *path, const char *offset)
{
	FILE *f = fopen(path, "r");

	if (!f || fseek(f, strtol(offset, NULL, 10), SEEK_SET))
		die(path);
	return f;
}

static void add(struct list *l, unsigned long serial)
{
	if (l->used == l->room) {
		l->room = l->room ? 2 * l->room : 65536;
		l->serials = realloc(l->serials, l->room * sizeof(*l->serials));
		if (!l->serials)
			die("memory");
	}
	l->serials[l->used++] = serial;
}

static bool is_storm(const char *line)
{
	return strstr(line, " comm=\"storm\"");
}

/* Returns the number of records that follow one of the storm's calls: SOCKADDR if it has an
 * address, PROCTITLE, EOE. */
static unsigned int followers_of(unsigned long nr)
{
	return nr == 42 || nr == 49 ? 3 : 2;
}

static void count_call(const char *line, unsigned long serial)
{
	const char *p = strstr(line, " syscall=");
	unsigned long nr = p ? strtoul(p + 9, NULL, 10) : CALLS;

	if (!is_storm(line))
		return;
	syscalls++;
	followers += followers_of(nr);
	add(&storms, serial);
	if (nr < CALLS)
		by_call[nr]++;
}

/* In profile lean only op=connect names the process. */
static bool is_nameless(const char *op)
{
	return (!strncmp(op, " op=established ", 16) || !strncmp(op, " op=fail ", 9)) &&
	       !strstr(op, " comm=");
}

static void count_record(const char *line, unsigned long serial)
{
	const char *p = strstr(line, " op=");

	if (!p || !(is_storm(line) || is_nameless(p)))
		return;
	records++;
	add(&written, serial);
	for (unsigned int i = 0; i < OPS; i++)
		if (!strncmp(p + 4, ops[i], strlen(ops[i])) && p[4 + strlen(ops[i])] == ' ')
			by_op[i]++;
}

/* Records that describe the event come first; these belong to them. */
static bool is_follower(const char *type)
{
	return !strncmp(type, "SOCKADDR ", 9) || !strncmp(type, "PROCTITLE ", 10) ||
	       !strncmp(type, "EOE ", 4) || !strncmp(type, "SOCKETCALL ", 11);
}

static void one_record(const char *line)
{
	const char *p = strstr(line, "msg=audit(");
	unsigned long serial;

	if (strncmp(line, "type=", 5) || !p || !(p = strchr(p, ':')))
		return;
	if (!strncmp(line + 5, "DAEMON_", 7))
		return;			/* auditd numbers these itself */
	serial = strtoul(p + 1, NULL, 10);
	add(is_follower(line + 5) ? &behind : &all, serial);
	if (!strncmp(line + 5, "SYSCALL ", 8))
		count_call(line, serial);
	else if (!strncmp(line + 5, "KERNEL ", 7) && strstr(line, ": netlog="))
		count_record(line, serial);
}

static int by_number(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;

	return x < y ? -1 : x > y;
}

static void sort(struct list *l)
{
	if (l->used)
		qsort(l->serials, l->used, sizeof(*l->serials), by_number);
}

/* How many numbers of sorted b are in sorted a. */
static unsigned long in_both(const struct list *a, const struct list *b)
{
	unsigned long i = 0, n = 0;

	for (unsigned long j = 0; j < b->used; j++) {
		while (i < a->used && a->serials[i] < b->serials[j])
			i++;
		n += i < a->used && a->serials[i] == b->serials[j];
	}
	return n;
}

static void tell_audit(void)
{
	unsigned long holes = 0, events = all.used ? 1 : 0;

	sort(&all);
	for (unsigned long i = 1; i < all.used; i++) {
		if (all.serials[i] != all.serials[i - 1]) {
			holes += all.serials[i] - all.serials[i - 1] - 1;
			events++;
		}
	}
	sort(&storms);
	sort(&behind);
	sort(&written);
	printf("audit events=%lu holes=%lu behind=%ld joined=%lu\n", events, holes,
	       (long)(followers - in_both(&storms, &behind)), in_both(&storms, &written));
	printf("calls all=%lu socket=%lu connect=%lu accept=%lu bind=%lu listen=%lu "
	       "exit_group=%lu\n", syscalls, by_call[41], by_call[42],
	       by_call[43] + by_call[288], by_call[49], by_call[50], by_call[231]);
	printf("records all=%lu", records);
	for (unsigned int i = 0; i < OPS; i++)
		printf(" %s=%lu", ops[i], by_op[i]);
	putchar('\n');
}

static const char *const verbs[] = {
	" connect start ", " connect stop ", " connect fail ", " listen start ", " listen stop ",
};
static const char *const verb_names[] = { "start", "stop", "fail", "listen", "unlisten" };
static const char *const losses[] = { " kernel=", " module=", " gaps=", " plugin=", " socket=", " torn=" };

static unsigned long by_verb[5], by_loss[6];

static void one_line(const char *line)
{
	const char *p;

	if (strstr(line, " netlog lost ")) {
		for (int i = 0; i < 6; i++)
			if ((p = strstr(line, losses[i])))
				by_loss[i] += strtoul(p + strlen(losses[i]), NULL, 10);
		return;
	}
	if (!strstr(line, " storm "))
		return;
	own++;
	for (int i = 0; i < 5; i++)
		by_verb[i] += strstr(line, verbs[i]) != NULL;
}

static void tell_lines(void)
{
	printf("lines all=%lu", own);
	for (int i = 0; i < 5; i++)
		printf(" %s=%lu", verb_names[i], by_verb[i]);
	printf("\nlost");
	for (int i = 0; i < 6; i++)
		printf("%s%lu", losses[i], by_loss[i]);
	putchar('\n');
}

static void read_all(FILE *f, void (*line)(const char *line))
{
	char *text = NULL;
	size_t size = 0;

	while (getline(&text, &size, f) > 0)
		line(text);
	free(text);
	fclose(f);
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: count AUDIT-LOG OFFSET NETLOG-LOG OFFSET\n");
		return 99;
	}
	read_all(open_at(argv[1], argv[2]), one_record);
	tell_audit();
	read_all(open_at(argv[3], argv[4]), one_line);
	tell_lines();
	return 0;
}
