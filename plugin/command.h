/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/command: commands of audisp-netlog that read no records. Each prints to standard output,
 * logs its errors and returns the exit status. */
#ifndef NETLOG_COMMAND_H
#define NETLOG_COMMAND_H

#include "plugin/options.h"

/* --check prints the configuration, --print-rules the ignore list as audit rules. */
int command_config(const struct options *o);
/* --doctor and --setup. */
int command_host(const struct options *o);

#endif
