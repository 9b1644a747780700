/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sockinfo: a copy of the fields of a socket that a record reports. A copy owns
 * nothing and holds no reference.
 */
#ifndef NETLOG_SOCKINFO_H
#define NETLOG_SOCKINFO_H

#include <linux/net.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "compat.h"

union sockinfo_end {		/* all zero except the family: unknown */
	struct sockaddr_in6 in6;
	struct sockaddr_in in;	/* sin_port is at the offset of sin6_port */
	struct sockaddr sa;
};

struct sockinfo {
	u64 cookie;		/* never given to another socket until the next boot */
	u64 ino;		/* sockfs inode number: 32 bits, and reused */
	u64 tx, rx;		/* bytes of payload, TCP only */
	u32 netns;		/* inode number of the network namespace */
	int oif;		/* interface index, 0: not bound to an interface */
	u16 family, proto;
	u8 state;		/* TCP_* */
	bool datagram;
	bool unused;		/* NETLOG_F_DATA; never set by sockinfo_read() */
	union sockinfo_end local, remote;
};

/*
 * Copies the state of sk; the first subflow of an MPTCP socket represents its owner.
 * sock is sk->sk_socket, the socket that sk is about to be given, or NULL. Returns
 * false if no record is due: audit is off, the protocol is another one, or the
 * socket does not belong to user space.
 */
bool sockinfo_read(struct sockinfo *s, const struct sock *sk, struct socket *sock);

/* Sets the remote end from the address that was passed to connect(), len bytes. Returns false
 * if the address is too short or of another family. */
bool sockinfo_set_remote(struct sockinfo *s, const void *uaddr, int len);

/* Returns true if the end has an address or a port. */
bool sockinfo_end_known(const union sockinfo_end *e);

/* Returns true if sk is not being released by inet_release(), and is not a subflow of another
 * socket. */
bool sockinfo_in_use(const struct sock *sk);

/* Returns the socket of a file, or NULL. */
struct socket *sockinfo_socket(struct file *file);

#endif
