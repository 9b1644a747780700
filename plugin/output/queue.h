/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/output/queue: a ring of framed messages with a fixed number of bytes. It has no
 * lock and no thread. A frame is a header (time, severity, length) and the text; writers
 * build frames in a buffer of their own and move many at once.
 */
#ifndef NETLOG_QUEUE_H
#define NETLOG_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/output/message.h"

#define FRAME_HEADER 16
#define FRAME_MAX (FRAME_HEADER + MESSAGE_MAX)

/* Writes a frame to buf, which must have room for it. Returns its size. */
size_t frame_put(char *buf, const struct message *m);
/* Reads the frame at buf; m->text points into it. Returns its size. */
size_t frame_get(const char *buf, struct message *m);

struct queue {
	char *ring;
	size_t size, head, used; /* bytes; head: the oldest frame */
};

/* Returns 0 or -ENOMEM. */
int queue_init(struct queue *q, size_t size);
void queue_fini(struct queue *q);

/* Appends whole frames. Returns false, and appends none, if they do not fit. */
bool queue_put(struct queue *q, const char *frames, size_t len);
/* Moves the oldest frames, at most count of them, to buf. Returns their size in bytes;
 * 0 if the queue is empty. room must be at least FRAME_MAX. */
size_t queue_take(struct queue *q, char *buf, size_t room, unsigned int count);

#endif
