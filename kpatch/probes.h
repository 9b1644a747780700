/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The points in the kernel where the truth is known.
 */
#ifndef NETLOG_PROBES_H
#define NETLOG_PROBES_H

#include <linux/kprobes.h>
#include <net/sock.h>

/* INSTEAD: required where the entry before these cannot be placed. */
enum { REQUIRED = 0, OPTIONAL = 1, FLOWS = 2, INSTEAD = 4 };

struct probe {
	int when;
	bool placed;
	struct kretprobe rp;	/* without handler: only rp.kp is used */
};

extern struct probe probes[];
extern const int probes_count;

/* For the tracepoint inet_sock_set_state. */
void probes_on_state(void *data, const struct sock *sk, const int old,
		     const int new);

extern bool probes_fire;	/* a socket's release was seen */

#endif
