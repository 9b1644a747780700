/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/join: adds fields of the audit event of the same system call to an event of BPF:
 * its id (ev=), subj, command line. BPF's events come first; those that may have an audit event
 * wait for it, a bounded time and in order. The join is by serial: BPF reports the serial that
 * the call got. No I/O and no clock of its own.
 */
#ifndef NETLOG_JOIN_H
#define NETLOG_JOIN_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/event.h"

struct join;

/* event is called for what is released, in the order of join_put(). NULL without memory. */
struct join *join_new(void (*event)(const struct event *e, void *arg), void *arg);
/* Drops the events that wait. j may be NULL. */
void join_free(struct join *j);

/* Off, the initial state: nothing waits. Switching off releases what does. */
void join_enable(struct join *j, bool on);
/* *e is copied, or given to event at once. now: monotonic, ns. */
void join_put(struct join *j, const struct event *e, int64_t now);
/* The call of the event with this pid and mono got this serial. */
void join_stamp(struct join *j, int64_t pid, int64_t mono, uint64_t serial);
/* A system call's event from audit, before or after its join_stamp(). */
void join_audit(struct join *j, const struct event *audit);
/* Releases what is complete or has waited long enough. */
void join_release(struct join *j, int64_t now);
/* Returns the time until that is to be called, in ms, or -1 if nothing waits. */
int join_due(const struct join *j, int64_t now);
/* Releases everything. */
void join_flush(struct join *j);

/* Holds all events back, whatever the other functions do, until join_decide(). */
void join_hold(struct join *j);
/* While held: an event of another source, to be given to event among BPF's, in the order of
 * mono. *e is copied. */
void join_put_other(struct join *j, const struct event *e);
/* Drops BPF's events that takes refuses; the others are due. Returns how many were dropped
 * meanwhile, without room. */
uint64_t join_decide(struct join *j, bool (*takes)(const struct event *e, void *arg), void *arg);

#endif
