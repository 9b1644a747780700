// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/reader: reads a capture and passes on its blocks. */
#include "parser/packet/reader.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser/packet/frame.h"
#include "parser/packet/wire.h"

#define CHUNK (1u << 18)
#define FILE_HEAD 24		/* of classic pcap */
#define LINK_AT 20
#define LINK_MASK 0x03FFFFFFu	/* above it is the length of the frame check sequence */

struct input {
	int fd;
	const struct reader_io *io;
	bool waits;		/* a pipe or the like */
	bool stopped;		/* no more is wanted */
	int err;		/* errno of reading */
	uint8_t *buf;
	size_t start, end, room;
};

static bool input_open(struct input *in, int fd, const struct reader_io *io)
{
	struct stat st;

	*in = (struct input){ .fd = fd, .io = io, .room = CHUNK };
	in->waits = io->idle && !fstat(fd, &st) && !S_ISREG(st.st_mode);
	in->buf = malloc(in->room);
	return in->buf;
}

static bool wait_for_bytes(struct input *in)
{
	struct pollfd p = { .fd = in->fd, .events = POLLIN };

	while (in->waits && poll(&p, 1, in->io->idle_ms) <= 0) {
		if (in->io->idle(in->io->arg))
			continue;
		in->stopped = true;
		return false;
	}
	return true;
}

/* Returns the bytes read; 0 at the end, on an error, and when no more is wanted. */
static size_t read_some(struct input *in, void *to, size_t n)
{
	ssize_t got;

	do {
		if (in->stopped || !wait_for_bytes(in))
			return 0;
		got = read(in->fd, to, n);
	} while (got < 0 && (errno == EINTR || errno == EAGAIN));
	if (got < 0)
		in->err = errno;
	return got < 0 ? 0 : got;
}

/* Until there are n bytes. Returns false if that cannot be. */
static bool input_need(struct input *in, size_t n)
{
	size_t got;

	if (in->end - in->start >= n)
		return true;
	memmove(in->buf, in->buf + in->start, in->end - in->start);
	in->end -= in->start;
	in->start = 0;
	if (n > in->room) {
		size_t room = n > 2 * in->room ? n : 2 * in->room;
		uint8_t *larger = realloc(in->buf, room);

		if (!larger) {
			in->err = ENOMEM;
			return false;
		}
		in->buf = larger;
		in->room = room;
	}
	while (in->end < n) {
		got = read_some(in, in->buf + in->end, in->room - in->end);
		if (!got)
			return false;
		in->end += got;
	}
	return true;
}

static int fail(char *error, size_t size, const char *text)
{
	snprintf(error, size, "%s", text);
	return -1;
}

/* At the end of what can be read. */
static int finish(const struct input *in, const struct pcapng *p, char *error, size_t size)
{
	if (in->err)
		return fail(error, size, strerror(in->err));
	if (in->stopped || in->start == in->end)
		return 0;
	snprintf(error, size, "ends in the middle of a block, at byte %llu; the part before it "
		 "was read", (unsigned long long)p->at);
	return -1;
}

static int read_pcapng(struct input *in, char *error, size_t size)
{
	struct pcapng p = { 0 };
	struct pcapng_block b;
	int result = 0;

	while (!in->stopped) {
		switch (pcapng_next(&p, in->buf + in->start, in->end - in->start, &b)) {
		case PCAPNG_OK:
			in->start += b.len;
			in->stopped = !in->io->block(&b, in->io->arg);
			continue;
		case PCAPNG_MORE:
			if (input_need(in, p.need))
				continue;
			result = finish(in, &p, error, size);
			break;
		case PCAPNG_BAD:
			result = fail(error, size, p.error);
			break;
		}
		break;
	}
	pcapng_fini(&p);
	return result;
}

/* ---- classic pcap ---- */

static ssize_t cookie_read(void *cookie, char *to, size_t n)
{
	struct input *in = cookie;
	size_t have = in->end - in->start;

	if (!have)
		return read_some(in, to, n);
	if (n > have)
		n = have;
	memcpy(to, in->buf + in->start, n);
	in->start += n;
	return n;
}

static bool give(struct pcapng *p, const struct out *made, const struct reader_io *io)
{
	size_t at = 0;
	struct pcapng_block b;

	while (at < made->used && !made->err) {
		if (pcapng_next(p, made->buf + at, made->used - at, &b))
			return false;
		at += b.len;
		if (!io->block(&b, io->arg))
			return false;
	}
	return !made->err;
}

static int64_t packet_ns(const struct pcap_pkthdr *h)
{
	/* the file has 32 bits without a sign, libpcap 1.10 gives them one */
	return (uint32_t)h->ts.tv_sec * INT64_C(1000000000) + h->ts.tv_usec;
}

/* The type of the file: libpcap converts some of them to numbers of its own. */
static uint32_t link_of(const uint8_t head[FILE_HEAD])
{
	return wire_get32(head + LINK_AT, head[0] == 0xa1) & LINK_MASK;
}

static int read_packets(struct input *in, pcap_t *pcap, uint16_t link, struct out *made,
			char *error, size_t size)
{
	struct frame_interface interface = { .link = link,
					     .snaplen = pcap_snapshot(pcap) };
	struct pcapng p = { 0 };
	struct pcap_pkthdr *h;
	const u_char *data;
	int got = 0;
	bool wanted;

	frame_section(made, &interface);
	wanted = give(&p, made, in->io);
	while (wanted && (got = pcap_next_ex(pcap, &h, &data)) == 1) {
		made->used = 0;
		frame_packet(made, packet_ns(h), data, h->caplen, h->len);
		wanted = give(&p, made, in->io);
	}
	pcapng_fini(&p);
	if (in->err || made->err)
		return fail(error, size, strerror(in->err ? in->err : made->err));
	if (!wanted || in->stopped || got == PCAP_ERROR_BREAK)
		return 0;
	return fail(error, size, pcap_geterr(pcap));
}

static int read_classic(struct input *in, char *error, size_t size)
{
	static const cookie_io_functions_t functions = { .read = cookie_read };
	FILE *f = fopencookie(in, "r", functions);
	char reason[PCAP_ERRBUF_SIZE] = "";
	uint8_t head[FILE_HEAD] = { 0 };
	struct out made;
	uint32_t link;
	pcap_t *pcap;
	int result;

	if (input_need(in, FILE_HEAD))
		memcpy(head, in->buf + in->start, FILE_HEAD);
	if (!f)
		return fail(error, size, strerror(errno));
	pcap = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, reason);
	if (!pcap) {
		fclose(f);
		return fail(error, size, reason);
	}
	out_init(&made, -1);
	link = link_of(head);
	if (link > UINT16_MAX)
		result = fail(error, size, "pcapng has no number for its link type");
	else
		result = read_packets(in, pcap, frame_link(link), &made, error, size);
	out_fini(&made);
	pcap_close(pcap);
	return result;
}

int reader_run(int fd, const struct reader_io *io, char *error, size_t size)
{
	struct input in;
	int result;

	if (!input_open(&in, fd, io))
		return fail(error, size, strerror(ENOMEM));
	if (!input_need(&in, 4))
		result = in.err ? fail(error, size, strerror(in.err)) : in.stopped ? 0 :
			 fail(error, size, in.end ? "too short for a capture" : "is empty");
	else if (wire_get32(in.buf, false) == PCAPNG_SECTION)
		result = read_pcapng(&in, error, size);
	else
		result = read_classic(&in, error, size);
	free(in.buf);
	return result;
}
