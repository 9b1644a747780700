/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/sources: selects the tracker's source besides audit's records: module or BPF (kernel_source),
 * else sock_diag (resolver). */
#ifndef NETLOG_SOURCES_H
#define NETLOG_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/track/track.h"
#include "plugin/config.h"
#include "plugin/kernel_source.h"
#include "plugin/resolve/keep.h"
#include "plugin/resolve/resolver.h"

struct sources {
	const struct config *config; /* borrowed, as the tracker */
	struct track *track;
	bool live;
	bool initial_pids; /* set by sources_init() */
	struct kernel_source kernel;
	uint64_t bpf_lost, bpf_missed;	    /* since the plugin started */
	struct keep keep;		    /* state file of module and BPF */
	bool keeps;			    /* it is in use */
	struct resolver *resolver;	    /* NULL: sock_diag is off */
	uint64_t lost_before, cut_before;   /* by resolvers that are closed */
	bool sockdiag_failed, netns_failed; /* logged already */
};

/*
 * Attaches BPF if the configuration requests it; call this before privileges are dropped. BPF's events
 * are passed to the tracker. sources_update() opens sock_diag. s: all zero.
 */
void sources_open(struct sources *s, const struct config *c, struct track *track, bool live);
/* Opens or closes sock_diag, depending on the configuration and on module or BPF. */
void sources_update(struct sources *s);
/* Writes the state file of module and BPF, if it is due. */
void sources_keep(struct sources *s);
/* Closes sock_diag. ending: open connections are saved for the next run. */
void sources_close_sockdiag(struct sources *s, bool ending);
void sources_close(struct sources *s); /* all */
/* Returns the best source present: "module", "bpf", "sockdiag", or NULL. */
const char *sources_name(const struct sources *s);

/* Adds to bpf_lost and bpf_missed what BPF lost since the call before. */
void sources_count_losses(struct sources *s);

/* Times that reports of destroyed sockets were lost since the plugin started. */
uint64_t sources_sockdiag_lost(const struct sources *s);
/* Scans of all sockets that a limit cut short since then. */
uint64_t sources_sockdiag_cut(const struct sources *s);
/* NULL, or why other network namespaces cannot be entered. */
const char *sources_netns_error(void);

#endif
