// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/round: when a round begins, and what it waits for. */
#include "plugin/resolve/round.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plugin/clock.h"

/* Minimum pause between rounds, plus 20 times the duration of the last one; if that is too
 * large a part of the time that entries wait, plus twice the duration. */
#define REST_MS 20
#define SENTINEL_MS 1000
#define LONG_MS 60000

void round_init(struct round *r, struct track *track, struct netns_set *spaces,
		unsigned int wait_ms)
{
	r->fresh = &r->requests[0];
	r->serving = &r->requests[1];
	r->wait_ms = wait_ms;
	r->dump.spaces = r->answers.spaces = spaces;
	r->answers.track = track;
}

void round_fini(struct round *r)
{
	if (r->phase == ROUND_DUMPS)
		requests_unindex(r->serving);
	procfs_walk_end(&r->answers.walk);
}

bool round_due(const struct round *r)
{
	return r->phase == ROUND_IDLE && r->fresh->count && clock_now_ms() >= r->next_ms;
}

void round_begin(struct round *r, struct inventory *inventory)
{
	struct requests *now = r->fresh;

	r->fresh = r->serving;
	r->serving = now;
	r->fresh->count = r->fresh->looked = 0;
	r->phase = ROUND_DUMPS;
	dump_begin(&r->dump, now, inventory);
}

/*
 * The kernel notifies from a work queue, which a storm of sockets can delay by seconds. A
 * socket of our own, closed now, is notified after those that were destroyed before, in any
 * namespace: there is one queue. Until then closed descriptors are not answered. Returns false
 * if there are no notifications.
 */
static bool send_sentinel(struct round *r)
{
	socklen_t len = sizeof(r->sentinel);
	int fd;

	if (sockdiag_events_fd(r->dump.spaces->at[0].nl) < 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &r->sentinel, &len))
		r->sentinel = 0;
	close(fd);
	r->sentinel_seen = false;
	r->sentinel_due_ms = clock_now_ms() + SENTINEL_MS;
	return r->sentinel;
}

bool round_destroyed(struct round *r, uint64_t cookie)
{
	if (!r->sentinel || cookie != r->sentinel)
		return false;
	r->sentinel_seen = true;
	return true;
}

static int64_t rest_ms(const struct round *r)
{
	int64_t patience = r->wait_ms / 8;

	if (20 * r->took_ms <= patience)
		return 20 * r->took_ms;
	return 2 * r->took_ms > patience ? 2 * r->took_ms : patience;
}

static void finish(struct round *r)
{
	r->sentinel = 0;
	r->serving->count = 0;
	r->phase = ROUND_IDLE;
	r->next_ms = clock_now_ms() + REST_MS + rest_ms(r);
}

/* Goes on with the phase. Returns true if the next one has begun. */
static bool step(struct round *r, const struct slice *slice)
{
	switch (r->phase) {
	case ROUND_IDLE:
		return false;
	case ROUND_DUMPS:
		if (!dump_continue(&r->dump, slice))
			return false;
		r->took_ms = clock_now_ms() - r->dump.begun_ms;
		answer_begin(&r->answers, r->serving, r->fresh, r->dump.incomplete);
		r->phase = ROUND_CENSUS;
		return true;
	case ROUND_CENSUS:
		if (!answer_census(&r->answers, slice))
			return false;
		r->phase = ROUND_FOUND;
		return true;
	case ROUND_FOUND:
		if (!answer_found(&r->answers, slice))
			return false;
		r->phase = ROUND_OTHERS;
		return true;
	case ROUND_OTHERS:
		if (!answer_others(&r->answers, slice))
			return false;
		r->sure = false;
		r->phase = r->answers.closed && send_sentinel(r) ? ROUND_SENTINEL :
								   ROUND_CLOSED;
		return true;
	case ROUND_SENTINEL:
		if (!r->sentinel_seen && clock_now_ms() < r->sentinel_due_ms)
			return false;
		r->sure = r->sentinel_seen;
		r->phase = ROUND_CLOSED;
		return true;
	case ROUND_CLOSED:
		if (answer_closed(&r->answers, r->sure, slice))
			finish(r);
	}
	return false;
}

bool round_continue(struct round *r, const struct slice *slice)
{
	bool dumping = r->phase == ROUND_DUMPS;

	while (step(r, slice))
		if (slice_over(slice))
			break;
	return dumping && r->phase != ROUND_DUMPS;
}

int64_t round_wait_ms(const struct round *r)
{
	int64_t due = r->next_ms;

	if (r->phase == ROUND_SENTINEL)
		due = r->sentinel_due_ms;
	else if (r->phase == ROUND_DUMPS)
		return LONG_MS; /* round_fd() becomes readable then */
	else if (r->phase != ROUND_IDLE)
		return 0;
	else if (!r->fresh->count)
		return LONG_MS;
	due -= clock_now_ms();
	return due > 0 ? due : 0;
}

int round_fd(const struct round *r)
{
	return r->phase == ROUND_DUMPS ? dump_fd(&r->dump) : -1;
}
