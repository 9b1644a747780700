/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/kernel_scan: when BPF compares all that is open with what is known: after a loss,
 * soon, and by the clock. Times are monotonic, ns; the caller brings them.
 */
#ifndef NETLOG_KERNEL_SCAN_H
#define NETLOG_KERNEL_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/input/bpf.h"

struct kernel_scan {
	unsigned int left;	/* after a loss: still to be made */
	int64_t next;		/* the next of these */
	int64_t begun;		/* the last scan of all; 0: none */
	unsigned int every;	/* seconds between scans without a known loss; 0: none */
	int64_t next_check;	/* the next such scan */
	bool checks;		/* the scan under way is one */
	uint64_t complete;	/* scans that were completed */
};

/* Something was lost: two scans from that time on. A connection that neither finds has ended. */
void kernel_scan_plan(struct kernel_scan *s, int64_t from);
/* The same, at once, but 2 s after the last scan began. */
void kernel_scan_soon(struct kernel_scan *s, int64_t now);
/* Scans by the clock, so many seconds apart; 0: none. */
void kernel_scan_every(struct kernel_scan *s, unsigned int seconds, int64_t now);
/* Returns true if a scan after a loss is due. */
bool kernel_scan_is_due(const struct kernel_scan *s, int64_t now);
/* Begins the one that is due, if b makes none. */
void kernel_scan_begin(struct kernel_scan *s, struct bpf_input *b, int64_t now);

#endif
