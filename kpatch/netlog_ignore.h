/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ignore list as the kernel's side compares it: one struct for each entry, made by
 * plugin/ignore/kernel.c, read by BPF (kpatch/bpf/ignore.h) and by the module
 * (kpatch/ignore.c). A connection is compared once, when it begins, with the entries in their
 * order: the first match decides.
 */
#ifndef NETLOG_IGNORE_H
#define NETLOG_IGNORE_H

#include <linux/types.h>

#define NETLOG_IGNORES 64	/* further entries are compared in user space */

/* Everything is in host order except the address. All conditions are always compared: an unset
 * condition has a range or a mask that matches everything. */
struct netlog_ignore {
	__u64 net[2], mask[2];	/* remote address, IPv4 as ::ffff:a.b.c.d, network order */
	__u64 ino;		/* inode of the program's file */
	__u32 dev;		/* device of its file system, as in the kernel: major << 20 | minor */
	__u32 exe;		/* 1: ino and dev must be equal; 0: any program */
	__s64 uid_low, uid_high;
	__s64 first, last;	/* port of the service */
	__u32 remote;		/* 1: there must be a remote end (net is set) */
	__u32 keep;		/* 1: a match is not ignored */
};

/* A connection that begins, in the same terms. */
struct netlog_subject {
	__u64 net[2], ino;
	__s64 uid, port;
	__u32 dev;
	__u32 remote;		/* 1: it has a remote end */
};

/* Returns true if the entry matches. */
static inline __attribute__((always_inline)) _Bool
netlog_ignore_holds(const struct netlog_ignore *i, const struct netlog_subject *s)
{
	return s->uid >= i->uid_low && s->uid <= i->uid_high &&
	       s->port >= i->first && s->port <= i->last &&
	       (!i->exe || (s->ino == i->ino && s->dev == i->dev)) &&
	       (!i->remote || s->remote) &&
	       !((s->net[0] ^ i->net[0]) & i->mask[0]) &&
	       !((s->net[1] ^ i->net[1]) & i->mask[1]);
}

/* The module's parameter "ignore" takes one line for each entry, in hex: keep, exe, dev, ino,
 * remote, net[0], net[1], mask[0], mask[1], uid_low, uid_high, first, last. An empty line
 * clears the list. */
#define NETLOG_IGNORE_FORMAT "%x %x %x %llx %x %llx %llx %llx %llx %llx %llx %llx %llx"

#endif
