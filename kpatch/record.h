/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one record says, and the writing of it. The structs are plain copies:
 * they own nothing and hold no reference.
 */
#ifndef NETLOG_RECORD_WRITE_H
#define NETLOG_RECORD_WRITE_H

#include <linux/in6.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <net/sock.h>

#include "netlog_record.h"

#define NETLOG_MODULE_VERSION "0.1.0"

struct netlog_sock {
	u64 ino;
	u32 netns;
	int oif;		/* 0: not bound to an interface */
	u16 family;
	u16 proto;
	u16 lport;		/* host order, as fport */
	u16 fport;
	u8 state;
	struct in6_addr laddr;	/* AF_INET: s6_addr32[0] */
	struct in6_addr faddr;
	u64 tx;			/* TCP only */
	u64 rx;
};

struct netlog_task {
	pid_t pid;		/* tgid, as ppid and sid in the initial namespace */
	pid_t ppid;
	pid_t sid;
	u32 auid;
	u32 uid;
	u32 ses;
	char comm[TASK_COMM_LEN];
};

/* The user's socket that sk is, or works for (MPTCP subflow); NULL: not ours. */
struct sock *netlog_sock_owner(const struct sock *sk);

/*
 * Copy what sk says of itself. False when it is not a socket to report: not
 * owned by user space, or of another protocol.
 */
bool netlog_sock_read(struct netlog_sock *s, const struct sock *sk);

/* Take the remote end from what was passed to connect(), len bytes of it. */
bool netlog_sock_remote(struct netlog_sock *s, const void *uaddr, int len);

/* Takes no lock. */
void netlog_task_current(struct netlog_task *t);

/* Where nobody remembers who it was: the fields of the task are left out. */
extern const struct netlog_task netlog_task_unknown;

/*
 * Write one record. task NULL: that of the current task, which must then be
 * the one that acts: task_lock() is taken then. err is a positive errno, or 0
 * to leave it out. Callable in any context but NMI. False when nothing was
 * written.
 */
bool record_write(enum netlog_op op, const struct netlog_sock *s,
		  const struct netlog_task *task, int err);

/* The module's own records: op=load, op=unload. */
void record_write_self(enum netlog_op op, u64 missed);

/* False while audit is off: nothing is to be done then. */
bool record_wanted(void);

u64 record_written(void);
u64 record_lost(void);

extern bool record_join;	/* parameter join= */

#endif
