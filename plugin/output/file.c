// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/output: lines to a file or to standard output. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/log.h"
#include "plugin/output/output.h"

struct file {
	int fd;			/* -1: could not be opened, try again */
	bool torn;		/* the last line was written in part */
	char path[];
};

/* The file's last line has no end: whoever wrote it was stopped in the middle. */
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

static int open_file(struct file *f)
{
	f->fd = open(f->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
		     0640);
	if (f->fd < 0)
		return -errno;
	f->torn = ends_torn(f->path);
	return 0;
}

static unsigned int count_lines(const char *data, size_t len)
{
	unsigned int n = 0;

	for (size_t i = 0; i < len; i++)
		n += data[i] == '\n';
	return n;
}

static int write_all(int fd, const char **data, size_t *len)
{
	while (*len) {
		ssize_t n = write(fd, *data, *len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		*data += n;
		*len -= n;
	}
	return 0;
}

/* Ends the line that an earlier error tore, so that the next one stands alone. */
static int mend(struct file *f)
{
	const char *newline = "\n";
	size_t len = 1;
	int err;

	if (!f->torn)
		return 0;
	err = write_all(f->fd, &newline, &len);
	if (!err)
		f->torn = false;
	return err;
}

static int file_write(void *self, const char *lines, size_t len,
		      unsigned int *lost)
{
	struct file *f = self;
	const char *data = lines;
	int err = f->fd < 0 ? open_file(f) : 0;

	if (!err)
		err = mend(f);
	if (!err)
		err = write_all(f->fd, &data, &len);
	if (!err)
		return 0;
	*lost = count_lines(data, len);
	if (data > lines && data[-1] != '\n')
		f->torn = true;
	return err;
}

static void file_reopen(void *self)
{
	struct file *f = self;
	int old = f->fd, err;

	err = open_file(f);
	if (err) {
		log_warnx("%s: %s; writing on to the old file", f->path,
			  strerror(-err));
		f->fd = old;
		return;
	}
	if (old >= 0)
		close(old);
}

static void file_free(void *self)
{
	struct file *f = self;

	if (f->fd >= 0)
		close(f->fd);
	free(f);
}

struct output *output_file(const char *path, size_t queue_size)
{
	static const struct output_ops ops = {
		.name = "file",
		.write = file_write,
		.reopen = file_reopen,
		.free = file_free,
	};
	struct file *f = calloc(1, sizeof(*f) + strlen(path) + 1);
	int err;

	if (!f)
		return NULL;
	strcpy(f->path, path);
	err = open_file(f);
	if (err)
		log_warnx("%s: %s; lines are lost until it can be opened", path,
			  strerror(-err));
	return output_new(&ops, f, queue_size);
}

struct output *output_stdout(size_t queue_size)
{
	static const struct output_ops ops = {
		.name = "stdout",
		.write = file_write,
		.free = file_free,
	};
	struct file *f = calloc(1, sizeof(*f) + 1);

	if (!f)
		return NULL;
	f->fd = dup(STDOUT_FILENO);
	if (f->fd < 0) {
		free(f);
		return NULL;
	}
	return output_new(&ops, f, queue_size);
}
