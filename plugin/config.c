// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/config: audisp-netlog.conf, by inih; one table of keys for reading and
 * for printing back. */
#define SYSLOG_NAMES
#include "plugin/config.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

enum key_type { KEY_BOOL, KEY_NUMBER, KEY_PATH, KEY_FACILITY, KEY_PRIORITY, KEY_USE,
		KEY_SOURCE, KEY_NETNS, KEY_IGNORE };

struct key {
	const char *section, *name;
	enum key_type type;
	size_t offset;
	unsigned int min, max;
	const char *allowed;
};

#define AT(field) offsetof(struct config, field)

static const struct key keys[] = {
	{ "output", "syslog", KEY_BOOL, AT(to_syslog), .allowed = "yes or no" },
	{ "output", "facility", KEY_FACILITY, AT(facility),
	  .allowed = "a syslog facility: authpriv, daemon, user, local0 to local7, …" },
	{ "output", "priority", KEY_PRIORITY, AT(priority),
	  .allowed = "a syslog priority: debug, info, notice, warning, err, …" },
	{ "output", "file", KEY_PATH, AT(file),
	  .allowed = "an absolute path, or nothing" },
	{ "output", "stdout", KEY_BOOL, AT(to_stdout), .allowed = "yes or no" },
	{ "output", "queue", KEY_NUMBER, AT(queue_kib), 64, 65536,
	  "KiB, a whole number from 64 to 65536" },
	{ "limits", "connections", KEY_NUMBER, AT(sockets), 16, 16777216,
	  "a whole number from 16 to 16777216" },
	{ "limits", "processes", KEY_NUMBER, AT(processes), 16, 4194304,
	  "a whole number from 16 to 4194304" },
	{ "kernel", "source", KEY_SOURCE, AT(source),
	  .allowed = "auto, module, bpf, sockdiag or none" },
	{ "kernel", "flows", KEY_BOOL, AT(flows), .allowed = "yes or no" },
	{ "sockdiag", "use", KEY_USE, AT(use), .allowed = "auto, yes or no" },
	{ "sockdiag", "wait", KEY_NUMBER, AT(wait), 10, 60000,
	  "ms, a whole number from 10 to 60000" },
	{ "sockdiag", "sweep", KEY_NUMBER, AT(sweep), 1, 86400,
	  "seconds, a whole number from 1 to 86400" },
	{ "sockdiag", "snapshot", KEY_BOOL, AT(snapshot), .allowed = "yes or no" },
	{ "sockdiag", "state", KEY_PATH, AT(state),
	  .allowed = "an absolute path, or nothing" },
	{ "sockdiag", "netns", KEY_NETNS, 0,
	  .allowed = "names of ip netns, absolute paths, or all; at most 64" },
	{ "status", "interval", KEY_NUMBER, AT(interval), 1, 86400,
	  "seconds, a whole number from 1 to 86400" },
	{ "ignore", "match", KEY_IGNORE, 0 },
};
#define KEY_COUNT (sizeof(keys) / sizeof(*keys))

struct reading {
	struct config *config;
	FILE *file;
	int lines;		/* read so far */
	int failed;		/* line of the first mistake found here, or 0 */
	char what[1024];
};

void config_init(struct config *c)
{
	memset(c, 0, sizeof(*c));
	c->to_syslog = true;
	c->facility = LOG_AUTHPRIV;
	c->priority = LOG_INFO;
	c->queue_kib = 1024;
	c->sockets = 65536;
	c->processes = 32768;
	c->wait = 1000;
	c->sweep = 30;
	c->snapshot = true;
	c->state = strdup(STATE_DEFAULT);	/* without memory: none */
	c->interval = 60;
}

void config_fini(struct config *c)
{
	free(c->file);
	free(c->state);
	for (unsigned int i = 0; i < c->netns_count; i++)
		free(c->netns[i]);
	for (unsigned int i = 0; i < c->ignores; i++) {
		match_fini(&c->ignore[i]);
		free(c->ignore_text[i]);
	}
	memset(c, 0, sizeof(*c));
}

static int code_of(const CODE *codes, const char *name)
{
	for (; codes->c_name; codes++)
		if (!strcmp(codes->c_name, name))
			return codes->c_val;
	return -1;
}

static const char *name_of(const CODE *codes, int value)
{
	for (; codes->c_name; codes++)
		if (codes->c_val == value)
			return codes->c_name;
	return "?";
}

static int set_bool(bool *to, const char *value)
{
	*to = !strcmp(value, "yes");
	return *to || !strcmp(value, "no") ? 0 : -EINVAL;
}

static const char *const uses[] = {
	[USE_AUTO] = "auto", [USE_YES] = "yes", [USE_NO] = "no", NULL
};

static const char *const kernel_uses[] = {
	[KERNEL_AUTO] = "auto", [KERNEL_MODULE] = "module", [KERNEL_BPF] = "bpf",
	[KERNEL_SOCKDIAG] = "sockdiag", [KERNEL_NONE] = "none", NULL
};

/* An enum: the place of value among the names. */
static int set_name(int *to, const char *const *names, const char *value)
{
	for (int i = 0; names[i]; i++) {
		if (strcmp(names[i], value))
			continue;
		*to = i;
		return 0;
	}
	return -EINVAL;
}

static int set_number(unsigned int *to, const struct key *k, const char *value)
{
	char *end;
	unsigned long v;

	if (*value < '0' || *value > '9')
		return -EINVAL;
	errno = 0;
	v = strtoul(value, &end, 10);
	if (errno || *end || v < k->min || v > k->max)
		return -EINVAL;
	*to = v;
	return 0;
}

static int set_path(char **to, const char *value)
{
	char *copy = NULL;

	if (*value && *value != '/')
		return -EINVAL;
	if (*value) {
		copy = strdup(value);
		if (!copy)
			return -ENOMEM;
	}
	free(*to);
	*to = copy;
	return 0;
}

/* "red /proc/4711/ns/net". The line may stand several times. */
static int add_netns(struct config *c, const char *value)
{
	for (;;) {
		size_t len;

		value += strspn(value, " \t");
		len = strcspn(value, " \t");
		if (!len)
			return 0;
		if (c->netns_count == CONFIG_NETNS_MAX || *value == '.' ||
		    (*value != '/' && memchr(value, '/', len)))
			return -EINVAL;
		c->netns[c->netns_count] = strndup(value, len);
		if (!c->netns[c->netns_count])
			return -ENOMEM;
		c->netns_count++;
		value += len;
	}
}

/* Beyond max are syslog's internal codes: "mark", "none". */
static int set_code(int *to, const CODE *codes, int max, const char *value)
{
	int v = code_of(codes, value);

	if (v < 0 || v > max)
		return -EINVAL;
	*to = v;
	return 0;
}

static int add_ignore(struct config *c, const char *value, struct match_error *error)
{
	struct match *m = &c->ignore[c->ignores];
	int err;

	if (c->ignores == CONFIG_IGNORES_MAX) {
		snprintf(error->text, sizeof(error->text),
			 "at most %d of these lines are allowed", CONFIG_IGNORES_MAX);
		return -EINVAL;
	}
	err = match_parse(m, value, MATCH_IGNORE, error);
	if (err) {
		match_fini(m);
		return err;
	}
	c->ignore_text[c->ignores] = strdup(value);
	if (!c->ignore_text[c->ignores]) {
		match_fini(m);
		snprintf(error->text, sizeof(error->text), "out of memory");
		return -ENOMEM;
	}
	c->ignores++;
	return 0;
}

static int set_key(struct config *c, const struct key *k, const char *value,
		   struct match_error *error)
{
	void *at = (char *)c + k->offset;

	snprintf(error->text, sizeof(error->text), "is not allowed here; allowed is: %s",
		 k->allowed ? k->allowed : "");
	switch (k->type) {
	case KEY_BOOL:		return set_bool(at, value);
	case KEY_NUMBER:	return set_number(at, k, value);
	case KEY_PATH:		return set_path(at, value);
	case KEY_FACILITY:	return set_code(at, facilitynames, LOG_LOCAL7, value);
	case KEY_PRIORITY:	return set_code(at, prioritynames, LOG_DEBUG, value);
	case KEY_USE:		return set_name(at, uses, value);
	case KEY_SOURCE:	return set_name(at, kernel_uses, value);
	case KEY_NETNS:		return add_netns(c, value);
	case KEY_IGNORE:	return add_ignore(c, value, error);
	}
	return -EINVAL;
}

static void unknown_key(struct reading *r, const char *section, const char *name)
{
	size_t n = snprintf(r->what, sizeof(r->what),
			    "[%s] %s: no such key; there are:", section, name);

	for (size_t i = 0; i < KEY_COUNT && n < sizeof(r->what); i++)
		n += snprintf(r->what + n, sizeof(r->what) - n, " [%s] %s%s",
			      keys[i].section, keys[i].name,
			      i + 1 < KEY_COUNT ? "," : "");
}

/* inih's handler: 1 is good; 0 makes ini_parse return the line. */
static int on_key(void *user, const char *section, const char *name,
		  const char *value)
{
	struct reading *r = user;
	struct match_error error;

	if (r->failed)
		return 0;
	r->failed = r->lines;
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strcmp(keys[i].section, section) || strcmp(keys[i].name, name))
			continue;
		if (set_key(r->config, &keys[i], value, &error)) {
			snprintf(r->what, sizeof(r->what), "%s: '%s'%s %s", name, value,
				 keys[i].type == KEY_IGNORE ? ":" : "", error.text);
			return 0;
		}
		r->failed = 0;
		return 1;
	}
	unknown_key(r, section, name);
	return 0;
}

/* inih's buffer holds 200 bytes; it would take what is behind them for another
 * line. A comment may be longer. */
static char *read_line(char *line, int size, void *stream)
{
	struct reading *r = stream;
	const char *text;
	int c;

	if (!fgets(line, size, r->file))
		return NULL;
	r->lines++;
	if (strchr(line, '\n') || strlen(line) + 1 < (size_t)size)
		return line;
	c = fgetc(r->file);
	text = line + strspn(line, " \t");
	if (c != EOF && c != '\n' && *text != '#' && *text != ';' && !r->failed) {
		r->failed = r->lines;
		snprintf(r->what, sizeof(r->what), "%.*s…: line too long; allowed "
			 "are %d bytes", (int)strcspn(text, " \t="), text, size - 1);
	}
	while (c != EOF && c != '\n')
		c = fgetc(r->file);
	return line;
}

static int read_error(const char *path, int err, char *error, size_t size)
{
	snprintf(error, size, "%s: %s", path, strerror(err));
	return -err;
}

int config_read(struct config *c, const char *path, char *error, size_t size)
{
	struct reading r = { .config = c, .file = fopen(path, "re") };
	int line, err;

	if (!r.file)
		return read_error(path, errno, error, size);
	errno = 0;
	line = ini_parse_stream(read_line, &r, on_key, &r);
	err = ferror(r.file) || line < 0 ? errno ? errno : EIO : 0;
	fclose(r.file);
	if (err)
		return read_error(path, err, error, size);
	if (r.failed && (!line || r.failed <= line))
		snprintf(error, size, "%s:%d: %s", path, r.failed, r.what);
	else if (line)
		snprintf(error, size, "%s:%d: neither a [section] nor key = value "
			 "nor a # comment", path, line);
	return r.failed || line ? -EINVAL : 0;
}

static void print_key(const struct config *c, const struct key *k, FILE *to)
{
	const void *at = (const char *)c + k->offset;

	fprintf(to, "%s =", k->name);
	switch (k->type) {
	case KEY_BOOL:
		fprintf(to, " %s", *(const bool *)at ? "yes" : "no");
		break;
	case KEY_NUMBER:
		fprintf(to, " %u", *(const unsigned int *)at);
		break;
	case KEY_PATH:
		fprintf(to, " %s", *(char *const *)at ? *(char *const *)at : "");
		break;
	case KEY_FACILITY:
		fprintf(to, " %s", name_of(facilitynames, *(const int *)at));
		break;
	case KEY_PRIORITY:
		fprintf(to, " %s", name_of(prioritynames, *(const int *)at));
		break;
	case KEY_USE:
		fprintf(to, " %s", uses[*(const enum config_use *)at]);
		break;
	case KEY_SOURCE:
		fprintf(to, " %s", kernel_uses[*(const enum kernel_use *)at]);
		break;
	case KEY_NETNS:		/* one a line: lines are not long */
		for (unsigned int i = 0; i < c->netns_count; i++)
			fprintf(to, "%s %s", i ? "\nnetns =" : "", c->netns[i]);
		break;
	case KEY_IGNORE:
		break;
	}
	fputc('\n', to);
}

void config_print(const struct config *c, FILE *to)
{
	const char *section = "";

	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strcmp(section, keys[i].section))
			fprintf(to, "%s[%s]\n", i ? "\n" : "", keys[i].section);
		section = keys[i].section;
		if (keys[i].type != KEY_IGNORE)
			print_key(c, &keys[i], to);
	}
	for (unsigned int i = 0; i < c->ignores; i++)
		fprintf(to, "match = %s\n", c->ignore_text[i]);
}

bool config_netns_all(const struct config *c)
{
	for (unsigned int i = 0; i < c->netns_count; i++)
		if (!strcmp(c->netns[i], CONFIG_NETNS_ALL))
			return true;
	return false;
}

bool config_ignores(const struct config *c, const struct entry *r)
{
	for (unsigned int i = 0; i < c->ignores; i++)
		if (match_entry(&c->ignore[i], r))
			return true;
	return false;
}
