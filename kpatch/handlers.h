/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handlers: write records at the calls that change a socket's state. The table in probes.c
 * assigns each handler to a kernel function.
 *
 * Handlers run with preemption off and never sleep. A handler at the end of a function is
 * placed only where that function does not wait for the network: each caller inside the
 * function holds one of the probe's few instances.
 */
#ifndef NETLOG_HANDLERS_H
#define NETLOG_HANDLERS_H

#include <linux/kprobes.h>

#include "sockinfo.h"

/* In a handler: the nth argument of the probed function, from 0. */
#define ARG(n) ((void *)regs_get_kernel_argument(regs, n))

/* The kretprobe's data: an entry handler fills it for handle_return(). */
struct handlers_call {
	struct sock *sk;
	struct sockinfo before;
	struct sockinfo asked;	/* before the call; remote end: that of the argument */
	bool asks;
};

/* Entry handlers return 0 to request handle_return() at the function's end, else 1. The comment
 * lists the arguments that the probed function must have. */
typedef int handlers_entry(struct kretprobe_instance *ri, struct pt_regs *regs);

handlers_entry handle_enter_sk;		/* (struct sock *, ...) */
handlers_entry handle_enter_sk_to;	/* (struct sock *, struct sockaddr *, int) */
handlers_entry handle_enter;		/* (struct socket *, ...) */
handlers_entry handle_enter_to;		/* (struct socket *, struct sockaddr *, int) */
handlers_entry handle_enter_disconnect;	/* (struct sock *, ...) */
handlers_entry handle_enter_abort;	/* (struct sock *, ...) */
int handle_return(struct kretprobe_instance *ri, struct pt_regs *regs);

/* Handlers that do all their work at entry; they return 1. */
handlers_entry handle_tcp_connect;	/* (struct sock *) */
handlers_entry handle_icmp;		/* (struct sock *, struct sk_buff *, int err, ...) */
handlers_entry handle_accept;		/* (struct socket *, struct socket *, struct sock *) */
handlers_entry handle_sock_graft;	/* (struct sock *, struct socket *) */
handlers_entry handle_fd_install;	/* (unsigned int, struct file *) */
handlers_entry handle_smc;		/* (struct socket *, ...) */
handlers_entry handle_smc_graft;	/* (struct sock *, struct socket *) */
handlers_entry handle_release;		/* (struct socket *) */
handlers_entry handle_udp_sendmsg;	/* (struct sock *, struct msghdr *, ...) */
handlers_entry handle_data;		/* (struct sock *, ...): it sends or receives */
handlers_entry handle_sctp_associate;	/* (struct net *, struct sctp_association *, ...) */
handlers_entry handle_sctp_free;	/* (struct sctp_association *) */
handlers_entry handle_exit;		/* (): the current process exits */

/* The tracepoint inet_sock_set_state. */
void handle_state(void *data, const struct sock *sk, const int old, const int new);
/* Limits handle_state() to the outcomes of attempts that were reported. */
void handlers_stop(void);

/* Starts or stops calls of handle_data() for each datagram of these families. */
void handlers_see_data(bool v4, bool v6);

/* Returns true if handle_release() has run since the module was loaded. */
bool handlers_fired(void);

#endif
