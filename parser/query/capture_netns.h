/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/capture_netns: the network namespace of a capture. */
#ifndef NETLOG_QUERY_CAPTURE_NETNS_H
#define NETLOG_QUERY_CAPTURE_NETNS_H

#include <stdbool.h>
#include <stdint.h>

/* Enters the namespace of ip-netns(8) or of a process; NULL: stays. Sets *inode to the namespace that
 * the thread is in afterwards; -1: unknown. Returns false after reporting an error. */
bool capture_netns(const char *name, int64_t *inode);

#endif
