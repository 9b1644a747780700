// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/rotated: a log that is rotated, compressed and pruned here. */
#include "plugin/output/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plugin/output/compress.h"
#include "plugin/output/rotate.h"

struct rotated {
	struct file file; /* first */
	struct rotate_limits limits;
	struct compressor *compressor; /* NULL: old files stay plain */
};

/* Its directory, if that is all that is missing. */
static void make_directory(const char *path)
{
	char *dir = strdup(path), *slash = dir ? strrchr(dir, '/') : NULL;

	if (slash && slash > dir) {
		*slash = 0;
		mkdir(dir, 0750);
	}
	free(dir);
}

static int log_open(struct transport *t)
{
	struct rotated *r = (struct rotated *)t;
	int err;

	if (r->file.fd >= 0)
		return 0;
	make_directory(r->file.path);
	err = file_open(t);
	if (!err) {
		compress_lock(r->compressor);
		rotate_prune(r->file.path, &r->limits, time(NULL));
		compress_unlock(r->compressor);
		compress_start(r->compressor);
	}
	return err;
}

/* After a failure the file keeps growing, and the next line tries again. */
static void rotate(struct rotated *r, time_t now)
{
	int err;

	compress_lock(r->compressor);
	err = rotate_shift(r->file.path);
	if (!err || err == -ENOENT)
		rotate_prune(r->file.path, &r->limits, now);
	compress_unlock(r->compressor);
	if (err && err != -ENOENT)
		return;
	file_reopen(&r->file.t);
	compress_start(r->compressor);
}

static void log_close(struct transport *t)
{
	struct rotated *r = (struct rotated *)t;

	compress_free(r->compressor);
	file_fini(&r->file);
	free(r);
}

static int log_write(struct transport *t, const struct message *m, unsigned int count,
		     unsigned int *done)
{
	struct rotated *r = (struct rotated *)t;
	struct file *f = &r->file;
	time_t now = time(NULL);
	int err = log_open(t);

	*done = 0;
	if (err)
		return err;
	if (rotate_is_due(&r->limits, f->size, f->written, now))
		rotate(r, now);
	err = file_write(t, m, count, done);
	f->written = now;
	return err;
}

struct transport *transport_log(const char *path, const struct rotate_limits *limits,
				bool compress)
{
	static const struct transport_ops ops = {
		.name = "log",
		.open = log_open,
		.write = log_write,
		.reopen = file_reopen,
		.close = log_close,
	};
	struct rotated *r = malloc(sizeof(*r));

	if (!r || !file_init(&r->file, &ops, path)) {
		free(r);
		return NULL;
	}
	r->limits = *limits;
	r->compressor = compress ? compress_new(r->file.path) : NULL;
	if (compress && !r->compressor) {
		log_close(&r->file.t);
		return NULL;
	}
	return &r->file.t;
}
