// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/config_key: the types of the configuration's keys. */
#define SYSLOG_NAMES
#include "plugin/config_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "plugin/config.h"

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
	[USE_AUTO] = "auto",
	[USE_YES] = "yes",
	[USE_NO] = "no",
	NULL,
};

static const char *const kernel_uses[] = {
	[KERNEL_AUTO] = "auto",
	[KERNEL_MODULE] = "module",
	[KERNEL_BPF] = "bpf",
	[KERNEL_SOCKDIAG] = "sockdiag",
	[KERNEL_NONE] = "none",
	NULL,
};

static const char *const transports[] = {
	[CONFIG_NOWHERE] = "",
	[CONFIG_SYSLOG] = "syslog",
	[CONFIG_FILE] = "file",
	[CONFIG_STDOUT] = "stdout",
	[CONFIG_UNIX] = "unix",
	[CONFIG_LISTEN] = "listen",
	[CONFIG_UDP] = "udp",
	[CONFIG_TCP] = "tcp",
	[CONFIG_TLS] = "tls",
	NULL,
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

/* "0660" */
static int set_mode(unsigned int *to, const char *value)
{
	size_t len = strlen(value);

	if (!len || len > 4 || strspn(value, "01234567") < len || strtoul(value, NULL, 8) > 0777)
		return -EINVAL;
	*to = strtoul(value, NULL, 8);
	return 0;
}

/* An empty value is none. */
static int set_text(char **to, const char *value)
{
	char *copy = NULL;

	if (*value) {
		copy = strdup(value);
		if (!copy)
			return -ENOMEM;
	}
	free(*to);
	*to = copy;
	return 0;
}

static int set_path(char **to, const char *value)
{
	return *value && *value != '/' ? -EINVAL : set_text(to, value);
}

static int set_host(char **to, const char *value)
{
	return strcspn(value, " \t/[]") < strlen(value) ? -EINVAL : set_text(to, value);
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

int key_set(const struct key *k, void *at, const char *value)
{
	switch (k->type) {
	case KEY_BOOL: return set_bool(at, value);
	case KEY_NUMBER: return set_number(at, k, value);
	case KEY_MODE: return set_mode(at, value);
	case KEY_PATH: return set_path(at, value);
	case KEY_FACILITY: return set_code(at, facilitynames, LOG_LOCAL7, value);
	case KEY_PRIORITY: return set_code(at, prioritynames, LOG_DEBUG, value);
	case KEY_USE: return set_name(at, uses, value);
	case KEY_SOURCE: return set_name(at, kernel_uses, value);
	case KEY_FORMAT: return set_text(at, value);
	case KEY_TRANSPORT: return set_name(at, transports, value);
	case KEY_HOST: return set_host(at, value);
	case KEY_NETNS:
	case KEY_IGNORE: break;
	}
	return -EINVAL;
}

void key_print(const struct key *k, const void *at, FILE *to)
{
	switch (k->type) {
	case KEY_BOOL:
		fprintf(to, " %s", *(const bool *)at ? "yes" : "no");
		break;
	case KEY_NUMBER:
		fprintf(to, " %u", *(const unsigned int *)at);
		break;
	case KEY_MODE:
		fprintf(to, " %04o", *(const unsigned int *)at);
		break;
	case KEY_PATH:
	case KEY_HOST:
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
	case KEY_FORMAT:
		fprintf(to, " %s", *(char *const *)at ? *(char *const *)at : CONFIG_FORMAT);
		break;
	case KEY_TRANSPORT:
		fprintf(to, " %s", transports[*(const enum config_transport *)at]);
		break;
	case KEY_NETNS:
	case KEY_IGNORE:
		break;
	}
}
