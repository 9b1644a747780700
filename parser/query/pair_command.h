/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/pair_command: aunetlog --pair: which process talks to which, from the logs of
 * one or several hosts. Logs of several hosts have node names, or are given as -if HOST=FILE.
 */
#ifndef NETLOG_QUERY_PAIR_COMMAND_H
#define NETLOG_QUERY_PAIR_COMMAND_H

#include "parser/query/options.h"

/* Returns the exit code. */
int pair_command(const struct aunetlog_options *o);

#endif
