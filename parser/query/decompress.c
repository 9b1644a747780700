// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/decompress: zlib, libzstd and liblzma with one read function. */
#include "parser/query/decompress.h"

#include <errno.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define IN_SIZE 65536
#define XZ_MEMORY (128UL << 20)	/* xz -9 needs 65 MiB */

struct decompress {
	int fd;
	const struct format *format;	/* NULL: nothing was read yet */
	bool at_end, inside;		/* of the file; of a compressed stream */
	size_t at, len;			/* of what is in the buffer */
	z_stream gz;
	ZSTD_DStream *zst;
	lzma_stream xz;
	unsigned char in[IN_SIZE];
};

/* A decoder takes from d->in and writes to buf. Returns what it wrote, or -errno. */
struct format {
	const char *name, *magic;
	size_t magic_len;
	int (*begin)(struct decompress *d);
	ssize_t (*decode)(struct decompress *d, char *buf, size_t size);
	void (*end)(struct decompress *d);
};

/* ---- plain ---- */

static ssize_t plain_decode(struct decompress *d, char *buf, size_t size)
{
	size_t n = d->len - d->at < size ? d->len - d->at : size;

	memcpy(buf, d->in + d->at, n);
	d->at += n;
	return n;
}

/* ---- gzip ---- */

static int gz_begin(struct decompress *d)
{
	return inflateInit2(&d->gz, 15 + 16) == Z_OK ? 0 : -ENOMEM;
}

static ssize_t gz_decode(struct decompress *d, char *buf, size_t size)
{
	int result;

	if (!d->inside && d->at < d->len)
		inflateReset(&d->gz);
	d->gz.next_in = d->in + d->at;
	d->gz.avail_in = d->len - d->at;
	d->gz.next_out = (unsigned char *)buf;
	d->gz.avail_out = size;
	result = inflate(&d->gz, Z_NO_FLUSH);
	d->at = d->len - d->gz.avail_in;
	d->inside = result != Z_STREAM_END;
	if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
		return result == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
	return size - d->gz.avail_out;
}

static void gz_end(struct decompress *d)
{
	inflateEnd(&d->gz);
}

/* ---- zstd ---- */

static int zst_begin(struct decompress *d)
{
	d->zst = ZSTD_createDStream();
	return d->zst ? 0 : -ENOMEM;
}

static ssize_t zst_decode(struct decompress *d, char *buf, size_t size)
{
	ZSTD_inBuffer in = { d->in, d->len, d->at };
	ZSTD_outBuffer out = { buf, size, 0 };
	size_t result = ZSTD_decompressStream(d->zst, &out, &in);

	d->at = in.pos;
	if (ZSTD_isError(result))
		return -EBADMSG;
	d->inside = result;
	return out.pos;
}

static void zst_end(struct decompress *d)
{
	ZSTD_freeDStream(d->zst);
}

/* ---- xz ---- */

static int xz_begin(struct decompress *d)
{
	d->xz = (lzma_stream)LZMA_STREAM_INIT;
	return lzma_stream_decoder(&d->xz, XZ_MEMORY, LZMA_CONCATENATED) == LZMA_OK ?
	       0 : -ENOMEM;
}

static ssize_t xz_decode(struct decompress *d, char *buf, size_t size)
{
	lzma_ret result;

	d->xz.next_in = d->in + d->at;
	d->xz.avail_in = d->len - d->at;
	d->xz.next_out = (unsigned char *)buf;
	d->xz.avail_out = size;
	result = lzma_code(&d->xz, d->at_end ? LZMA_FINISH : LZMA_RUN);
	d->at = d->len - d->xz.avail_in;
	d->inside = result != LZMA_STREAM_END;
	if (result != LZMA_OK && result != LZMA_STREAM_END && result != LZMA_BUF_ERROR)
		return result == LZMA_MEM_ERROR || result == LZMA_MEMLIMIT_ERROR ?
		       -ENOMEM : -EBADMSG;
	return size - d->xz.avail_out;
}

static void xz_end(struct decompress *d)
{
	lzma_end(&d->xz);
}

static const struct format plain = { .decode = plain_decode };

static const struct format formats[] = {
	{ "gzip", "\x1f\x8b", 2, gz_begin, gz_decode, gz_end },
	{ "zstd", "\x28\xb5\x2f\xfd", 4, zst_begin, zst_decode, zst_end },
	{ "xz", "\xfd" "7zXZ\0", 6, xz_begin, xz_decode, xz_end },
};

struct decompress *decompress_new(int fd)
{
	struct decompress *d = calloc(1, sizeof(*d));

	if (d)
		d->fd = fd;
	return d;
}

void decompress_free(struct decompress *d)
{
	if (!d)
		return;
	if (d->format && d->format->end)
		d->format->end(d);
	free(d);
}

/* Returns 0, or -errno. At the end of the file at_end is set. */
static int fill(struct decompress *d)
{
	ssize_t n;

	do
		n = read(d->fd, d->in, sizeof(d->in));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	d->at = 0;
	d->len = n;
	d->at_end = !n;
	return 0;
}

/* Bytes that are not needed to recognise the file go to buf directly. */
static ssize_t plain_read(struct decompress *d, char *buf, size_t size)
{
	ssize_t n;

	do
		n = read(d->fd, buf, size);
	while (n < 0 && errno == EINTR);
	d->at_end = !n;
	return n < 0 ? -errno : n;
}

static int recognise(struct decompress *d)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		const struct format *f = &formats[i];

		if (d->len < f->magic_len || memcmp(d->in, f->magic, f->magic_len))
			continue;
		d->format = f;
		d->inside = true;
		return f->begin(d);
	}
	d->format = &plain;
	return 0;
}

static int prepare(struct decompress *d)
{
	int err = 0;

	if (d->at == d->len && !d->at_end)
		err = fill(d);
	if (!err && !d->format && d->len)
		err = recognise(d);
	return err;
}

ssize_t decompress_read(struct decompress *d, char *buf, size_t size)
{
	ssize_t n = 0;

	if (d->format == &plain && d->at == d->len && !d->at_end)
		return plain_read(d, buf, size);
	while (!n) {
		size_t left;
		int err = prepare(d);

		if (err)
			return err;
		if (!d->format)			/* an empty file */
			return 0;
		left = d->len - d->at;
		if (d->at_end && !left && !d->inside)
			return 0;
		n = d->format->decode(d, buf, size);
		if (!n && d->at_end && left == d->len - d->at)
			return d->inside ? -ENODATA : 0;
	}
	return n;
}

bool decompress_continue(struct decompress *d)
{
	if (d->format && d->format != &plain)
		return false;
	d->at_end = false;
	return true;
}

const char *decompress_kind(const struct decompress *d)
{
	return d->format ? d->format->name : NULL;
}
