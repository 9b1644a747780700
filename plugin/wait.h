/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/wait: poll(2) for the event loop. */
#ifndef NETLOG_WAIT_H
#define NETLOG_WAIT_H

#include <poll.h>
#include <stdbool.h>

/*
 * Waits for events, at most ms. Clears revents after an interrupted wait, in which poll(2) leaves those
 * of the previous wait. Returns false after another error, which is logged.
 */
bool wait_for_events(struct pollfd *fds, unsigned int count, int ms);

#endif
