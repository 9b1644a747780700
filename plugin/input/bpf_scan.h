/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/bpf_scan: reads the open sockets from the iterators of the BPF programs, in parts: first
 * the descriptors of all processes, then the sockets of this network namespace, which may have no
 * descriptor.
 */
#ifndef NETLOG_BPF_SCAN_H
#define NETLOG_BPF_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/input/bpf_event.h"
#include "plugin/input/bpf_found.h"

#define BPF_SCAN_PARTS 3

struct bpf_scan;

/* links: descriptors of the iterators' links, that of descriptors first; -1: no such iterator. old: the
 * kernel may be older than 5.19. Passes programs to events and sockets to found. Needs root's
 * privileges; later calls do not. NULL without memory. */
struct bpf_scan *bpf_scan_new(const int links[BPF_SCAN_PARTS], bool old, struct bpf_events *events,
			      struct bpf_found *found);
/* s may be NULL. */
void bpf_scan_free(struct bpf_scan *s);

/* Begins a scan unless one runs. Before Linux 5.19, if no bpffs can be mounted, the number of scans is
 * limited: last_ones permits the last of them. Returns false if the kernel refuses. */
bool bpf_scan_begin(struct bpf_scan *s, bool last_ones);
bool bpf_scan_runs(const struct bpf_scan *s);
/* Reads one buffer. */
void bpf_scan_read(struct bpf_scan *s);
/* Returns true if a scan is complete and not yet taken; bpf_scan_take() returns the time at
 * which it began, mono ns, or 0 if a part of it was lost. */
bool bpf_scan_is_complete(const struct bpf_scan *s);
int64_t bpf_scan_take(struct bpf_scan *s);

#endif
