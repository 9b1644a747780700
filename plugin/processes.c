// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plugin/processes: detects processes whose end no audit record reported. Audit has no event
 * for a process that was killed.
 */
#include "plugin/processes.h"

#include <errno.h>
#include <signal.h>

#include "plugin/clock.h"

static void check(int64_t pid, void *arg)
{
	struct processes *p = arg;

	if (p->count < PROCESSES_MAX && kill(pid, 0) && errno == ESRCH)
		p->missing[p->count++] = pid;
}

static void report_gone(struct track *track, int64_t pid)
{
	struct event f = { .kind = EVENT_GONE, .mono = -1, .stamp = clock_stamp() };

	f.task.pid = pid;
	track_event(track, &f);
}

void processes_scan(struct processes *p, struct track *track)
{
	struct processes now = { .count = 0 };

	track_holders(track, check, &now);
	for (unsigned int i = 0; i < now.count; i++)
		for (unsigned int j = 0; j < p->count; j++)
			if (now.missing[i] == p->missing[j])
				report_gone(track, now.missing[i]);
	*p = now;
}
