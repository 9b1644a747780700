/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/processes: detects processes whose end no audit record reported (they were killed). */
#ifndef NETLOG_PROCESSES_H
#define NETLOG_PROCESSES_H

#include <stdint.h>

#include "parser/track/track.h"

#define PROCESSES_MAX 256 /* found missing by one scan */

struct processes {
	int64_t missing[PROCESSES_MAX]; /* in the previous scan */
	unsigned int count;
};

/* Checks the processes that hold descriptors. A process that is missing in two scans in a row
 * (its last records may still be in transit) gets an event EVENT_GONE. */
void processes_scan(struct processes *p, struct track *track);

#endif
