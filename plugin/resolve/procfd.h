/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/resolve/procfd: which sockets the processes hold, and where, by /proc. To see those of
 * other users takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH. */
#ifndef NETLOG_PROCFD_H
#define NETLOG_PROCFD_H

#include <stdbool.h>
#include <stdint.h>

/* The socket at a descriptor: 1 with its inode, 0 when there is none (any more), -errno
 * when it cannot be seen. */
int procfd_socket(int64_t pid, int fd, uint64_t *ino);

/* Inode of a process's network namespace; 0: not known. pid 0: our own. */
int64_t procfd_netns(int64_t pid);

/* True when all threads of the process are in it; a thread can be in another one. */
bool procfd_one_netns(int64_t pid, int64_t netns);

/* True when it is so of the network namespace of each process that can be seen: the
 * first of which it is not ends it. */
bool procfd_all_netns(bool (*fn)(int64_t pid, int64_t netns, void *arg), void *arg);

/* Calls fn for each socket descriptor of each process that can be seen. */
void procfd_scan(void (*fn)(int64_t pid, int fd, uint64_t ino, void *arg), void *arg);

/* FD_CLOEXEC of a descriptor; false when it cannot be seen. */
bool procfd_cloexec(int64_t pid, int fd);

#endif
