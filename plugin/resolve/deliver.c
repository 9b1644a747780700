// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/deliver: an event has the time at which it is delivered. */
#include "plugin/resolve/deliver.h"

#include "plugin/clock.h"
#include "plugin/resolve/slice.h"

void deliver(struct track *t, struct event *e)
{
	e->stamp = clock_stamp();
	e->mono = clock_now_ns();
	track_event(t, e);
}
