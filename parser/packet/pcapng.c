// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/pcapng: walks the blocks of a pcapng file. */
#include "parser/packet/pcapng.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "parser/packet/wire.h"

#define MAGIC 0x1A2B3C4Du
#define HEAD 8			/* type and length in front of each block */
#define TAIL 4			/* the length again, at the end */
#define SECTION_FIXED 16	/* magic, versions, length of the section */
#define INTERFACE_FIXED 8
#define PACKET_FIXED 20
#define SIMPLE_FIXED 4
#define NS_PER_S 1000000000

static enum pcapng_result bad(struct pcapng *p, const char *format, ...)
{
	size_t n = snprintf(p->error, sizeof(p->error), "at byte %llu: ",
			    (unsigned long long)p->at);
	va_list ap;

	va_start(ap, format);
	vsnprintf(p->error + n, sizeof(p->error) - n, format, ap);
	va_end(ap);
	return PCAPNG_BAD;
}

static enum pcapng_result more(struct pcapng *p, size_t need)
{
	p->need = need;
	return PCAPNG_MORE;
}

void pcapng_fini(struct pcapng *p)
{
	free(p->interfaces);
	memset(p, 0, sizeof(*p));
}

bool pcapng_field_next(const struct pcapng_block *b, const uint8_t **at,
		       struct pcapng_field *f)
{
	const uint8_t *end = b->options + b->options_len;

	if (end - *at < 4)
		return false;
	f->code = wire_get16(*at, b->big);
	f->len = wire_get16(*at + 2, b->big);
	f->value = *at + 4;
	*at += 4 + wire_padded(f->len);
	return true;
}

bool pcapng_has_option(const struct pcapng_block *b, uint16_t code)
{
	const uint8_t *at = b->options;
	struct pcapng_field f;

	while (b->has_options && pcapng_field_next(b, &at, &f))
		if (f.code == code)
			return true;
	return false;
}

/* Options from there to the end of the block's body. They are in order if each fits and
 * the last one, or an end mark, is at the end. */
static void take_options(struct pcapng_block *b, const uint8_t *from)
{
	const uint8_t *end = b->bytes + b->len - TAIL, *at = from;

	b->options = from;
	b->options_len = 0;
	while (end - at >= 4) {
		uint32_t padded = wire_padded(wire_get16(at + 2, b->big));

		if (wire_get16(at, b->big) == PCAPNG_END) {
			b->has_options = end - at == 4 && !padded;
			return;
		}
		if (padded > end - at - 4)
			return;
		at += 4 + padded;
		b->options_len = at - from;
	}
	b->has_options = at == end;
}

#define HOUR_NS 3600000000000	/* room for tolerances, which are added and subtracted */

static int64_t clamp(__int128 v)
{
	if (v > INT64_MAX - HOUR_NS)
		return INT64_MAX - HOUR_NS;
	return v < INT64_MIN + HOUR_NS ? INT64_MIN + HOUR_NS : (int64_t)v;
}

/* Converts units of an interface to ns since 1970, limited to the range of the result. */
static int64_t time_of(const struct pcapng_interface *i, uint64_t units)
{
	unsigned int exponent = i->unit & 0x7f;
	__int128 ns = units;

	if (i->unit & 0x80) {
		ns = ns * NS_PER_S >> exponent;
	} else if (exponent <= 9) {
		for (; exponent < 9; exponent++)
			ns *= 10;
	} else {
		for (; exponent > 9 && ns; exponent--)
			ns /= 10;
	}
	return clamp(ns + (__int128)i->offset * NS_PER_S);
}

static void take_packet(struct pcapng *p, struct pcapng_block *b, uint32_t interface,
			const uint8_t *time)
{
	b->is_packet = true;
	if (interface >= p->count)
		return;
	b->has_link = true;
	b->link = p->interfaces[interface].link;
	if (!time)
		return;
	b->has_time = true;
	b->ns = time_of(&p->interfaces[interface],
			    (uint64_t)wire_get32(time, b->big) << 32 |
			    wire_get32(time + 4, b->big));
}

/* Enhanced packets, and the obsolete ones, whose first word is two numbers. */
static void read_packet(struct pcapng *p, struct pcapng_block *b)
{
	const uint8_t *body = b->bytes + HEAD;
	uint32_t room = b->len - HEAD - TAIL;
	bool old = b->type == PCAPNG_OLD_PACKET;

	if (room < PACKET_FIXED)
		return;
	b->caplen = wire_get32(body + 12, b->big);
	b->length = wire_get32(body + 16, b->big);
	if (b->caplen > room - PACKET_FIXED || wire_padded(b->caplen) > room - PACKET_FIXED)
		return;
	b->data = body + PACKET_FIXED;
	take_packet(p, b, old ? wire_get16(body, b->big) : wire_get32(body, b->big), body + 4);
	take_options(b, b->data + wire_padded(b->caplen));
}

/* A simple packet block has no time and no options, and belongs to the first interface. */
static void read_simple(struct pcapng *p, struct pcapng_block *b)
{
	uint32_t room = b->len - HEAD - TAIL;

	if (room < SIMPLE_FIXED)
		return;
	b->length = wire_get32(b->bytes + HEAD, b->big);
	b->caplen = b->length < room - SIMPLE_FIXED ? b->length : room - SIMPLE_FIXED;
	b->data = b->bytes + HEAD + SIMPLE_FIXED;
	take_packet(p, b, 0, NULL);
}

static void read_interface_options(struct pcapng_block *b, struct pcapng_interface *i)
{
	const uint8_t *at = b->options;
	struct pcapng_field f;

	while (pcapng_field_next(b, &at, &f)) {
		if (f.code == PCAPNG_TIME_UNIT && f.len == 1)
			i->unit = *f.value;
		else if (f.code == PCAPNG_TIME_OFFSET && f.len == 8)
			i->offset = wire_get64(f.value, b->big);
	}
}

static enum pcapng_result read_interface(struct pcapng *p, struct pcapng_block *b)
{
	struct pcapng_interface i = { .unit = 6 };

	if (b->len < HEAD + INTERFACE_FIXED + TAIL)
		return bad(p, "an interface block of %u bytes", b->len);
	if (p->count == PCAPNG_INTERFACES_MAX)
		return PCAPNG_OK;
	if (p->count == p->room) {
		size_t room = p->room ? 2 * p->room : 8;
		void *larger = reallocarray(p->interfaces, room, sizeof(i));

		if (!larger)
			return bad(p, "out of memory");
		p->interfaces = larger;
		p->room = room;
	}
	i.link = wire_get16(b->bytes + HEAD, b->big);
	take_options(b, b->bytes + HEAD + INTERFACE_FIXED);
	read_interface_options(b, &i);
	p->interfaces[p->count++] = i;
	return PCAPNG_OK;
}

/* Its magic gives the byte order of the length before it. */
static enum pcapng_result begin_section(struct pcapng *p, const uint8_t *data, size_t len)
{
	if (len < HEAD + 4)
		return more(p, HEAD + 4);
	if (wire_get32(data + HEAD, false) != MAGIC && wire_get32(data + HEAD, true) != MAGIC)
		return bad(p, "a section without the magic number of pcapng");
	p->big = wire_get32(data + HEAD, true) == MAGIC;
	p->begun = true;
	p->section++;
	p->count = 0;
	return PCAPNG_OK;
}

static enum pcapng_result check_length(struct pcapng *p, const uint8_t *data, size_t len,
				       uint32_t total)
{
	if (total < HEAD + TAIL || total % 4)
		return bad(p, "a block of %u bytes, which no block can have", total);
	if (total > PCAPNG_BLOCK_MAX)
		return bad(p, "a block of %u bytes; the limit is %u", total, PCAPNG_BLOCK_MAX);
	if (len < total)
		return more(p, total);
	if (wire_get32(data + total - TAIL, p->big) != total)
		return bad(p, "a block whose two lengths differ");
	return PCAPNG_OK;
}

enum pcapng_result pcapng_next(struct pcapng *p, const uint8_t *data, size_t len,
			       struct pcapng_block *b)
{
	enum pcapng_result result = PCAPNG_OK;
	uint32_t type, total;

	if (len < HEAD)
		return more(p, HEAD + TAIL);
	type = wire_get32(data, p->big);
	if (type != PCAPNG_SECTION && !p->begun)
		return bad(p, "no section header: not a pcapng file");
	if (type == PCAPNG_SECTION) {
		/* not yet, if the block must be read again with more data */
		struct pcapng before = *p;

		result = begin_section(p, data, len);
		if (!result)
			result = check_length(p, data, len, wire_get32(data + 4, p->big));
		if (result == PCAPNG_MORE) {
			before.need = p->need;
			*p = before;
		}
		if (!result && wire_get32(data + 4, p->big) < HEAD + SECTION_FIXED + TAIL)
			result = bad(p, "a section header that is too short");
	} else {
		result = check_length(p, data, len, wire_get32(data + 4, p->big));
	}
	if (result)
		return result;
	total = wire_get32(data + 4, p->big);
	*b = (struct pcapng_block){ .type = type, .len = total, .bytes = data,
				    .section = p->section, .big = p->big };
	if (type == PCAPNG_SECTION)
		take_options(b, data + HEAD + SECTION_FIXED);
	else if (type == PCAPNG_INTERFACE)
		result = read_interface(p, b);
	else if (type == PCAPNG_PACKET || type == PCAPNG_OLD_PACKET)
		read_packet(p, b);
	else if (type == PCAPNG_SIMPLE_PACKET)
		read_simple(p, b);
	if (!result)
		p->at += total;
	return result;
}
