// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/connect: connected, non-blocking stream sockets. */
#include "plugin/output/connect.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int connect_wait(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int n;

	do
		n = poll(&p, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

/* Returns a connected descriptor or -errno. */
static int connect_to(const struct sockaddr *addr, socklen_t len, int timeout_ms)
{
	int fd = socket(addr->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(int);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, addr, len))
		err = errno == EINPROGRESS ? connect_wait(fd, timeout_ms) : -errno;
	if (!err && !getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size))
		err = -err;
	if (!err)
		return fd;
	close(fd);
	return err;
}

int connect_to_unix(const char *path, int timeout_ms)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	return connect_to((struct sockaddr *)&addr, sizeof(addr), timeout_ms);
}

int connect_to_host(const char *host, const char *port, int timeout_ms, char *reason, size_t size)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;
	int n = getaddrinfo(host, port, &hints, &list), fd = -EHOSTUNREACH;

	if (n) {
		snprintf(reason, size, "%s",
			 n == EAI_SYSTEM ? strerror(errno) : gai_strerror(n));
		return -EHOSTUNREACH;
	}
	for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
		fd = connect_to(a->ai_addr, a->ai_addrlen, timeout_ms);
	freeaddrinfo(list);
	return fd;
}
