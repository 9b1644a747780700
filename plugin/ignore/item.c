// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/ignore/item: one entry of the ignore list. */
#include "plugin/ignore/item.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/entry/value.h"
#include "parser/text.h"

#define CONTAINER_ID_MIN 12 /* digits that docker and podman print */

/* One condition: its letter and its value, without brackets. */
static int read_net(struct ignore_item *item, const char *value, char *error, size_t size)
{
	if (netaddr_parse_range(value, &item->net) || !item->net.addr.has_addr ||
	    item->net.addr.has_port) {
		snprintf(error, size, "'%s' is not an address or a network, such as 192.0.2.7, "
				      "10.0.0.0/8 or 2001:db8::/32",
			 value);
		return -1;
	}
	item->has_net = true;
	return 0;
}

static bool read_port_number(const char *text, size_t len, uint16_t *port)
{
	unsigned long v = 0;

	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		v = v * 10 + text[i] - '0';
		if (v > 65535)
			return false;
	}
	*port = v;
	return len && v;
}

static int read_ports(struct ignore_item *item, const char *value, char *error, size_t size)
{
	size_t len = strcspn(value, "-");
	bool good = read_port_number(value, len, &item->first);

	item->last = item->first;
	if (good && value[len])
		good = read_port_number(value + len + 1, strlen(value + len + 1), &item->last);
	if (!good || item->last < item->first) {
		snprintf(error, size, "'%s' is not a port (1 to 65535) or a range such as "
				      "6000-6063",
			 value);
		return -1;
	}
	item->has_port = true;
	return 0;
}

static int read_uid(struct ignore_item *item, const char *value, char *error, size_t size)
{
	struct value v = { 0 };

	if (value_read(&v, FIELD_UID, value, strlen(value))) {
		snprintf(error, size, "'%s' must be %s", value, value_allowed(FIELD_UID));
		return -1;
	}
	item->uid_low = v.low;
	item->uid_high = v.high;
	item->has_uid = true;
	return 0;
}

static int read_condition(struct ignore_item *item, char *text, char *error, size_t size)
{
	char kind = *text, *value = text + (kind ? 1 : 0);
	size_t len;

	value += *value == '<';
	len = strlen(value);
	if (len && value[len - 1] == '>')
		value[len - 1] = 0;
	if (!*value)
		snprintf(error, size, "a condition is empty after |");
	else if ((kind == 'i' && item->has_net) || (kind == 'p' && item->has_port) ||
		 (kind == 'u' && item->has_uid) || (kind == 'c' && item->container))
		snprintf(error, size, "there are two conditions %c; write two entries", kind);
	else if (kind == 'i')
		return read_net(item, value, error, size);
	else if (kind == 'p')
		return read_ports(item, value, error, size);
	else if (kind == 'u')
		return read_uid(item, value, error, size);
	else if (kind == 'c')
		item->container = strdup(value);
	else
		snprintf(error, size,
			 "'%s' is not a condition: i<address>, p<port>, u<uid> or c<container>",
			 text);
	if (item->container && kind == 'c')
		return 0;
	return -1;
}

/* Returns true if each backslash begins \xHH. */
static bool is_escaped(const char *text)
{
	for (const char *at = text; (at = strchr(at, '\\')); at++)
		if (at[1] != 'x' || !isxdigit((unsigned char)at[2]) ||
		    !isxdigit((unsigned char)at[3]))
			return false;
	return true;
}

/* Returns true if a part of the path is empty, . or .. */
static bool has_empty_part(const char *path)
{
	for (const char *at = path; at; at = strchr(at, '/')) {
		size_t len = strcspn(++at, "/");

		if (!len || (len <= 2 && !strncmp(at, "..", len)))
			return true;
	}
	return false;
}

/* Returns why no connection could ever have this path, or NULL. */
static const char *path_fault(const char *text)
{
	if (strstr(text, " #") || strstr(text, "\t#"))
		return "a comment needs its own line; a # after a blank is written \\x23";
	if (strchr(text, '*'))
		return "a path has no wildcards; * alone is any program, and the character is "
		       "written \\x2A";
	if (!is_escaped(text))
		return "a backslash is written \\x5C";
	return has_empty_part(text) ? "//, /., /.. and a / at the end are never in a path that the "
				      "kernel reports" :
				      NULL;
}

static int read_exe(struct ignore_item *item, char *text, char *error, size_t size)
{
	const char *fault = *text == '/' ? path_fault(text) :
					   "it is neither the absolute path of a program nor *";
	size_t len;

	if (!strcmp(text, "*"))
		return 0;
	if (fault) {
		snprintf(error, size, "'%s': %s", text, fault);
		return -1;
	}
	len = text_unescape(text, strlen(text));
	text[len] = 0;
	item->exe = strlen(text) == len ? strdup(text) : NULL;
	if (!item->exe)
		snprintf(error, size, "%s", strlen(text) == len ? "" : "a path has no NUL byte");
	return item->exe ? 0 : -1;
}

static int parse(struct ignore_item *item, char *text, char *error, size_t size)
{
	char *next, *part = text + (*text == '!');

	item->keep = *text == '!';
	part += strspn(part, " \t");
	next = strchr(part, '|');
	if (next)
		*next++ = 0;
	if (read_exe(item, part, error, size))
		return -1;
	while (next) {
		part = next;
		next = strchr(part, '|');
		if (next)
			*next++ = 0;
		if (read_condition(item, part, error, size))
			return -1;
	}
	if (!item->exe && !item->keep && !item->has_net && !item->has_port && !item->has_uid &&
	    !item->container) {
		snprintf(error, size, "* alone drops every connection");
		return -1;
	}
	return 0;
}

struct ignore_item *ignore_item_parse(const char *text, size_t len, char *error, size_t size)
{
	struct ignore_item *item = calloc(1, sizeof(*item));
	char copy[IGNORE_TEXT_MAX];

	*error = 0;
	if (!item)
		return NULL;
	if (len >= sizeof(copy)) {
		snprintf(error, size, "longer than %d bytes", IGNORE_TEXT_MAX);
		free(item);
		return NULL;
	}
	memcpy(copy, text, len);
	copy[len] = 0;
	item->text = strdup(copy);
	if (!item->text || parse(item, copy, error, size)) {
		ignore_item_free(item);
		return NULL;
	}
	return item;
}

void ignore_item_free(struct ignore_item *item)
{
	if (!item)
		return;
	free(item->text);
	free(item->exe);
	free(item->container);
	free(item);
}

/* NULL: not known which end it is. */
static const struct netaddr *service_end(const struct entry *e)
{
	if (entry_is_listen(e))
		return &e->local;
	switch (entry_direction(e)) {
	case DIRECTION_IN: return &e->local;
	case DIRECTION_OUT: return &e->remote;
	default: return NULL;
	}
}

static bool is_container(const char *want, const struct entry *e)
{
	const char *have = e->container;
	size_t len = strlen(want);

	if (e->container_name && !strcmp(want, e->container_name))
		return true;
	return have && (!strcmp(want, have) ||
			(len >= CONTAINER_ID_MIN && !strncmp(want, have, len)));
}

bool ignore_item_holds(const struct ignore_item *item, const struct entry *e)
{
	const struct netaddr *end = item->has_port ? service_end(e) : NULL;
	int64_t uid = e->identity->uid;

	if (item->has_port && (!end || !end->has_port || end->port < item->first ||
			       end->port > item->last))
		return false;
	if (item->container && !is_container(item->container, e))
		return false;
	return !item->has_uid || (uid >= 0 && uid >= item->uid_low && uid <= item->uid_high);
}
