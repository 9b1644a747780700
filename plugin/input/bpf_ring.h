/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/bpf_ring: reads the ring buffer of the BPF programs, in batches and never for
 * longer than others can wait. Records go to bpf_event, and to bpf_found before.
 */
#ifndef NETLOG_BPF_RING_H
#define NETLOG_BPF_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/input/bpf_event.h"
#include "plugin/input/bpf_found.h"

struct bpf_ring;

/* map: descriptor of the ring's map; it stays the caller's, and so do events and found. NULL
 * with errno. */
struct bpf_ring *bpf_ring_new(int map, struct bpf_events *events, struct bpf_found *found);
/* r may be NULL. What is in the ring is not read. */
void bpf_ring_free(struct bpf_ring *r);

/* Readable when the ring has a record. The kernel does not wake us again until all is read. */
int bpf_ring_fd(const struct bpf_ring *r);
/* The descriptor is readable: records are due 20 ms later. */
void bpf_ring_woken(struct bpf_ring *r);
/* Returns when the ring is to be read next, monotonic ms; 0: when its descriptor is readable. */
int64_t bpf_ring_due(const struct bpf_ring *r);
/* Returns false if the last reading left records that were there when it began. */
bool bpf_ring_is_current(const struct bpf_ring *r);

/* Reads all that was written before the call, and reports all that found holds. Waits at most 0.2 s
 * for a program that the kernel interrupted while it wrote. */
void bpf_ring_read_all(struct bpf_ring *r);
/* Reads a part, if there is much. */
void bpf_ring_read_some(struct bpf_ring *r);

#endif
