// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolver_round: dumps of the kernel's sockets, each round of them for all questions
 * that wait, and when the next one is due. */
#include "plugin/resolve/internal.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plugin/log.h"
#include "plugin/resolve/sockdiag.h"

/* Between rounds, at least; and 20 times what one took, or, where so much of the time that
 * records wait would be spent on waiting for a round, twice that. */
#define DUMP_MS 20
#define LONGEST_MS 60000
#define SENTINEL_MS 1000

/* of each network namespace */
static const struct { int family, proto; } steps[] = {
	{ AF_INET, IPPROTO_TCP }, { AF_INET6, IPPROTO_TCP },
	{ AF_INET, IPPROTO_UDP }, { AF_INET6, IPPROTO_UDP },
};
#define STEPS (int)(sizeof(steps) / sizeof(*steps))
#define IDLE (STEPS * NETNS_MAX)
#define AWAIT_SENTINEL (IDLE + 1)	/* the dumps are over, some answers are not */

void resolver_round_init(struct resolver *s)
{
	s->fresh = &s->requests[0];
	s->serving = &s->requests[1];
	s->step = IDLE;
}

bool resolver_round_idle(const struct resolver *s)
{
	return s->step == IDLE;
}

static bool in_round(const struct resolver *s)
{
	return s->step < IDLE;
}

static void on_socket(const struct diag_sock *sock, void *arg)
{
	struct resolver *s = arg;

	if (s->full)
		inventory_add(s->inventory, sock);
	requests_match(s->serving, sock);
}

static struct netns *space(struct resolver *s)
{
	return &s->spaces.at[s->step / STEPS];
}

/* True: a dump is under way. */
static bool next_step(struct resolver *s)
{
	while (++s->step < STEPS * (int)s->spaces.count) {
		int family = steps[s->step % STEPS].family;
		int proto = steps[s->step % STEPS].proto;
		struct netns *n = space(s);
		int err;

		if (!n->nl || (!s->full && !requests_want(s->serving, proto, n->ino)))
			continue;
		err = sockdiag_dump(n->nl, family, proto, n->fresh);
		if (!err) {
			s->stats.dumps++;
			return true;
		}
		log_debug("sock_diag dump: %s", strerror(-err));
		s->incomplete = true;
	}
	return false;
}

static void begin(struct resolver *s)
{
	struct requests *now = s->fresh;

	s->fresh = s->serving;
	s->serving = now;
	s->fresh->count = 0;
	requests_index(now);
	s->begun = resolver_now_ms();
	s->step = -1;
	s->full = s->begun >= resolver_sweep_due(s);
	s->incomplete = false;
	if (s->full)
		inventory_clear(s->inventory);
}

/*
 * The kernel announces from a work queue, which a storm of sockets can make late by
 * seconds. A socket of our own, closed now, is announced after those that were destroyed
 * before, in whichever network namespace: there is one queue. Until then nothing is said
 * of what is gone. False: there are no announcements.
 */
static bool send_sentinel(struct resolver *s)
{
	socklen_t len = sizeof(s->sentinel);
	int fd;

	if (sockdiag_events_fd(s->spaces.at[0].nl) < 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &s->sentinel, &len))
		s->sentinel = 0;
	close(fd);
	s->sentinel_seen = false;
	s->sentinel_due = resolver_now_ms() + SENTINEL_MS;
	return s->sentinel;
}

static int64_t rest_after(const struct resolver *s)
{
	int64_t patience = s->options.wait_ms / 8;

	if (20 * s->took <= patience)
		return 20 * s->took;
	return 2 * s->took > patience ? 2 * s->took : patience;
}

/* sure: see resolver_answer_gone(). */
static void finish(struct resolver *s, bool sure)
{
	resolver_answer_gone(s, sure);
	s->sentinel = 0;
	s->serving->count = 0;
	s->step = IDLE;
	s->next_round = resolver_now_ms() + DUMP_MS + rest_after(s);
}

static void end_dumps(struct resolver *s)
{
	requests_unindex(s->serving);
	s->took = resolver_now_ms() - s->begun;
	s->step = IDLE;
	if (resolver_answer_most(s) && send_sentinel(s))
		s->step = AWAIT_SENTINEL;
	else
		finish(s, false);
	if (s->full)
		resolver_sweep_end(s);
}

/* One piece of a dump; the loop has other things to do in between. */
static void read_piece(struct resolver *s)
{
	int more = s->step < 0 ? 0 : sockdiag_read_dump(space(s)->nl, on_socket, s);

	if (more < 0) {
		log_debug("sock_diag dump: %s", strerror(-more));
		s->incomplete = true;
	}
	if (more <= 0 && !next_step(s))
		end_dumps(s);
}

/* ms */
static int64_t next_due(const struct resolver *s)
{
	int64_t at = s->fresh->count ? 0 : resolver_sweep_due(s);

	return at > s->next_round ? at : s->next_round;
}

void resolver_round_settle(struct resolver *s)
{
	if (s->step != AWAIT_SENTINEL)
		return;
	if (s->sentinel_seen || resolver_now_ms() >= s->sentinel_due)
		finish(s, s->sentinel_seen);
}

void resolver_round_go_on(struct resolver *s)
{
	if (s->step == IDLE && resolver_now_ms() >= next_due(s))
		begin(s);
	if (in_round(s))
		read_piece(s);
}

int resolver_round_fd(struct resolver *s)
{
	return in_round(s) && s->step >= 0 ? sockdiag_dump_fd(space(s)->nl) : -1;
}

int64_t resolver_round_wait(const struct resolver *s)
{
	int64_t wait;

	if (s->step == AWAIT_SENTINEL)
		return s->sentinel_due - resolver_now_ms();
	wait = next_due(s) - resolver_now_ms();
	return in_round(s) || wait > LONGEST_MS ? LONGEST_MS : wait;
}
