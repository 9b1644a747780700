/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/join: adds fields of the audit event of the same system call to an event of BPF: its
 * id (ev=), subj and command line. BPF's events arrive first; those that may have an audit event wait
 * for it, a bounded time and in order. Events are joined by the call's serial, which BPF reports. No
 * I/O and no clock of its own.
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

/* Switches waiting on, or off (the initial state), which releases all waiting events. */
void join_enable(struct join *j, bool on);
/* Copies *e, or passes it to event at once. now: monotonic, ns. */
void join_put(struct join *j, const struct event *e, int64_t now);
/* Notes the serial of the call whose event has this pid and mono. */
void join_stamp(struct join *j, int64_t pid, int64_t mono, uint64_t serial);
/* Takes a system call's event from audit, before or after its join_stamp(). */
void join_audit(struct join *j, const struct event *audit);
/* Releases events that are complete or have waited long enough. */
void join_release(struct join *j, int64_t now);
/* Returns the time until the next join_release(), in ms; -1 if no event waits. */
int join_due(const struct join *j, int64_t now);
/* Releases everything. */
void join_flush(struct join *j);

/* Holds all events back, whatever the other functions do, until join_decide(). */
void join_hold(struct join *j);
/* While held: adds an event of another source, to be passed to event among BPF's, in the order of mono.
 * *e is copied. */
void join_put_other(struct join *j, const struct event *e);
/* Drops the BPF events for which takes returns false; the others are due. Returns how many were dropped
 * for lack of room. */
uint64_t join_decide(struct join *j, bool (*takes)(const struct event *e, void *arg), void *arg);

#endif
