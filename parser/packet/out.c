// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/out: a buffer in front of a file; blocks and options of pcapng. */
#include "parser/packet/out.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "parser/packet/wire.h"

#define MUCH (1u << 18)

void out_init(struct out *o, int fd)
{
	memset(o, 0, sizeof(*o));
	o->fd = fd;
	o->big = WIRE_NATIVE_BIG;
}

void out_fini(struct out *o)
{
	free(o->buf);
	o->buf = NULL;
}

uint8_t *out_room(struct out *o, size_t n)
{
	uint8_t *at;

	if (o->used + n > o->room) {
		size_t room = 2 * (o->used + n) + MUCH;
		uint8_t *larger = realloc(o->buf, room);

		if (!larger) {
			o->err = ENOMEM;
			return NULL;
		}
		o->buf = larger;
		o->room = room;
	}
	at = o->buf + o->used;
	o->used += n;
	return at;
}

void out_bytes(struct out *o, const void *bytes, size_t n)
{
	uint8_t *to = out_room(o, n);

	if (to && n)
		memcpy(to, bytes, n);
}

void out_u32(struct out *o, uint32_t v)
{
	uint8_t *to = out_room(o, 4);

	if (to)
		wire_put32(to, v, o->big);
}

void out_block(struct out *o, uint32_t type)
{
	o->block = o->used;
	out_u32(o, type);
	out_u32(o, 0);
}

void out_option(struct out *o, uint16_t code, const void *value, uint32_t len)
{
	uint32_t padded = wire_padded(len);
	uint8_t *to = out_room(o, 4 + padded);

	if (!to)
		return;
	wire_put16(to, code, o->big);
	wire_put16(to + 2, len, o->big);
	memset(to + 4 + padded - (padded ? 4 : 0), 0, padded ? 4 : 0);
	memcpy(to + 4, value, len);
}

void out_option_text(struct out *o, uint16_t code, const char *text, size_t len)
{
	if (text && len && len <= UINT16_MAX)
		out_option(o, code, text, len);
}

void out_option_u32(struct out *o, uint16_t code, uint32_t v)
{
	uint8_t bytes[4];

	wire_put32(bytes, v, o->big);
	out_option(o, code, bytes, sizeof(bytes));
}

void out_end_of_options(struct out *o)
{
	out_u32(o, 0);
}

void out_block_end(struct out *o)
{
	uint32_t len = o->used - o->block + 4;

	out_u32(o, len);
	if (!o->err)
		wire_put32(o->buf + o->block + 4, len, o->big);
}

/* A pipe that poll() finds writable takes PIPE_BUF bytes at once. */
static bool takes_some(const struct out *o)
{
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };

	return poll(&p, 1, 0) > 0;
}

void out_flush(struct out *o)
{
	size_t at = 0;

	if (o->fd < 0)
		return;
	while (at < o->used && !o->err) {
		size_t left = o->used - at;
		ssize_t n;

		if (o->never_waits && !takes_some(o))
			break;
		n = write(o->fd, o->buf + at, o->never_waits && left > PIPE_BUF ? PIPE_BUF : left);

		if (n < 0 && errno != EINTR)
			o->err = errno;
		else if (n > 0)
			at += n;
	}
	o->written += at;
	o->used = o->err ? 0 : o->used - at;
	if (o->used)
		memmove(o->buf, o->buf + at, o->used);
}

void out_maybe_flush(struct out *o)
{
	if (o->used >= MUCH)
		out_flush(o);
}

bool out_is_full(const struct out *o)
{
	return o->never_waits && o->used >= MUCH;
}
