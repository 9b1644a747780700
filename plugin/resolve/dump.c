// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/dump: dumps of the kernel's sockets. */
#include "plugin/resolve/dump.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "plugin/log.h"
#include "plugin/clock.h"

#define TIMEOUT_MS 10000    /* of all dumps of a round */
#define SOCKETS_MAX 4194304 /* in a round */

static const struct {
	int family, proto;
} steps[] = {
	{ AF_INET, IPPROTO_TCP },
	{ AF_INET6, IPPROTO_TCP },
	{ AF_INET, IPPROTO_UDP },
	{ AF_INET6, IPPROTO_UDP },
};
#define STEPS (int)(sizeof(steps) / sizeof(*steps))

static void on_socket(const struct diag_sock *sock, void *arg)
{
	struct dump *d = arg;

	d->sockets++;
	if (d->inventory)
		inventory_add(d->inventory, sock);
	requests_match(d->requests, sock);
}

static struct netns *space(const struct dump *d)
{
	return &d->spaces->at[d->step / STEPS];
}

static void fail(struct dump *d, int err)
{
	log_debug("sock_diag dump: %s", strerror(-err));
	d->incomplete = true;
}

/* Sends the next request. Returns false if there is none. */
static bool next_step(struct dump *d)
{
	d->reading = false;
	while (++d->step < STEPS * (int)d->spaces->count) {
		int family = steps[d->step % STEPS].family;
		int proto = steps[d->step % STEPS].proto;
		struct netns *n = space(d);
		int err;

		if (!n->nl || (!d->inventory && !requests_want(d->requests, proto, n->ino)))
			continue;
		err = sockdiag_dump(n->nl, family, proto, n->fresh);
		if (!err) {
			d->count++;
			d->reading = true;
			return true;
		}
		fail(d, err);
	}
	return false;
}

void dump_begin(struct dump *d, struct requests *requests, struct inventory *inventory)
{
	d->requests = requests;
	d->inventory = inventory;
	d->step = -1;
	d->sockets = 0;
	d->reading = d->incomplete = false;
	d->begun_ms = clock_now_ms();
	d->end_ms = d->begun_ms + TIMEOUT_MS;
	requests_index(requests);
	next_step(d);
}

/* Reads a piece. Returns false if the kernel has sent no more yet. */
static bool read_piece(struct dump *d)
{
	int more = sockdiag_read_dump(space(d)->nl, on_socket, d);

	if (d->sockets > SOCKETS_MAX)
		more = -E2BIG;
	if (more < 0)
		fail(d, more);
	if (more <= 0)
		next_step(d);
	return more != 2;
}

bool dump_continue(struct dump *d, const struct slice *slice)
{
	while (d->reading && read_piece(d))
		if (slice_over(slice))
			break;
	if (d->reading && clock_now_ms() >= d->end_ms) {
		fail(d, -ETIMEDOUT);
		d->reading = false;
	}
	if (!d->reading)
		requests_unindex(d->requests);
	return !d->reading;
}

int dump_fd(const struct dump *d)
{
	return d->reading ? sockdiag_dump_fd(space(d)->nl) : -1;
}
