// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/file: writes lines, preceded by the time unless they have it, to a file or to
 * standard output. */
#include "plugin/output/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(FILE_BUFFER > FORMAT_TIME_MAX + MESSAGE_MAX, "a line fits");

/* Returns true if the file's last line has no newline: its writer was stopped in it. */
static bool ends_torn(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	char last = '\n';

	if (fd < 0)
		return false;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size &&
	    pread(fd, &last, 1, st.st_size - 1) != 1)
		last = '\n';
	close(fd);
	return last != '\n';
}

/* A FIFO without a reader is an error: opening it would wait for one. */
static int open_path(struct file *f)
{
	int fd = open(f->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
		      0640);

	*f->t.reason = 0;
	if (fd >= 0)
		return fd;
	if (errno != ENXIO)
		return -errno;
	snprintf(f->t.reason, sizeof(f->t.reason), "no program reads this FIFO");
	return -ENXIO;
}

/* Returns true if the file was deleted: what is written to it is lost. */
static bool is_deleted(const struct file *f)
{
	struct stat st;

	return !fstat(f->fd, &st) && S_ISREG(st.st_mode) && !st.st_nlink;
}

/* Takes over fd, of the file as it is now. */
static void use(struct file *f, int fd)
{
	struct stat st;

	if (f->fd >= 0)
		close(f->fd);
	f->fd = fd;
	f->torn = ends_torn(f->path);
	f->size = fstat(fd, &st) ? 0 : st.st_size;
	f->written = f->size ? st.st_mtime : 0;
}

int file_open(struct transport *t)
{
	struct file *f = (struct file *)t;
	int fd;

	if (f->fd >= 0)
		return 0;
	fd = open_path(f);
	if (fd < 0)
		return fd;
	use(f, fd);
	return 0;
}

int file_reopen(struct transport *t)
{
	struct file *f = (struct file *)t;
	int fd = open_path(f);

	if (fd < 0)
		return fd;
	use(f, fd);
	return 0;
}

/* Standard output may be non-blocking because another process set it for its own end: this
 * thread can wait. */
static int wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

/* Returns 0 or -errno; *written is set in both cases. */
static int write_all(int fd, const char *data, size_t len, size_t *written)
{
	int err = 0;

	for (*written = 0; *written < len && !err;) {
		ssize_t n = write(fd, data + *written, len - *written);

		if (n >= 0)
			*written += n;
		else if (errno == EAGAIN)
			err = wait_writable(fd);
		else if (errno != EINTR)
			err = -errno;
	}
	return err;
}

/* Ends a line that an earlier error truncated, so that the next one is separate. */
static int mend(struct file *f)
{
	size_t written;
	int err;

	if (!f->torn)
		return 0;
	err = write_all(f->fd, "\n", 1, &written);
	if (!err)
		f->torn = false;
	return err;
}

static size_t line_put(struct file *f, char *to, const struct message *m)
{
	size_t n = m->has_time ? 0 : line_time(&f->clock, &m->time, to);

	memcpy(to + n, m->text, m->len);
	to[n + m->len] = '\n';
	return n + m->len + 1;
}

/* Writes as many messages as fit in the buffer. */
static int write_some(struct file *f, const struct message *m, unsigned int count,
		      unsigned int *done)
{
	size_t used = 0, written, end = 0;
	unsigned int n = 0;
	int err;

	for (; n < count && FILE_BUFFER - used > FORMAT_TIME_MAX + m[n].len; n++)
		used += line_put(f, f->buffer + used, &m[n]);
	err = write_all(f->fd, f->buffer, used, &written);
	f->size += written;
	if (!err) {
		*done += n;
		return 0;
	}
	while (end < written) {
		const char *newline = memchr(f->buffer + end, '\n', written - end);

		if (!newline)
			break;
		end = newline - f->buffer + 1;
		(*done)++;
	}
	f->torn |= end < written;
	return err;
}

int file_write(struct transport *t, const struct message *m, unsigned int count,
	       unsigned int *done)
{
	struct file *f = (struct file *)t;
	int err;

	*done = 0;
	if (f->fd >= 0 && t->ops->reopen && is_deleted(f)) {
		close(f->fd);
		f->fd = -1;
	}
	err = t->ops->open(t);
	if (!err)
		err = mend(f);
	while (!err && *done < count)
		err = write_some(f, m + *done, count - *done, done);
	return err;
}

bool file_init(struct file *f, const struct transport_ops *ops, const char *path)
{
	f->path = strdup(path);
	f->t = (struct transport){ .ops = ops, .target = f->path };
	f->clock.len = 0;
	f->fd = -1;
	f->torn = false;
	f->size = f->written = 0;
	return f->path;
}

void file_fini(struct file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
}

static void file_close(struct transport *t)
{
	file_fini((struct file *)t);
	free(t);
}

static struct file *new_file(const struct transport_ops *ops, const char *path)
{
	struct file *f = malloc(sizeof(*f));

	if (f && file_init(f, ops, path))
		return f;
	free(f);
	return NULL;
}

struct transport *transport_file(const char *path)
{
	static const struct transport_ops ops = {
		.name = "file",
		.open = file_open,
		.write = file_write,
		.reopen = file_reopen,
		.close = file_close,
	};
	struct file *f = new_file(&ops, path);

	return f ? &f->t : NULL;
}

static int stdout_open(struct transport *t)
{
	struct file *f = (struct file *)t;

	if (f->fd >= 0)
		return 0;
	f->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	return f->fd < 0 ? -errno : 0;
}

struct transport *transport_stdout(void)
{
	static const struct transport_ops ops = {
		.name = "stdout",
		.ends = true,
		.open = stdout_open,
		.write = file_write,
		.close = file_close,
	};
	struct file *f = new_file(&ops, "standard output");

	return f ? &f->t : NULL;
}
