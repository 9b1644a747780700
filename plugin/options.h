/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/options: audisp-netlog's command line, and the configuration that it names. */
#ifndef NETLOG_OPTIONS_H
#define NETLOG_OPTIONS_H

#include <stdbool.h>

#include "plugin/config.h"

struct options {
	const char *config; /* NULL: the default, which may be missing */
	bool check, live, debug;
	bool doctor, json, print_rules;
	bool setup, yes, undo;
	const char *format;    /* of --doctor or --live; NULL: the default */
	const char *rules;     /* NULL: none */
	unsigned int duration; /* seconds, 0: no end */
};

/* Returns -1 to continue, else the exit status after help or an error was written. */
int options_read(struct options *o, int argc, char **argv);

/* Returns the columns of the terminal at standard output, from 40 to 1000; 0: no terminal. */
unsigned int terminal_width(void);

/* Reads the configuration; without -c a missing file means the defaults. Returns 0, or
 * -errno after logging the reason. The caller frees *c with config_fini() if 0. */
int options_load_config(const struct options *o, struct config *c);
/* Does the same; the reason is written to error. */
int options_read_config(const struct options *o, struct config *c, char *error, size_t size);

#endif
