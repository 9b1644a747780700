// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/follow: waits for more of a log that grows, also across its rotation. */
#include "parser/query/follow.h"

#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser/query/decompress.h"

struct follow {
	int watch;		/* inotify; -1: there is none, time alone wakes */
	bool replaced;		/* another file has the name; this one is read to its end first */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int signal)
{
	(void)signal;
	interrupted = true;
}

static int watch_folder(const char *path)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char *copy = strdup(path);

	if (fd >= 0 && (!copy || inotify_add_watch(fd, dirname(copy), IN_MODIFY | IN_CREATE |
						   IN_MOVED_TO) < 0)) {
		close(fd);
		fd = -1;
	}
	free(copy);
	return fd;
}

/* The handler of a command that follows logs in a thread stays. */
static void take_signal(int number)
{
	struct sigaction now, to = { .sa_handler = on_signal };

	if (!sigaction(number, NULL, &now) && (now.sa_handler == SIG_DFL || now.sa_handler == SIG_IGN))
		sigaction(number, &to, NULL);
}

struct follow *follow_new(const struct aunetlog_log *log)
{
	struct follow *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	take_signal(SIGINT);
	take_signal(SIGTERM);
	f->watch = watch_folder(log->path);
	return f;
}

void follow_free(struct follow *f)
{
	if (f && f->watch >= 0)
		close(f->watch);
	free(f);
}

static void sleep_until_change(struct follow *f, int ms)
{
	struct pollfd p = { .fd = f->watch, .events = POLLIN };
	char events[4096];

	if (poll(&p, f->watch >= 0, ms) <= 0)
		return;
	while (read(f->watch, events, sizeof(events)) > 0)
		;
}

static bool has_other_file(const struct aunetlog_log *log)
{
	struct stat named, open;

	return !stat(log->path, &named) && !fstat(log->fd, &open) &&
	       (named.st_ino != open.st_ino || named.st_dev != open.st_dev);
}

/* Cut by its writer (logrotate's copytruncate). */
static bool was_cut(const struct aunetlog_log *log)
{
	struct stat open;
	off_t at = lseek(log->fd, 0, SEEK_CUR);

	return !fstat(log->fd, &open) && at > open.st_size;
}

/* Returns false if the file cannot be opened yet, or at all. */
static bool reopen(struct aunetlog_log *log, bool by_name)
{
	int fd = by_name ? open(log->path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : log->fd;
	struct decompress *bytes = fd < 0 ? NULL : decompress_new(fd);

	if (!bytes || lseek(fd, 0, SEEK_SET) < 0) {
		decompress_free(bytes);
		if (by_name && fd >= 0)
			close(fd);
		return false;
	}
	decompress_free(log->bytes);
	log->bytes = bytes;
	if (by_name)
		close(log->fd);
	log->fd = fd;
	return true;
}

enum follow_result follow_wait(struct follow *f, struct aunetlog_log *log, int ms)
{
	if (interrupted || log->live || !decompress_continue(log->bytes))
		return FOLLOW_OVER;
	if (f->replaced || was_cut(log)) {
		bool by_name = f->replaced;

		f->replaced = false;
		return reopen(log, by_name) ? FOLLOW_REPLACED : FOLLOW_MORE;
	}
	f->replaced = has_other_file(log);
	if (!f->replaced)
		sleep_until_change(f, ms);
	return interrupted ? FOLLOW_OVER : FOLLOW_MORE;
}
