/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/bpf_found: holds sockets that a scan found until all earlier records were read. A call
 * takes effect before its record is written: a scan in between finds a listener whose op=listen is
 * still to be read. No I/O and no clock: times are monotonic, ns.
 */
#ifndef NETLOG_BPF_FOUND_H
#define NETLOG_BPF_FOUND_H

#include <stdbool.h>
#include <stdint.h>

struct netlog_bpf_event;	/* kpatch/bpf/netlog_bpf.h */

/* How long after a call's effect its record may be written. */
#define BPF_FOUND_HOLD_NS 200000000LL
/* Limit of kept holders of one socket, which a user can pass to any number of processes: the tracker
 * names the only one, or none if there are two (parser/track/holder). */
#define BPF_FOUND_HOLDERS 4

struct bpf_found;

/* report: called for each socket that was open. NULL without memory. */
struct bpf_found *bpf_found_new(void (*report)(const struct netlog_bpf_event *e, void *arg), void *arg);
/* f may be NULL. Sockets that it holds are not reported. */
void bpf_found_free(struct bpf_found *f);

/* Takes a socket that was found; *e is copied. Only the first BPF_FOUND_HOLDERS processes that hold
 * it count. Returns false without memory. */
bool bpf_found_add(struct bpf_found *f, const struct netlog_bpf_event *e);
/* Call this before *r is reported: reports the same socket if it was found before r, or drops it if r
 * is the record of that state. */
void bpf_found_record(struct bpf_found *f, const struct netlog_bpf_event *r);
/* Reports the sockets that were held long enough at now. Stops after most reports, but not between the
 * holders of a socket; the rest is due at once. INT64_MAX and UINT_MAX: all. */
void bpf_found_release(struct bpf_found *f, int64_t now, unsigned int most);
/* Returns the time of the next release, or INT64_MAX if nothing is held. */
int64_t bpf_found_due(const struct bpf_found *f);

#endif
