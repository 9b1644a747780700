/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/kernel_source: which of the kernel's exact sources speaks: the module, whose
 * records come by way of auditd, or BPF, which is read here. Never both.
 */
#ifndef NETLOG_KERNEL_SOURCE_H
#define NETLOG_KERNEL_SOURCE_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "parser/event.h"
#include "plugin/handover.h"
#include "plugin/input/bpf.h"
#include "plugin/input/join.h"

/* [kernel] source: the best there is, or this one alone. */
enum kernel_use { KERNEL_AUTO, KERNEL_MODULE, KERNEL_BPF, KERNEL_SOCKDIAG, KERNEL_NONE };

struct kernel_source {
	enum kernel_use use;
	void (*event)(const struct event *e, void *arg);
	void *arg;
	struct bpf_input *bpf;	/* NULL: none */
	struct join *join;	/* with bpf */
	const char *host;	/* its own name, for node= */
	char host_text[256];
	bool module;		/* it is loaded, and speaks */
	bool rules;		/* audit rules are loaded */
	bool snapshot;
	bool scanned;		/* what was open at the start is reported */
	bool incomplete;	/* SCTP came later: logged */
	bool broken;		/* BPF is attached, and its programs do not run */
	struct handover handover;	/* to the module */
	struct bpf_input_counts told;
	int64_t next_test;	/* mono ns */
};

/* What BPF lost. */
struct kernel_losses {
	uint64_t bpf;		/* no room in the ring or in a map */
	uint64_t missed;	/* program runs that the kernel skipped */
};

/*
 * Attaches BPF where use wants it, before privileges are dropped; where that fails, logs
 * why. event is called for what BPF reports; snapshot: also for what is open already.
 */
void kernel_source_open(struct kernel_source *k, enum kernel_use use,
			const struct bpf_wants *wants, bool snapshot,
			void (*event)(const struct event *e, void *arg), void *arg);
void kernel_source_close(struct kernel_source *k);

/* As bpf_input_poll() and bpf_input_work(); fd->fd is -1 without BPF. */
int kernel_source_poll(const struct kernel_source *k, struct pollfd *fd);
void kernel_source_work(struct kernel_source *k, const struct pollfd *fd);
/* Reads what is left in the ring, at the end. */
void kernel_source_finish(struct kernel_source *k);

/* Call it once a second. Returns true if another source speaks now. */
bool kernel_source_check(struct kernel_source *k);

/* Says whether audit rules are loaded: their events are then waited for, and joined. */
void kernel_source_rules(struct kernel_source *k, bool loaded);

/* An event from audit's stream. Returns true if the tracker is to have it. As long as BPF
 * speaks this host's are not for the tracker: they come later than BPF's. */
bool kernel_source_takes(struct kernel_source *k, const struct event *e);

/* Returns true if module or BPF speaks: nothing is left for sock_diag to add. */
bool kernel_source_exact(const struct kernel_source *k);
/* "module", "bpf"; NULL if neither speaks. */
const char *kernel_source_name(const struct kernel_source *k);

/* Losses since the last call that returned true. Returns true if there are any. */
bool kernel_source_losses(struct kernel_source *k, struct kernel_losses *l);

#endif
