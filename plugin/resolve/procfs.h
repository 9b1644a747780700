/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/procfs: processes, their descriptors and network namespaces, read from
 * /proc. Other users' descriptors take CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.
 */
#ifndef NETLOG_PROCFS_H
#define NETLOG_PROCFS_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

#include "parser/event.h"

/* Reads the inode of the socket at a descriptor. Returns 1; 0 if the descriptor is closed
 * or no socket; -errno if it cannot be read. */
int procfs_socket(int64_t pid, int fd, uint64_t *ino);

/* Returns true if the descriptor has FD_CLOEXEC; false also if that cannot be read. */
bool procfs_cloexec(int64_t pid, int fd);

/* Returns the inode of a process's network namespace, 0 with errno set if it cannot be
 * read. pid 0: our own process. */
int64_t procfs_netns(int64_t pid);

/* Returns true if all threads of the process are in that namespace. Processes of more than
 * 64 threads count as mixed; a process that has exited does not. */
bool procfs_single_netns(int64_t pid, int64_t netns);

/* Returns the process in audit's terms, as it was within the last 10 ms, valid until the next call;
 * NULL if it has exited. Strings are audit-encoded (parser/event.h); fields that cannot be read are
 * unknown. */
const struct task *procfs_recent_task(int64_t pid);

/* Returns the parent, or ID_UNKNOWN. */
int64_t procfs_parent(int64_t pid);

/* ---- walks over all processes, one step a call ---- */

/* Limits on the descriptors read in one process, and in one walk. */
#define PROCFS_PROCESS_FDS_MAX 262144
#define PROCFS_WALK_FDS_MAX 1048576

struct procfs_walk {
	DIR *processes, *descriptors; /* NULL: closed */
	int64_t pid;		      /* of descriptors */
	unsigned int in_process, in_all;
	bool failed, cut; /* /proc could not be read; a limit was reached */
};

void procfs_walk_begin(struct procfs_walk *w);
void procfs_walk_end(struct procfs_walk *w); /* may be called twice */

/* Returns the next process, 0 at the end. */
int64_t procfs_next_process(struct procfs_walk *w);

/* Reads the next descriptor. Returns 1 with a socket in *pid, *fd and *ino; 0 if it is not a socket; -1
 * at the end. */
int procfs_next_socket(struct procfs_walk *w, int64_t *pid, int *fd, uint64_t *ino);

#endif
