/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/kernel_source: selects one of the kernel's exact sources: the module, whose records
 * come through auditd, or BPF, which is read here. Never both.
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

/* [kernel] source: the best there is, or this one alone. */
enum kernel_use { KERNEL_AUTO, KERNEL_MODULE, KERNEL_BPF, KERNEL_SOCKDIAG, KERNEL_NONE };

struct kernel_source {
	enum kernel_use use;
	void (*event)(const struct event *e, void *arg);
	void *arg;
	struct bpf_input *bpf;	/* NULL: none */
	struct join *join;	/* with bpf */
	struct audit_node node;	/* the name that auditd gives this host */
	bool module;		/* it is loaded, and speaks */
	bool rules;		/* audit rules are loaded */
	bool snapshot;		/* report what is open at the start */
	struct kernel_scan scan;
	int64_t netns;		/* this process's namespace, whose sockets are all visited */
	const char *reported;	/* kernel_source_name() at the last check */
	bool broken;		/* BPF is attached, and its programs do not run */
	struct handover handover;	/* to the module: what BPF reported */
	struct handover of_module;	/* from the module: what it reported */
	uint64_t held_from;		/* of_module's count when rmmod was called */
	unsigned int woken;		/* as last seen */
	int64_t woken_at;		/* mono ns; 0: BPF does not report beside an unloading module */
	uint64_t dropped;		/* events that were lost here, not yet reported */
	int64_t unseen;			/* as at the last test that succeeded */
	struct bpf_input_counts counted;
	int64_t next_test;	/* mono ns */
};

/* Losses of BPF. */
struct kernel_losses {
	uint64_t bpf;		/* no room in the ring or in a map */
	uint64_t missed;	/* program runs that the kernel skipped */
};

/*
 * Attaches BPF if use requests it, before privileges are dropped; logs the reason if that
 * fails. event is called for BPF's events; snapshot: also for sockets that are already open.
 * named: audit's records may have the host's name, and so have BPF's events.
 * k: all zero; its tables, more than a megabyte, are not touched before they are used.
 */
void kernel_source_open(struct kernel_source *k, enum kernel_use use,
			const struct bpf_wants *wants, bool snapshot, bool named,
			void (*event)(const struct event *e, void *arg), void *arg);
void kernel_source_close(struct kernel_source *k);

/* As bpf_input_poll() and bpf_input_work(); fd->fd is -1 without BPF. */
int kernel_source_poll(const struct kernel_source *k, struct pollfd *fd);
void kernel_source_work(struct kernel_source *k, const struct pollfd *fd);
/* Reads what is left in the ring, at the end. */
void kernel_source_finish(struct kernel_source *k);

/* Call it once a second. Returns true if another source speaks now. */
bool kernel_source_check(struct kernel_source *k);

/* Returns true if scans can be made: BPF is attached. */
bool kernel_source_scans(const struct kernel_source *k);
/* Something was lost: what is open is compared with what is known, at once, but 2 s after the
 * last time. */
void kernel_source_rescan(struct kernel_source *k);

/* Says whether audit rules are loaded: their events are then waited for, and joined. */
void kernel_source_rules(struct kernel_source *k, bool loaded);

/* Takes an event from audit's stream. Returns true if the tracker is to have it. While BPF is
 * the source, the module's events of this host are not for the tracker: they come later than
 * BPF's. */
bool kernel_source_takes(struct kernel_source *k, const struct event *e);

/* Returns the event, with the node name of BPF's events if it is this host's; *copy is filled
 * if it differs. */
const struct event *kernel_source_named(const struct kernel_source *k, const struct event *e,
					struct event *copy);

/* Returns true if module or BPF speaks: nothing is left for sock_diag to add. */
bool kernel_source_exact(const struct kernel_source *k);
/* "module", "bpf"; NULL if neither speaks. */
const char *kernel_source_name(const struct kernel_source *k);

/* Records that BPF has written since the start. */
uint64_t kernel_source_written(const struct kernel_source *k);

/* Losses since the last call that returned true. Returns true if there are any. */
bool kernel_source_losses(struct kernel_source *k, struct kernel_losses *l);

#endif
