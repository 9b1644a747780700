/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/resolver: answers what the tracker asks of sockets (parser/diag.h). A descriptor's
 * inode is read from /proc as soon as it is asked for; one dump of the kernel's sockets
 * then serves all that wait. Announcements of destroyed sockets are passed on as they
 * come.
 */
#ifndef NETLOG_SEEK_H
#define NETLOG_SEEK_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "parser/track/track.h"
#include "plugin/resolve/netns.h"

struct resolver;

struct resolver_options {
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

struct resolver_stats {
	uint64_t questions, dumps, destroyed, sweeps;
	uint64_t lost;			/* times that announcements were lost */
	unsigned int netns;		/* watched now, of those that are configured */
};

/* Switches the tracker's source on; *o is copied. NULL, with why in *error, when it
 * cannot be. */
struct resolver *resolver_open(struct track *track, const struct resolver_options *o,
		       const char **error);
/* Switches it off. ending: the program ends, too, and a later run is to go on. */
void resolver_close(struct resolver *s, bool ending);

/* The tracker asks. The answer is an event that resolver_work() brings. */
void resolver_ask(struct resolver *s, const struct request *q);

#define RESOLVER_FDS (NETNS_MAX + 1)
/* Fills what to poll for, and returns how long to wait at most, in ms. */
int resolver_poll(struct resolver *s, struct pollfd fds[RESOLVER_FDS]);
/* Announcements: to be called before the audit records are read that came meanwhile. */
void resolver_events(struct resolver *s);
/* Questions and dumps, and the tracker's clock. */
void resolver_work(struct resolver *s);

/* Looks which of the network namespaces are there, now or after the round under way. */
void resolver_check_netns(struct resolver *s);

void resolver_stats(const struct resolver *s, struct resolver_stats *out);

#endif
