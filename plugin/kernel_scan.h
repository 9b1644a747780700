/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/kernel_scan: schedules BPF's scans of all open sockets: after a loss, on request, and
 * periodically. Times are monotonic, ns; the caller provides them.
 */
#ifndef NETLOG_KERNEL_SCAN_H
#define NETLOG_KERNEL_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/input/bpf.h"

struct kernel_scan {
	unsigned int left;	/* scans still due after a loss */
	int64_t next;		/* the next of these */
	int64_t begun;		/* the latest scan of any kind; 0: none */
	unsigned int every;	/* seconds between periodic scans; 0: none */
	int64_t next_check;	/* the next periodic scan */
	bool checks;		/* the current scan is periodic */
	uint64_t complete;	/* completed scans */
};

/* Schedules two scans after a loss, from that time on. A connection that neither finds has ended. */
void kernel_scan_plan(struct kernel_scan *s, int64_t from);
/* Does the same at once, but at least 2 s after the last scan began. */
void kernel_scan_soon(struct kernel_scan *s, int64_t now);
/* Sets the period of scans in seconds; 0: none. */
void kernel_scan_every(struct kernel_scan *s, unsigned int seconds, int64_t now);
/* Returns true if a scan after a loss is due. */
bool kernel_scan_is_due(const struct kernel_scan *s, int64_t now);
/* Begins the scan that is due, unless b is scanning. */
void kernel_scan_begin(struct kernel_scan *s, struct bpf_input *b, int64_t now);

#endif
