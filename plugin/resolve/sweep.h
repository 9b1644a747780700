/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/sweep: the work after a round that dumped every socket, slice by slice: scans the
 * descriptors of all processes, reports open sockets once (the snapshot), and reports to the tracker
 * which sockets no longer exist (the sweep).
 */
#ifndef NETLOG_SWEEP_H
#define NETLOG_SWEEP_H

#include "plugin/resolve/slice.h"
#include "plugin/resolve/inventory.h"
#include "plugin/resolve/netns.h"
#include "plugin/resolve/procfs.h"
#include "plugin/resolve/snapshot.h"

enum sweep_phase { SWEEP_IDLE,
		   SWEEP_DUMPS,
		   SWEEP_SCAN,
		   SWEEP_SNAPSHOT,
		   SWEEP_END };

struct sweep {
	struct track *track;
	struct netns_set *spaces;
	unsigned int interval_s; /* 0: only on request */
	bool sees_all;		 /* other processes' descriptors */
	bool snapshot;		 /* report sockets that are open at the start */
	bool first;		 /* scan at the start, for the snapshot or the state file */

	enum sweep_phase phase;
	struct inventory inventory;
	struct procfs_walk walk;
	int64_t child, parent;	     /* pids: of the process that is scanned */
	bool snapshot_due;	     /* a scan at the start, or of a new namespace */
	bool scanned;		     /* all descriptors are known */
	struct inventory_sock *next; /* to be reported */
	struct snapshot_ports ports;
	int64_t begun_ms, took_ms; /* of the dumps, mono */
	int64_t cost_ns;	   /* of this sweep: processor time */
	int64_t last_ms, next_ms;  /* mono */
	int64_t next_scan_ms;	   /* after a pause of 200 times the cost of a scan */
	int64_t next_doubt_ms;	   /* or of 20 times, if a socket is missing */
	uint64_t count, cut;	   /* sweeps that were incomplete */
	bool cut_logged;
};

/* The other fields of *w up to phase are set. */
void sweep_init(struct sweep *w);
void sweep_fini(struct sweep *w);

int64_t sweep_due_ms(const struct sweep *w); /* mono */
/* Schedule a sweep: at once, or, for the snapshot of a new namespace, after the scans' pause. */
void sweep_soon(struct sweep *w);
void sweep_new_namespace(struct sweep *w);

/* Call these when a round of dumps that fills w->inventory begins, and when its dumps have ended. */
void sweep_begin(struct sweep *w);
void sweep_dumped(struct sweep *w, int64_t begun_ms, bool complete);
/* Continues for one slice. */
void sweep_continue(struct sweep *w, const struct slice *slice);
/* Notes that a socket was destroyed: it is not reported as open. */
void sweep_destroyed(struct sweep *w, uint64_t cookie);
/* Returns true if there is work for a slice now. */
bool sweep_works(const struct sweep *w);

#endif
