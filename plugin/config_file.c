// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/config_file: audisp-netlog.conf; one table of keys for reading and for printing. */
#include "plugin/config_file.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "parser/entry/format.h"
#include "plugin/config_key.h"
#include "plugin/config_output.h"
#include "plugin/ini.h"

#define ERROR_MAX 900

#define AT(field) offsetof(struct config, field)
#define OUT(field) offsetof(struct config_output, field)
#define NAMED "output NAME" /* a section for each output; offsets are OUT() */

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
	{ "output", "command_line", KEY_BOOL, AT(command_line), .allowed = "yes or no" },
	{ "output", "exe_path", KEY_BOOL, AT(exe_path), .allowed = "yes or no" },
	{ "log", "file", KEY_PATH, AT(log.file), .allowed = "an absolute path, or nothing" },
	{ "log", "size", KEY_NUMBER, AT(log.size_mib), 1, 65536,
	  "MiB of one file, a whole number from 1 to 65536" },
	{ "log", "total", KEY_NUMBER, AT(log.total_mib), 2, 16777216,
	  "MiB of all files, a whole number from 2 to 16777216" },
	{ "log", "days", KEY_NUMBER, AT(log.days), 1, 36500,
	  "days, a whole number from 1 to 36500" },
	{ "log", "compress", KEY_BOOL, AT(log.compress), .allowed = "yes or no" },
	{ NAMED, "transport", KEY_TRANSPORT, OUT(transport),
	  .allowed = "syslog, file, stdout, unix, listen, udp, tcp or tls" },
	{ NAMED, "format", KEY_FORMAT, OUT(format) },
	{ NAMED, "path", KEY_PATH, OUT(path), .allowed = "an absolute path" },
	{ NAMED, "command_line", KEY_BOOL, OUT(command_line), .allowed = "yes or no" },
	{ NAMED, "exe_path", KEY_BOOL, OUT(exe_path), .allowed = "yes or no" },
	{ NAMED, "sequence", KEY_BOOL, OUT(sequence), .allowed = "yes or no" },
	{ NAMED, "mode", KEY_MODE, OUT(mode), .allowed = "octal digits, 0000 to 0777" },
	{ NAMED, "host", KEY_HOST, OUT(host), .allowed = "the name or address of a host" },
	{ NAMED, "port", KEY_NUMBER, OUT(port), 0, 65535,
	  "a whole number from 1 to 65535; 0 is the transport's own" },
	{ NAMED, "ca", KEY_PATH, OUT(ca), .allowed = "an absolute path, or nothing" },
	{ NAMED, "cert", KEY_PATH, OUT(cert), .allowed = "an absolute path, or nothing" },
	{ NAMED, "key", KEY_PATH, OUT(key), .allowed = "an absolute path, or nothing" },
	{ NAMED, "facility", KEY_FACILITY, OUT(facility),
	  .allowed = "a syslog facility: authpriv, daemon, user, local0 to local7, …" },
	{ NAMED, "priority", KEY_PRIORITY, OUT(priority),
	  .allowed = "a syslog priority: debug, info, notice, warning, err, …" },
	{ NAMED, "queue", KEY_NUMBER, OUT(queue_kib), 64, 65536,
	  "KiB, a whole number from 64 to 65536" },
	{ "limits", "connections", KEY_NUMBER, AT(sockets), 16, 16777216,
	  "a whole number from 16 to 16777216" },
	{ "limits", "processes", KEY_NUMBER, AT(processes), 16, 4194304,
	  "a whole number from 16 to 4194304" },
	{ "kernel", "source", KEY_SOURCE, AT(source),
	  .allowed = "auto, module, bpf, sockdiag or none" },
	{ "kernel", "flows", KEY_BOOL, AT(wants.flows), .allowed = "yes or no" },
	{ "kernel", "processes", KEY_BOOL, AT(wants.processes), .allowed = "yes or no" },
	{ "kernel", "uses", KEY_BOOL, AT(wants.uses), .allowed = "yes or no" },
	{ "kernel", "scan", KEY_NUMBER, AT(wants.scan), 0, 86400,
	  "seconds, a whole number from 0 to 86400" },
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
	{ "status", "metrics", KEY_PATH, AT(metrics),
	  .allowed = "an absolute path, or nothing" },
	{ "context", "use", KEY_BOOL, AT(context), .allowed = "yes or no" },
	{ "ignore", "loopback", KEY_BOOL, AT(loopback), .allowed = "yes or no" },
	{ "ignore", "udp_unused", KEY_BOOL, AT(udp_unused), .allowed = "yes or no" },
	{ "ignore", "repeat", KEY_NUMBER, AT(repeat), 0, 86400,
	  "seconds, a whole number from 0 (off) to 86400" },
	{ "ignore", "kernel", KEY_USE, AT(kernel_ignore), .allowed = "auto, yes or no" },
	{ "ignore", "file", KEY_PATH, AT(ignore_file),
	  .allowed = "an absolute path, or nothing" },
	{ "ignore", "match", KEY_IGNORE, 0 },
};
#define KEY_COUNT (sizeof(keys) / sizeof(*keys))

static int set_format(char **to, const struct key *k, const char *value,
		      struct match_error *error)
{
	struct format *f = format_open(value, NULL, error->text, sizeof(error->text));

	if (!f)
		return -EINVAL;
	format_close(f);
	return key_set(k, to, value);
}

/* Reads "red /proc/4711/ns/net". The key may occur several times. */
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

static int add_ignore(struct config *c, const char *value, struct match_error *error)
{
	struct match *m = &c->ignore[c->ignores];
	int err;

	if (c->ignores == CONFIG_IGNORES_MAX) {
		snprintf(error->text, sizeof(error->text), "at most %d of these lines",
			 CONFIG_IGNORES_MAX);
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
		return -ENOMEM;
	}
	c->ignores++;
	return 0;
}

/* base: the configuration, or one of its named outputs. */
static int set_key(struct config *c, void *base, const struct key *k, const char *value,
		   struct match_error *error)
{
	void *at = (char *)base + k->offset;

	switch (k->type) {
	case KEY_FORMAT: return set_format(at, k, value, error);
	case KEY_NETNS: return add_netns(c, value);
	case KEY_IGNORE: return add_ignore(c, value, error);
	default: return key_set(k, at, value);
	}
}

/* "output NAME" for "output siem", else the section itself. */
static const char *section_kind(const char *section)
{
	return config_output_section(section) ? NAMED : section;
}

static const struct key *find_key(const struct ini_line *line)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (!strcmp(keys[i].section, section_kind(line->section)) &&
		    !strcmp(keys[i].name, line->key))
			return &keys[i];
	return NULL;
}

static bool section_known(const char *section)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (!strcmp(keys[i].section, section) && strcmp(section, NAMED))
			return true;
	return false;
}

static int unknown_section(const char *section, char *what, size_t size)
{
	const char *last = "";
	size_t n = snprintf(what, size, "[%.64s]: no such section; there are:", section);

	for (size_t i = 0; i < KEY_COUNT && n < size; i++) {
		if (strcmp(last, keys[i].section))
			n += snprintf(what + n, size - n, " [%s]", keys[i].section);
		last = keys[i].section;
	}
	return -EINVAL;
}

static int unknown_key(const struct ini_line *line, char *what, size_t size)
{
	const char *separator = " ";
	size_t n;

	if (!*line->section) {
		snprintf(what, size, "%.64s: a key needs a [section] before it", line->key);
		return -EINVAL;
	}
	n = snprintf(what, size, "[%s] %.64s: no such key; there are:", line->section, line->key);
	for (size_t i = 0; i < KEY_COUNT && n < size; i++) {
		if (strcmp(keys[i].section, section_kind(line->section)))
			continue;
		n += snprintf(what + n, size - n, "%s%s", separator, keys[i].name);
		separator = ", ";
	}
	return -EINVAL;
}

static int on_line(const struct ini_line *line, char *what, size_t size, void *arg)
{
	const char *output = config_output_section(line->section);
	struct config *c = arg;
	struct match_error error;
	const struct key *k;
	void *base;
	int err;

	if (!line->key && output)
		return config_output_begin(c, output, line->number, what, size);
	if (!line->key && section_known(line->section))
		return 0;
	if (!line->key)
		return unknown_section(line->section, what, size);
	k = find_key(line);
	if (!k)
		return unknown_key(line, what, size);
	base = output ? (void *)config_output_find(c, output) : c;
	err = set_key(c, base, k, line->value, &error);
	if (err == -EINVAL && (k->type == KEY_IGNORE || k->type == KEY_FORMAT))
		snprintf(what, size, "%s: '%.200s': %s", line->key, line->value, error.text);
	else if (err == -EINVAL)
		snprintf(what, size, "%s: '%.200s' is not allowed here; allowed is: %s",
			 line->key, line->value, k->allowed);
	return err;
}

static int file_error(const char *path, int err, char *error, size_t size)
{
	snprintf(error, size, "%s: %s", path, strerror(-err));
	return err;
}

int config_file_read(struct config *c, const char *path, char *error, size_t size)
{
	FILE *file = fopen(path, "re");
	unsigned int number;
	char what[ERROR_MAX];
	int err;

	if (!file)
		return file_error(path, -errno, error, size);
	err = ini_read(file, on_line, c, &number, what, sizeof(what));
	fclose(file);
	if (!err)
		err = config_output_check(c, &number, what, sizeof(what));
	if (err == -EINVAL && number)
		snprintf(error, size, "%s:%u: %s", path, number, what);
	else if (err)
		file_error(path, err, error, size);
	return err;
}

static void print_key(const struct config *c, const void *base, const struct key *k, FILE *to)
{
	fprintf(to, "%s =", k->name);
	if (k->type == KEY_NETNS) /* one a line, to keep lines short */
		for (unsigned int i = 0; i < c->netns_count; i++)
			fprintf(to, "%s %s", i ? "\nnetns =" : "", c->netns[i]);
	else
		key_print(k, (const char *)base + k->offset, to);
	fputc('\n', to);
}

static void print_output(const struct config *c, const struct config_output *o, FILE *to)
{
	fprintf(to, "\n[output %s]\n", o->name);
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (!strcmp(keys[i].section, NAMED))
			print_key(c, o, &keys[i], to);
}

void config_file_print(const struct config *c, FILE *to)
{
	const char *section = "";

	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (!strcmp(keys[i].section, NAMED))
			continue;
		if (strcmp(section, keys[i].section))
			fprintf(to, "%s[%s]\n", i ? "\n" : "", keys[i].section);
		section = keys[i].section;
		if (keys[i].type != KEY_IGNORE)
			print_key(c, c, &keys[i], to);
	}
	for (unsigned int i = 0; i < c->ignores; i++)
		fprintf(to, "match = %s\n", c->ignore_text[i]);
	for (unsigned int i = 0; i < c->named_count; i++)
		print_output(c, &c->named[i], to);
}
