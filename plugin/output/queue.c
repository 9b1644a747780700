// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/queue: a ring of framed messages. */
#include "plugin/output/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct header {
	int64_t sec;
	uint32_t len;
	uint16_t milli;
	uint8_t severity;
	uint8_t flags;
};
enum { HAS_TIME = 1, STRUCTURED = 2 };
_Static_assert(sizeof(struct header) == FRAME_HEADER, "a frame's header has no padding");

size_t frame_put(char *buf, const struct message *m)
{
	struct header h = {
		.sec = m->time.sec,
		.milli = m->time.milli,
		.severity = m->severity,
		.flags = (m->has_time ? HAS_TIME : 0) | (m->structured ? STRUCTURED : 0),
		.len = m->len,
	};

	memcpy(buf, &h, sizeof(h));
	memcpy(buf + sizeof(h), m->text, m->len);
	return sizeof(h) + m->len;
}

size_t frame_get(const char *buf, struct message *m)
{
	struct header h;

	memcpy(&h, buf, sizeof(h));
	*m = (struct message){
		.time = { .sec = h.sec, .milli = h.milli },
		.severity = h.severity,
		.has_time = h.flags & HAS_TIME,
		.structured = h.flags & STRUCTURED,
		.text = buf + sizeof(h),
		.len = h.len,
	};
	return sizeof(h) + h.len;
}

int queue_init(struct queue *q, size_t size)
{
	*q = (struct queue){ .ring = malloc(size), .size = size };
	return q->ring ? 0 : -ENOMEM;
}

void queue_fini(struct queue *q)
{
	free(q->ring);
}

bool queue_put(struct queue *q, const char *frames, size_t len)
{
	size_t at, first;

	if (q->size - q->used < len)
		return false;
	at = (q->head + q->used) % q->size;
	first = q->size - at < len ? q->size - at : len;
	memcpy(q->ring + at, frames, first);
	memcpy(q->ring, frames + first, len - first);
	q->used += len;
	return true;
}

/* Copies len bytes that begin `from` bytes after the oldest. */
static void peek(const struct queue *q, size_t from, char *buf, size_t len)
{
	size_t at = (q->head + from) % q->size;
	size_t first = q->size - at < len ? q->size - at : len;

	memcpy(buf, q->ring + at, first);
	memcpy(buf + first, q->ring, len - first);
}

size_t queue_take(struct queue *q, char *buf, size_t room, unsigned int count)
{
	struct header h;
	size_t len = 0;

	while (count-- && len < q->used) {
		peek(q, len, (char *)&h, sizeof(h));
		if (len + sizeof(h) + h.len > room)
			break;
		len += sizeof(h) + h.len;
	}
	peek(q, 0, buf, len);
	q->used -= len;
	/* an empty queue starts over: memory never touched stays untouched */
	q->head = q->used ? (q->head + len) % q->size : 0;
	return len;
}
