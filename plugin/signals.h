/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/signals: SIGTERM, SIGINT, SIGHUP, SIGUSR1 and SIGWINCH. */
#ifndef NETLOG_SIGNALS_H
#define NETLOG_SIGNALS_H

#include "plugin/plugin.h"

/* Blocks the signals and opens p->signals for them. Returns false, and logs why, on an error. */
bool signals_open(struct plugin *p);
/* Handles all signals that have arrived: ends the program, reads the configuration and reopens
 * the outputs, reports the state, or takes the terminal's width. */
void signals_take(struct plugin *p);

#endif
