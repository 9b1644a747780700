/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/setup/collectors: the destinations to which other programs of this host send logs: rsyslog's
 * forwarding and audisp-remote. Lines of these connections would cause further lines.
 */
#ifndef NETLOG_SETUP_COLLECTORS_H
#define NETLOG_SETUP_COLLECTORS_H

#define COLLECTORS_MAX 8

struct collector {
	const char *exe;   /* the program that sends: a literal */
	char address[48];  /* numeric, IPv6 in brackets; empty: a name is configured */
	unsigned int port; /* never 0 */
};

/* Reads the configuration files below root. Returns how many are in the list; further ones
 * are left out, as are those that cannot be read with certainty. */
unsigned int collectors_find(const char *root, struct collector list[COLLECTORS_MAX]);

#endif
