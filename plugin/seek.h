/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/seek: answers what the tracker asks of sockets (parser/diag.h). A descriptor's
 * inode is read from /proc as soon as it is asked for; one dump of the kernel's sockets
 * then serves all that wait. Announcements of destroyed sockets are passed on as they
 * come.
 */
#ifndef NETLOG_SEEK_H
#define NETLOG_SEEK_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "../parser/track.h"
#include "netns.h"

struct seek;

struct seek_options {
	unsigned int wait_ms;		/* how long a record waits */
	unsigned int settle_ms;		/* see diag_options */
	unsigned int sweep_s;		/* between looks at what is open; 0: none */
	bool sees_all;			/* other processes' descriptors */
	bool hears_ends;		/* may subscribe to the announcements */
	bool snapshot;			/* tell what is open already */
	const char *state;		/* file to keep what was told in, or NULL */
	char *const *netns;		/* network namespaces to watch, too: see config */
	unsigned int netns_count;
};

struct seek_stats {
	uint64_t questions, dumps, destroyed, sweeps;
	uint64_t lost;			/* times that announcements were lost */
	unsigned int netns;		/* watched now, of those that are configured */
};

/* Switches the tracker's source on; *o is copied. NULL, with why in *error, when it
 * cannot be. */
struct seek *seek_open(struct track *track, const struct seek_options *o,
		       const char **error);
/* Switches it off. ending: the program ends, too, and a later run is to go on. */
void seek_close(struct seek *s, bool ending);

#define SEEK_FDS (NETNS_MAX + 1)
/* Fills what to poll for, and returns how long to wait at most, in ms. */
int seek_poll(struct seek *s, struct pollfd fds[SEEK_FDS]);
/* Announcements: to be called before the audit records are read that came meanwhile. */
void seek_events(struct seek *s);
/* Questions and dumps, and the tracker's clock. */
void seek_work(struct seek *s);

/* Looks which of the network namespaces are there, now or after the round under way. */
void seek_check_netns(struct seek *s);

void seek_stats(const struct seek *s, struct seek_stats *out);

#endif
