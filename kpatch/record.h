/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record: writes the audit records; the contract is netlog_record.h. Any context
 * but NMI.
 */
#ifndef NETLOG_RECORD_WRITER_H
#define NETLOG_RECORD_WRITER_H

#include <linux/sched.h>

#include "netlog_record.h"
#include "sockinfo.h"

/* The fields of a task, as audit prints them. pid 0: no task is named. */
struct record_task {
	pid_t pid, ppid, sid;	/* initial pid namespace */
	u32 auid, uid, ses;	/* initial user namespace */
	char comm[TASK_COMM_LEN];
};

/* Copies the fields of current. Takes no lock. */
void record_task_current(struct record_task *t);

/*
 * Writes the record of one operation on a socket. task NULL: current, which must be the task
 * that acts, in process context; task_lock() is taken then. err is a positive errno, or 0 to
 * leave it out. Returns false if no record was written, true also if the ignore list leaves the
 * connection out.
 */
bool record_write(enum netlog_op op, const struct sockinfo *s,
		  const struct record_task *task, int err);

/* Writes op=load or op=unload. missed: probe hits that the kernel skipped. */
void record_write_module(enum netlog_op op, u64 missed);

/* Counts a record that cannot be written for lack of memory (parameter lost). */
void record_count_lost(void);

/* Returns true if records join the event of the running system call (parameter join). */
bool record_joins(void);

#endif
