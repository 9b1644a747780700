/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ignore: the ignore list that the plugin writes to the parameter "ignore". A connection is
 * compared when it begins; a socket whose connection is ignored has no records until it
 * begins another one, or is released.
 */
#ifndef NETLOG_KERNEL_IGNORE_H
#define NETLOG_KERNEL_IGNORE_H

#include "netlog_record.h"
#include "sockinfo.h"

/* Returns true if no record is to be written for op. own: the current task acts. */
bool ignore_takes(enum netlog_op op, const struct sockinfo *s, bool own);

/* Returns true if the connection of the socket is ignored. */
bool ignore_has(u64 cookie);

/* Frees all marks and the list. No handler may run any more. */
void ignore_fini(void);

#endif
