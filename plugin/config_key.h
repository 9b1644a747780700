/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/config_key: the types of the configuration's keys: reads each from a text, and prints it as
 * a text that reads back unchanged. */
#ifndef NETLOG_CONFIG_KEY_H
#define NETLOG_CONFIG_KEY_H

#include <stddef.h>
#include <stdio.h>

/* Each is followed by the type of the field; the last two belong to config_file.c. */
enum key_type {
	KEY_BOOL,   /* bool: yes, no */
	KEY_NUMBER, /* unsigned int, from min to max */
	KEY_MODE,   /* unsigned int: of a file, octal digits */
	KEY_PATH,   /* char *, owned; absolute; empty: NULL */
	KEY_HOST,   /* char *, owned; empty: NULL */
	KEY_FORMAT, /* char *, owned; NULL: the default */
	KEY_FACILITY,
	KEY_PRIORITY,  /* int: as syslog.h */
	KEY_USE,       /* enum config_use */
	KEY_SOURCE,    /* enum kernel_use */
	KEY_TRANSPORT, /* enum config_transport */
	KEY_NETNS,
	KEY_IGNORE,
};

struct key {
	const char *section, *name;
	enum key_type type;
	size_t offset; /* of its field */
	unsigned int min, max;
	const char *allowed; /* for messages: "yes or no" */
};

/* Sets the field at *at. Returns 0, -EINVAL if the value is not allowed, or -ENOMEM. */
int key_set(const struct key *k, void *at, const char *value);
/* Prints " VALUE". */
void key_print(const struct key *k, const void *at, FILE *to);

#endif
