/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smc: the TCP sockets that AF_SMC sockets make for themselves. An AF_SMC connection
 * begins as a TCP connection of a socket that the kernel makes, and stays a TCP connection if the
 * peer or the hardware has no SMC. Only that TCP socket has the addresses.
 */
#ifndef NETLOG_SMC_H
#define NETLOG_SMC_H

#include <linux/net.h>
#include <net/sock.h>

/*
 * Finds the TCP socket of the AF_SMC socket smc, and marks it as used by the program
 * that holds owner. Returns it, or NULL. The caller holds rcu_read_lock().
 */
struct socket *smc_mark(const struct sock *smc, struct socket *owner);

/* Returns the inode number of the AF_SMC socket that a marked TCP socket belongs to, or 0. */
u64 smc_ino(const struct sock *sk);

/* Removes the mark, if there is one. */
void smc_unmark(const struct sock *sk);

/* Frees all marks. No handler may run any more. */
void smc_fini(void);

#endif
