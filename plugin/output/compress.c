// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/compress: compresses the old files of a log with zstd. */
#include "plugin/output/compress.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "plugin/output/rotate.h"

#define CHUNK 131072
#define LEVEL 3
#define NICE 10 /* the lines that are being written have priority */

struct compressor {
	const char *path;
	char temporary[PATH_MAX];
	pthread_t thread;
	bool started;		/* there is a thread to be joined */
	atomic_bool stop, more; /* more: files may have been added since the last check */
	bool running;		/* under the lock */
	pthread_mutex_t lock;	/* of the names of the files */
};

/* ---- one file ---- */

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		data += n > 0 ? n : 0;
		len -= n > 0 ? n : 0;
	}
	return 0;
}

static int compress_chunk(ZSTD_CCtx *z, ZSTD_inBuffer *in, ZSTD_EndDirective end, char *to,
			  int fd)
{
	size_t left;
	int err;

	do {
		ZSTD_outBuffer out = { to, CHUNK, 0 };

		left = ZSTD_compressStream2(z, &out, in, end);
		if (ZSTD_isError(left))
			return -EIO;
		err = write_all(fd, to, out.pos);
	} while (!err && (in->pos < in->size || (end == ZSTD_e_end && left)));
	return err;
}

/* -ECANCELED if it is to stop. */
static int copy(struct compressor *c, ZSTD_CCtx *z, char *buffers, int from, int to)
{
	int err = 0;

	ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
	for (ssize_t n = 1; n && !err;) {
		ZSTD_inBuffer in = { buffers, 0, 0 };

		n = read(from, buffers, CHUNK);
		if (n < 0)
			return -errno;
		in.size = n;
		err = atomic_load(&c->stop) ? -ECANCELED :
					      compress_chunk(z, &in, n ? ZSTD_e_continue : ZSTD_e_end,
							     buffers + CHUNK, to);
	}
	return err;
}

static int copy_compressed(struct compressor *c, int from, int to)
{
	ZSTD_CCtx *z = ZSTD_createCCtx();
	char *buffers = malloc(2 * CHUNK);
	int err = z && buffers ? copy(c, z, buffers, from, to) : -ENOMEM;

	ZSTD_freeCCtx(z);
	free(buffers);
	return err;
}

/* The compressed file replaces the plain one, whose number may have changed. */
static int take_place(struct compressor *c, const struct stat *st)
{
	char plain[PATH_MAX], packed[PATH_MAX];
	unsigned int number;
	int err = -ENOENT;

	pthread_mutex_lock(&c->lock);
	if (rotate_find_plain(c->path, st->st_ino, &number)) {
		snprintf(plain, sizeof(plain), "%s.%u", c->path, number);
		snprintf(packed, sizeof(packed), "%s.%u.zst", c->path, number);
		err = rename(c->temporary, packed) ? -errno : 0;
		if (!err && unlink(plain))
			err = -errno;
	}
	pthread_mutex_unlock(&c->lock);
	return err;
}

static int compress_open(struct compressor *c, int from)
{
	struct timespec times[2];
	struct stat st;
	int to, err;

	if (fstat(from, &st))
		return -errno;
	unlink(c->temporary);
	to = open(c->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (to < 0)
		return -errno;
	err = copy_compressed(c, from, to);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	if (!err && (fchmod(to, st.st_mode & 0777) || futimens(to, times) || fsync(to)))
		err = -errno;
	close(to);
	if (!err)
		err = take_place(c, &st);
	if (err)
		unlink(c->temporary);
	return err;
}

/* The oldest plain file; -ENOENT without one. */
static int compress_next(struct compressor *c)
{
	char plain[PATH_MAX];
	unsigned int number;
	int fd = -ENOENT, err;

	pthread_mutex_lock(&c->lock);
	if (rotate_find_plain(c->path, 0, &number)) {
		snprintf(plain, sizeof(plain), "%s.%u", c->path, number);
		fd = open(plain, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		fd = fd < 0 ? -errno : fd;
	}
	pthread_mutex_unlock(&c->lock);
	if (fd < 0)
		return fd;
	err = compress_open(c, fd);
	close(fd);
	return err;
}

/* ---- the thread ---- */

static void *run(void *arg)
{
	struct compressor *c = arg;

	setpriority(PRIO_PROCESS, gettid(), NICE);
	for (;;) {
		atomic_store(&c->more, false);
		while (!compress_next(c))
			;
		pthread_mutex_lock(&c->lock);
		if (!atomic_load(&c->more) || atomic_load(&c->stop)) {
			c->running = false;
			pthread_mutex_unlock(&c->lock);
			return NULL;
		}
		pthread_mutex_unlock(&c->lock);
	}
}

void compress_start(struct compressor *c)
{
	sigset_t all, old;
	bool running;

	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	atomic_store(&c->more, true);
	running = c->running;
	c->running = true;
	pthread_mutex_unlock(&c->lock);
	if (running)
		return;
	if (c->started)
		pthread_join(c->thread, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	c->started = !pthread_create(&c->thread, NULL, run, c);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!c->started)
		c->running = false;
}

void compress_lock(struct compressor *c)
{
	if (c)
		pthread_mutex_lock(&c->lock);
}

void compress_unlock(struct compressor *c)
{
	if (c)
		pthread_mutex_unlock(&c->lock);
}

struct compressor *compress_new(const char *path)
{
	struct compressor *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->path = path;
	snprintf(c->temporary, sizeof(c->temporary), "%s.zst.tmp", path);
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

void compress_free(struct compressor *c)
{
	if (!c)
		return;
	atomic_store(&c->stop, true);
	if (c->started)
		pthread_join(c->thread, NULL);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
