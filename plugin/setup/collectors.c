// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/setup/collectors: where other programs of this host send logs. */
#include "plugin/setup/collectors.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plugin/doctor/files.h"

#define RSYSLOGD "/usr/sbin/rsyslogd"
#define REMOTE "/usr/sbin/audisp-remote"
#define TEXT_MAX 65536
#define PORT_SYSLOG 514
#define PORT_AUDIT 60

struct found {
	struct collector *list;
	unsigned int count;
};

static bool same(const struct collector *a, const struct collector *b)
{
	return a->exe == b->exe && a->port == b->port && !strcmp(a->address, b->address);
}

/* host: an address, with or without brackets, or a name; not NUL-terminated. */
static void add(struct found *f, const char *exe, const char *host, size_t len,
		unsigned int port)
{
	struct collector c = { .exe = exe, .port = port };
	unsigned char binary[16];
	char text[64], clean[INET6_ADDRSTRLEN];

	if (len >= 2 && *host == '[' && host[len - 1] == ']') {
		host++;
		len -= 2;
	}
	if (!len || !port || port > 65535 || f->count == COLLECTORS_MAX)
		return;
	snprintf(text, sizeof(text), "%.*s", (int)len, host);
	if (inet_pton(AF_INET, text, binary) == 1)
		snprintf(c.address, sizeof(c.address), "%s",
			 inet_ntop(AF_INET, binary, clean, sizeof(clean)));
	else if (inet_pton(AF_INET6, text, binary) == 1)
		snprintf(c.address, sizeof(c.address), "[%s]",
			 inet_ntop(AF_INET6, binary, clean, sizeof(clean)));
	for (unsigned int i = 0; i < f->count; i++)
		if (same(&f->list[i], &c))
			return;
	f->list[f->count++] = c;
}

/* ---- rsyslog ---- */

/* Comments become blanks, so that what they contain is not found. */
static void blank_comments(char *text)
{
	for (char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (line[strspn(line, " \t")] == '#')
			memset(line, ' ', strcspn(line, "\n"));
}

/* The value of NAME="value" in an action's parentheses; NULL: it has none. */
static const char *parameter(const char *action, const char *name, size_t *len)
{
	size_t n = strlen(name);

	for (const char *at = action; (at = strcasestr(at, name)); at += n) {
		const char *value = at + n;

		if (at > action && (isalnum((unsigned char)at[-1]) || at[-1] == '.'))
			continue;
		value += strspn(value, " \t\n");
		if (*value != '=')
			continue;
		value += 1 + strspn(value + 1, " \t\n");
		if (*value != '"')
			continue;
		*len = strcspn(++value, "\"");
		return value;
	}
	return NULL;
}

/* action(type="omfwd" target="192.0.2.10" port="514" …) */
static void read_actions(struct found *f, char *text)
{
	for (char *at = text; (at = strcasestr(at, "action(")); at++) {
		char *end = at + strcspn(at, ")"), last = *end;
		const char *type, *host, *port;
		size_t type_len, host_len, port_len;

		*end = 0;
		type = parameter(at, "type", &type_len);
		host = parameter(at, "target", &host_len);
		port = parameter(at, "port", &port_len);
		if (host && type && type_len == 5 && !strncasecmp(type, "omfwd", 5))
			add(f, RSYSLOGD, host, host_len, port ? atoi(port) : PORT_SYSLOG);
		*end = last;
	}
}

/* SELECTOR @@(o)192.0.2.10:514;TEMPLATE */
static void read_selector(struct found *f, const char *line, size_t len)
{
	const char *at = memchr(line, '@', len), *end = line + len, *host;
	unsigned int port = PORT_SYSLOG;
	size_t n;

	if (!at || at == line || !isspace((unsigned char)at[-1]))
		return;
	at += 1 + (at + 1 < end && at[1] == '@');
	if (at < end && *at == '(')
		at += strcspn(at, ")\n") + 1;
	host = at;
	if (host >= end)
		return;
	n = *host == '[' ? strcspn(host, "]\n") + 1 : strcspn(host, ":; \t\n");
	if (host + n > end)
		return;
	if (host[n] == ':')
		port = atoi(host + n + 1);
	add(f, RSYSLOGD, host, n, port);
}

static void read_rsyslog(struct found *f, const char *root, const char *path)
{
	char *text = malloc(TEXT_MAX);

	if (text && file_read(root, path, text, TEXT_MAX) > 0) {
		blank_comments(text);
		read_actions(f, text);
		for (char *line = text; *line;
		     line += strcspn(line, "\n"), line += *line == '\n')
			read_selector(f, line, strcspn(line, "\n"));
	}
	free(text);
}

static int is_conf(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return *e->d_name != '.' && len > 5 && !strcmp(e->d_name + len - 5, ".conf");
}

static void read_rsyslog_directory(struct found *f, const char *root)
{
	struct dirent **list;
	char path[512];
	int n;

	snprintf(path, sizeof(path), "%s/etc/rsyslog.d", root);
	n = scandir(path, &list, is_conf, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/etc/rsyslog.d/%s", list[i]->d_name);
		read_rsyslog(f, root, path);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

/* ---- audisp-remote ---- */

static void read_remote(struct found *f, const char *root)
{
	char active[16], host[64], port[16];

	if (file_value(root, "/etc/audit/plugins.d/au-remote.conf", "active", active,
		       sizeof(active)) != 1 || strcasecmp(active, "yes") ||
	    file_value(root, "/etc/audit/audisp-remote.conf", "remote_server", host,
		       sizeof(host)) != 1)
		return;
	if (file_value(root, "/etc/audit/audisp-remote.conf", "port", port, sizeof(port)) != 1)
		snprintf(port, sizeof(port), "%d", PORT_AUDIT);
	add(f, REMOTE, host, strlen(host), atoi(port));
}

unsigned int collectors_find(const char *root, struct collector list[COLLECTORS_MAX])
{
	struct found f = { .list = list };

	read_rsyslog(&f, root, "/etc/rsyslog.conf");
	read_rsyslog_directory(&f, root);
	read_remote(&f, root);
	return f.count;
}
