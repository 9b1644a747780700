/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/enrich/cgroups: control groups (version 2) by their number, the inode of the group's
 * directory. BPF reports this number, also for a process that has ended.
 */
#ifndef NETLOG_CGROUPS_H
#define NETLOG_CGROUPS_H

#include <stdint.h>

#include "plugin/enrich/container.h"

#define CGROUPS_MAX 65536

struct cgroups;

/* root: "/sys/fs/cgroup"; borrowed. NULL without memory. */
struct cgroups *cgroups_new(const char *root);
void cgroups_free(struct cgroups *c); /* may be NULL */

/*
 * Returns the container, pod and unit in the group's path, valid until the next call. An unknown number
 * starts a scan of the directories, at most once a second; now_ms: monotonic. NULL if the group does
 * not exist, or was removed before a scan found it.
 */
const struct container *cgroups_find(struct cgroups *c, int64_t number, int64_t now_ms);

#endif
