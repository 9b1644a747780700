/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/bpf_ring: reads the ring buffer of the BPF programs, in batches of bounded duration.
 * Passes records to bpf_found, then to bpf_event.
 */
#ifndef NETLOG_BPF_RING_H
#define NETLOG_BPF_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/input/bpf_event.h"
#include "plugin/input/bpf_found.h"

struct bpf_ring;

/* map: descriptor of the ring's map. The caller owns map, events and found. NULL with errno. */
struct bpf_ring *bpf_ring_new(int map, struct bpf_events *events, struct bpf_found *found);
/* Does not read the rest of the ring. r may be NULL. */
void bpf_ring_free(struct bpf_ring *r);

/* Returns a descriptor that is readable when the ring has a record. The kernel does not wake the reader
 * again until all records are read. */
int bpf_ring_fd(const struct bpf_ring *r);
/* Notes that the descriptor is readable: records are due 20 ms later. */
void bpf_ring_woken(struct bpf_ring *r);
/* Returns when the ring is to be read next, monotonic ms; 0: when its descriptor is readable. */
int64_t bpf_ring_due(const struct bpf_ring *r);
/* Returns false if the last reading left records that were there when it began. */
bool bpf_ring_is_current(const struct bpf_ring *r);

/* Reads all records written before the call, and reports all sockets in found. Waits at most 0.2 s
 * for a program that the kernel interrupted while it wrote. */
void bpf_ring_read_all(struct bpf_ring *r);
/* Reads a bounded number of records. */
void bpf_ring_read_some(struct bpf_ring *r);

#endif
