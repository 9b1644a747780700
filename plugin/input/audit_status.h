/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/input/audit_status: what the kernel says of its audit system, the rules and the
 * module. By libaudit; every function opens its own socket, needs CAP_AUDIT_CONTROL
 * and returns 0 or -errno. */
#ifndef NETLOG_STATUS_H
#define NETLOG_STATUS_H

#include <stdbool.h>
#include <stdint.h>

struct audit_state {
	uint32_t enabled;		/* 0 off, 1 on, 2 locked */
	uint32_t pid;			/* of auditd, 0: none */
	uint32_t lost;			/* records the kernel dropped since boot */
	uint32_t backlog_limit;
	uint32_t backlog_wait_time;
};

int audit_status_read(struct audit_state *s);

struct audit_status_rules {
	bool netlog;		/* a rule with the key netlog is loaded */
	bool task_never;	/* "-a task,never": no task gets an audit context */
};

int audit_status_rules(struct audit_status_rules *r);

/* The kernel module is loaded. */
bool audit_status_module(void);

#endif
