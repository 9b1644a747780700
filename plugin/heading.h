/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/heading: the heading of --live. */
#ifndef NETLOG_HEADING_H
#define NETLOG_HEADING_H

struct plugin;

/* Prints the source of the lines, and which values are exact. */
void heading_print(const struct plugin *p);

#endif
