/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What probes.c and record.c know of each other. The structs are plain copies:
 * they own nothing and hold no reference.
 */
#ifndef NETLOG_H
#define NETLOG_H

#include <linux/net.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "compat.h"
#include "netlog_record.h"


union netlog_end {		/* all zero but the family: not known */
	struct sockaddr_in6 in6;
	struct sockaddr_in in;	/* its port is where in6 has it */
	struct sockaddr sa;
};

struct netlog_sock {
	u64 ino, tx, rx;	/* tx, rx: TCP only */
	u32 netns;
	int oif;		/* 0: not bound to an interface */
	u16 family, proto;
	u8 state;
	bool datagram;
	union netlog_end local, remote;
};

struct netlog_task {		/* as audit prints it; pid 0: nobody knows */
	pid_t pid, ppid, sid;	/* initial namespace */
	u32 auid, uid, ses;
	char comm[TASK_COMM_LEN];
};

/*
 * Copy what sk says of itself; the first subflow of MPTCP speaks for its owner. sock
 * is sk->sk_socket, or the one that it is about to be given, or NULL. False: not user
 * space's, or another protocol, or audit is off.
 */
bool netlog_sock_read(struct netlog_sock *s, const struct sock *sk, struct socket *sock);

/* Take the remote end from what was passed to connect(), len bytes of it. */
bool netlog_sock_remote(struct netlog_sock *s, const void *uaddr, int len);

/* Is there an address or a port? */
bool netlog_end_known(const union netlog_end *e);

/* Takes no lock. */
void netlog_task_current(struct netlog_task *t);

/*
 * Write one record. s NULL: the module's own. task NULL: that of the current task,
 * which must then be the one that acts; task_lock() is taken then. err is a positive
 * errno, or 0 to leave it out. Any context but NMI. False: nothing was written.
 */
bool record_write(enum netlog_op op, const struct netlog_sock *s,
		  const struct netlog_task *task, int err);

extern atomic64_t record_written, record_lost;
extern bool record_join;	/* parameter join= */

u64 probes_missed(void);	/* hits that the kernel skipped */

#endif
