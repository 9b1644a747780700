// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/cli: a library to be preloaded. FAULT=poll: each poll() that follows one with
 * events fails with EINTR and leaves revents as they were, as the kernel does.
 * FAULT=capset: capabilities cannot be changed; FAULT=capget: they cannot be read.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool wanted(const char *name)
{
	const char *fault = getenv("FAULT");

	return fault && !strcmp(fault, name);
}

int capset(cap_user_header_t header, const cap_user_data_t data);
int capget(cap_user_header_t header, const cap_user_data_t data);
int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size);

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	static int (*real)(struct pollfd *, nfds_t, int);
	static bool had_events;
	int n;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "poll");
	if (had_events && count > 1 && wanted("poll")) {
		had_events = false;
		errno = EINTR;
		return -1;
	}
	n = real(fds, count, timeout);
	if (count > 1)
		had_events = n > 0;
	return n;
}

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size)
{
	return size / sizeof(*fds) < count ? -1 : poll(fds, count, timeout);
}

int capset(cap_user_header_t header, const cap_user_data_t data)
{
	static int (*real)(cap_user_header_t, const cap_user_data_t);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "capset");
	if (!wanted("capset"))
		return real(header, data);
	errno = EPERM;
	return -1;
}

/* Without data it asks for the version of the interface. */
int capget(cap_user_header_t header, const cap_user_data_t data)
{
	static int (*real)(cap_user_header_t, const cap_user_data_t);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "capget");
	if (!data || !wanted("capget"))
		return real(header, data);
	errno = EPERM;
	return -1;
}
