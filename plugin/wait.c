// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/wait: poll(2) for the event loop. */
#include "plugin/wait.h"

#include <errno.h>

#include "plugin/log.h"

bool wait_for_events(struct pollfd *fds, unsigned int count, int ms)
{
	if (poll(fds, count, ms > 0 ? ms : 0) >= 0)
		return true;
	for (unsigned int i = 0; i < count; i++)
		fds[i].revents = 0;
	if (errno == EINTR)
		return true;
	log_warn("poll");
	return false;
}
