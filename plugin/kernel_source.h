/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/kernel_source: selects one of the kernel's exact sources: the module, whose records arrive
 * through auditd, or BPF, which is read here. Never both.
 */
#ifndef NETLOG_KERNEL_SOURCE_H
#define NETLOG_KERNEL_SOURCE_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "parser/event.h"
#include "plugin/audit_node.h"
#include "plugin/handover.h"
#include "plugin/input/bpf.h"
#include "plugin/input/join.h"
#include "plugin/kernel_scan.h"

/* [kernel] source: the best one available, or only this one. */
enum kernel_use { KERNEL_AUTO, KERNEL_MODULE, KERNEL_BPF, KERNEL_SOCKDIAG, KERNEL_NONE };

struct kernel_source {
	enum kernel_use use;
	void (*event)(const struct event *e, void *arg);
	void *arg;
	struct bpf_input *bpf;	/* NULL: none */
	struct join *join;	/* with bpf */
	struct audit_node node;	/* the name that auditd gives this host */
	bool module;		/* the module is loaded, and reports */
	bool rules;		/* audit rules are loaded */
	bool snapshot;		/* report sockets that are open at the start */
	struct kernel_scan scan;
	int64_t netns;		/* this process's namespace, whose sockets are all visited */
	const char *reported;	/* kernel_source_name() at the last check */
	bool broken;		/* BPF is attached, and its programs do not run */
	struct handover handover;	/* to the module: BPF's events */
	struct handover of_module;	/* from the module: its events */
	uint64_t held_from;		/* of_module's count when rmmod was called */
	unsigned int woken;		/* as last read */
	int64_t woken_at;		/* mono ns; 0: BPF does not report beside an unloading module */
	uint64_t dropped;		/* events that were lost here, not yet reported */
	int64_t unseen;			/* at the last successful test */
	struct bpf_input_counts counted;
	int64_t next_test;	/* mono ns */
};

/* Losses of BPF. */
struct kernel_losses {
	uint64_t bpf;		/* no room in the ring or in a map */
	uint64_t missed;	/* program runs that the kernel skipped */
};

/*
 * Attaches BPF if use requests it, before privileges are dropped; logs the reason of a failure. Calls
 * event for BPF's events; snapshot: also for sockets that are already open. named: BPF's events get
 * the host's name if audit's records have it. k: all zero; its tables (1 MB) are not touched before
 * they are used.
 */
void kernel_source_open(struct kernel_source *k, enum kernel_use use,
			const struct bpf_wants *wants, bool snapshot, bool named,
			void (*event)(const struct event *e, void *arg), void *arg);
void kernel_source_close(struct kernel_source *k);

/* As bpf_input_poll() and bpf_input_work(); fd->fd is -1 without BPF. */
int kernel_source_poll(const struct kernel_source *k, struct pollfd *fd);
void kernel_source_work(struct kernel_source *k, const struct pollfd *fd);
/* Reads the rest of the ring before the exit. */
void kernel_source_finish(struct kernel_source *k);

/* Call this once a second. Returns true if the source has changed. */
bool kernel_source_check(struct kernel_source *k);

/* Returns true if scans can be made: BPF is attached. */
bool kernel_source_scans(const struct kernel_source *k);
/* Scans all open sockets after a loss, at once, but at least 2 s after the last scan. */
void kernel_source_rescan(struct kernel_source *k);

/* Sets whether audit rules are loaded: BPF's events then wait for those of the rules, to join them. */
void kernel_source_rules(struct kernel_source *k, bool loaded);

/* Takes an event from audit's stream. Returns true if the caller must pass it to the tracker, which
 * does not get the module's events of this host while BPF is the source: they arrive later. */
bool kernel_source_takes(struct kernel_source *k, const struct event *e);

/* Returns the event with the node name of BPF's events if it is of this host: e, or a changed *copy. */
const struct event *kernel_source_named(const struct kernel_source *k, const struct event *e,
					struct event *copy);

/* Returns true if module or BPF reports: sock_diag is then not needed. */
bool kernel_source_exact(const struct kernel_source *k);
/* Returns "module" or "bpf"; NULL if neither reports. */
const char *kernel_source_name(const struct kernel_source *k);

/* Records that BPF has written since the start. */
uint64_t kernel_source_written(const struct kernel_source *k);

/* Returns true, with the losses since the last call that returned true, if there are any. */
bool kernel_source_losses(struct kernel_source *k, struct kernel_losses *l);

#endif
