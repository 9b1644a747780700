/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/input/audit_status: asks the kernel for the state of audit, of the rules and of the kernel
 * module. The first two use libaudit: they open a socket, need CAP_AUDIT_CONTROL and wait at most 2 s.
 * They return 0, -EINPROGRESS while the kernel blocks earlier requests, or -errno. */
#ifndef NETLOG_AUDIT_STATUS_H
#define NETLOG_AUDIT_STATUS_H

#include <stdbool.h>
#include <stdint.h>

struct audit_state {
	uint32_t enabled; /* 0 off, 1 on, 2 locked */
	uint32_t pid;	  /* of auditd, 0: none */
	uint32_t lost;	  /* records the kernel dropped since boot */
	uint32_t backlog_limit;
	uint32_t backlog_wait_time;
};

int audit_status_read(struct audit_state *s);

struct audit_status_rules {
	bool netlog;		   /* a rule with the key netlog is loaded */
	bool task_never;	   /* "-a task,never": no task gets an audit context */
	unsigned int count;	   /* of those with the key netlog */
	unsigned int never_before; /* "exit,never" rules before the last of them */
};

int audit_status_rules(struct audit_status_rules *r);

/* Returns true if the kernel module is loaded. */
bool audit_status_module(void);

struct module_counts {
	uint64_t load;	       /* differs for each load; 0: not loaded */
	uint64_t lost, missed; /* records not written, probe hits skipped, since then */
	uint64_t ignored;      /* connections that the ignore list left out, since then */
};

/* Reads the module's counters from /sys/module; needs no capability. */
void audit_status_module_counts(struct module_counts *m);

#endif
