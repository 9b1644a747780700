/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/unit/steps: one socket's events of the kernel's side, at milliseconds, and what the
 * tracker made of them, as text. Included by test programs alone. */
#ifndef TEST_STEPS_H
#define TEST_STEPS_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/track/track.h"
#include "table.h"

#define STEPS_BEGIN 1000000	/* s */

static struct {
	char out[256];
	size_t used;
	int64_t now;		/* of the event at work, ms since STEPS_BEGIN */
	struct input_errors errors;
} steps;

static inline int64_t steps_ms(const struct stamp *s)
{
	return (s->sec - STEPS_BEGIN) * 1000 + s->milli;
}

/* An event of the socket, whose process the caller sets. peer: its port; 0: none. */
static inline struct event steps_event(int ms, enum event_kind kind, int proto, uint16_t peer)
{
	struct event e = {
		.kind = kind, .stamp = { STEPS_BEGIN + ms / 1000, ms % 1000, 0 }, .task = TASK_UNKNOWN,
		.ino = 7, .cookie = 7, .netns = -1, .mono = ms * 1000000LL, .tx = -1, .rx = -1,
		.missed = -1, .lost = -1, .family = AF_INET, .proto = proto, .state = peer ? 1 : 7,
	};

	steps.now = ms;
	if (!peer)
		return e;
	netaddr_set_ip(&e.local, AF_INET, "\x0a\0\0\5");
	netaddr_set_ip(&e.remote, AF_INET, "\xc0\0\2\7");
	e.local.port = 40000;
	e.remote.port = peer;
	e.local.has_port = e.remote.has_port = true;
	return e;
}

/* Adds to steps.out. */
__attribute__((format(printf, 1, 2)))
static inline void steps_put(const char *format, ...)
{
	size_t room = sizeof(steps.out) - steps.used;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(steps.out + steps.used, room, format, ap);
	va_end(ap);
	assert_in_range(n, 0, room - 1);
	steps.used += n;
}

static inline struct track *steps_track(void (*on_entry)(const struct entry *e, void *arg))
{
	struct track_limits limits = { 16, 16 };
	struct track_io io = { .emit = on_entry };
	struct track *t;

	memset(&steps, 0, sizeof(steps));
	t = track_new(&limits, &io, &steps.errors);
	assert_non_null(t);
	return t;
}

/* out: what steps_put() was given. No event was wrong. Frees t. */
static inline void steps_end(struct track *t, const char *name, const char *out)
{
	if (strcmp(steps.out, out))
		fail_msg("%s: %s, not %s", name, steps.out, out);
	for (int i = 0; i < INPUT_ERROR_COUNT; i++)
		assert_int_equal(steps.errors.count[i], 0);
	track_free(t);
}

#endif
