/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/extcap: aunetlog as Wireshark calls it: it lists "processes on IFACE" among
 * its interfaces, and captures there. The protocol is that of extcap(4).
 */
#ifndef NETLOG_QUERY_EXTCAP_H
#define NETLOG_QUERY_EXTCAP_H

#include <stdbool.h>

/* Returns true if an argument begins with --extcap- or is --capture: Wireshark runs the program. */
bool extcap_called(int argc, char **argv);

/* Answers, or captures. Returns the exit code. */
int extcap_run(int argc, char **argv);

#endif
