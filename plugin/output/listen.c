// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plugin/output/listen: lines to every program that has connected to a unix stream socket. A
 * reader gets the lines from its connection on. A reader that does not keep up is disconnected,
 * so that it notices its loss and does not delay the others.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "parser/entry/line_time.h"
#include "plugin/output/rfc5424.h"
#include "plugin/output/transport.h"

#define READERS_MAX 16
#define READER_BUFFER (1 << 20) /* limit of bytes that wait for a reader */
#define PATIENCE_MS 100		/* for a reader whose buffer is full */
#define BUFFER 65536

struct listener {
	struct transport t;
	int fd; /* -1: not open */
	unsigned int mode;
	int facility;
	int readers[READERS_MAX];
	unsigned int count;
	struct line_clock clock;
	char buffer[BUFFER]; /* lines to be written at once */
	struct sockaddr_un addr;
};
_Static_assert(BUFFER > RFC5424_OVERHEAD + MESSAGE_MAX, "a line fits");

/* ---- the socket ---- */

/* Returns true if this is a socket without a listener; another file is not
 * ours to remove. */
static bool is_stale(const struct sockaddr_un *addr)
{
	struct stat st;
	int fd;
	bool stale;

	if (lstat(addr->sun_path, &st) || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	stale = fd >= 0 && connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) &&
		errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return stale;
}

static int bind_to(int fd, const struct sockaddr_un *addr)
{
	if (!bind(fd, (const struct sockaddr *)addr, sizeof(*addr)))
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	if (!is_stale(addr))
		return -EADDRINUSE;
	unlink(addr->sun_path);
	return bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) ? -errno : 0;
}

/* The mode of a socket's file is that of the socket when it is bound, less the umask. */
static int listener_open(struct transport *t)
{
	struct listener *l = (struct listener *)t;
	int fd, err;

	if (l->fd >= 0)
		return 0;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	err = fchmod(fd, l->mode & 0600) ? -errno : bind_to(fd, &l->addr);
	if (!err && (chmod(l->addr.sun_path, l->mode) || listen(fd, READERS_MAX)))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	l->fd = fd;
	return 0;
}

/* ---- readers ---- */

static void set_buffer(int fd)
{
	int size = READER_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static void accept_readers(struct listener *l)
{
	while (l->count < READERS_MAX) {
		int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return;
		set_buffer(fd);
		l->readers[l->count++] = fd;
	}
}

/* Returns false if the reader has disconnected or does not keep up. */
static bool send_to(int fd, const char *data, size_t len)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	while (len) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n > 0) {
			data += n;
			len -= n;
		} else if (errno != EINTR &&
			   (errno != EAGAIN || poll(&p, 1, PATIENCE_MS) <= 0)) {
			return false;
		}
	}
	return true;
}

static void send_to_all(struct listener *l, size_t len)
{
	for (unsigned int i = 0; i < l->count;) {
		if (send_to(l->readers[i], l->buffer, len)) {
			i++;
			continue;
		}
		close(l->readers[i]);
		l->readers[i] = l->readers[--l->count];
	}
}

static int listener_write(struct transport *t, const struct message *m, unsigned int count,
			  unsigned int *done)
{
	struct listener *l = (struct listener *)t;
	size_t used = 0;
	int err = listener_open(t);

	*done = 0;
	if (err)
		return err;
	accept_readers(l);
	for (; *done < count; (*done)++) {
		if (BUFFER - used <= RFC5424_OVERHEAD + m[*done].len) {
			send_to_all(l, used);
			used = 0;
		}
		if (l->count)
			used += rfc5424_line(&l->clock, &m[*done], l->facility, l->buffer + used);
	}
	send_to_all(l, used);
	return 0;
}

/* ---- making and ending ---- */

static void listener_close(struct transport *t)
{
	struct listener *l = (struct listener *)t;

	for (unsigned int i = 0; i < l->count; i++)
		close(l->readers[i]);
	if (l->fd >= 0) {
		unlink(l->addr.sun_path);
		close(l->fd);
	}
	free(l);
}

struct transport *transport_listen(const char *path, unsigned int mode, int facility)
{
	static const struct transport_ops ops = {
		.name = "listen",
		.open = listener_open,
		.write = listener_write,
		.close = listener_close,
	};
	struct listener *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->fd = -1;
	l->mode = mode;
	l->facility = facility;
	l->addr.sun_family = AF_UNIX;
	strncpy(l->addr.sun_path, path, sizeof(l->addr.sun_path) - 1);
	l->t = (struct transport){ .ops = &ops, .target = l->addr.sun_path };
	return &l->t;
}
