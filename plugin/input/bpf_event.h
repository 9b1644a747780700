/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/bpf_event: turns a record of the BPF ring buffer into the event that the kernel module
 * would report. Caches the program of each process, which the ring has once per exec. No I/O and no
 * clock.
 */
#ifndef NETLOG_BPF_EVENT_H
#define NETLOG_BPF_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "parser/event.h"

struct bpf_events;

struct bpf_callbacks {
	void (*event)(const struct event *e, void *arg);	/* valid until it returns */
	/* The system call of the event with this pid and mono has this audit event. */
	void (*stamp)(int64_t pid, int64_t mono, uint64_t serial, void *arg);
	void *arg;
};

/* *c is copied. NULL without memory. */
struct bpf_events *bpf_events_new(const struct bpf_callbacks *c);
void bpf_events_free(struct bpf_events *e);

/* Sets CLOCK_REALTIME minus CLOCK_MONOTONIC (ns), by which later records get their time. */
void bpf_events_clock(struct bpf_events *e, int64_t real_minus_mono);

/* Takes one record. Returns 0; -EINVAL for an invalid record; -ENOMEM if a program's path was lost. */
int bpf_events_record(struct bpf_events *e, const void *data, size_t size);

#endif
