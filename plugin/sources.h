/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/sources: which source the tracker gets besides audit's records. sock_diag is
 * used where it is wanted and the kernel module is not loaded. */
#ifndef NETLOG_SOURCES_H
#define NETLOG_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/track/track.h"
#include "plugin/config.h"
#include "plugin/resolve/resolver.h"

struct sources {
	const struct config *config;	/* borrowed, as the tracker */
	struct track *track;
	bool live;
	bool initial_pids;		/* set by sources_init() */
	struct resolver *resolver;	/* NULL: sock_diag is off */
	uint64_t lost_before;		/* by resolvers that are closed */
	bool sockdiag_failed, netns_failed;	/* logged already */
};

void sources_init(struct sources *s, const struct config *c, struct track *track, bool live);
/* Opens or closes sock_diag, as the configuration and the module ask for now. */
void sources_update(struct sources *s);
/* Closes sock_diag. ending: open connections are saved for the next run. */
void sources_close(struct sources *s, bool ending);

/* Times that reports of destroyed sockets were lost since the plugin started. */
uint64_t sources_sockdiag_lost(const struct sources *s);
/* NULL, or why other network namespaces cannot be entered. */
const char *sources_netns_error(void);

#endif
