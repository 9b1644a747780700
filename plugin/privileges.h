/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/privileges: drops and tests capabilities, and confines the program. */
#ifndef NETLOG_PRIVILEGES_H
#define NETLOG_PRIVILEGES_H

#include <stdbool.h>

#include "plugin/config.h"

/*
 * As root, keeps only the capabilities that the configuration needs: CAP_AUDIT_CONTROL (rules,
 * status, lost count) and CAP_AUDIT_READ (multicast) always; for sock_diag CAP_NET_ADMIN
 * (destroy groups), CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH (other processes' descriptors); with
 * netns= CAP_SYS_ADMIN (to enter network namespaces). Returns false, after logging the reason,
 * if the kernel refuses: the program must then not continue.
 */
bool privileges_drop(const struct config *c);
/* Drops CAP_SYS_ADMIN permanently, after a reload without netns=. Returns false as above. */
bool privileges_drop_netns(void);
/* Sets no_new_privs, after all files are open, and blocks the system calls that this program never
 * makes but an intruder would (execve, ptrace, module loading, mount …). Returns false, after a
 * message, if no_new_privs cannot be set. */
bool privileges_confine(void);
/* Drops all capabilities of the calling thread except this one. Returns false, after a message, if the
 * kernel refuses: the thread must then exit. */
bool privileges_keep_only(unsigned int capability);

/* Drops all capabilities of the calling thread. Returns false as above. */
bool privileges_keep_none(void);

bool privileges_has(unsigned int capability); /* effective now */
/* Returns true if other processes' descriptors can be read. */
bool privileges_sees_all(void);

#endif
