/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The points in the kernel where the truth is known.
 */
#ifndef NETLOG_PROBES_H
#define NETLOG_PROBES_H

#include <linux/types.h>

/*
 * Place all probes. 0, or -errno after saying which one could not be placed
 * and taking the others away again. Sleeps.
 */
int probes_init(void);

/* Take them away; no handler runs when this returns. Sleeps. */
void probes_fini(void);

/* Hits that the kernel skipped. */
u64 probes_missed(void);

/* Name and whether it is placed, one per line, into a page. Returns length. */
int probes_show(char *page);

extern bool probes_udp_flows;	/* parameter udp_flows= */

#endif
