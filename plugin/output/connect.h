/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/output/connect: connected, non-blocking stream sockets. May wait. */
#ifndef NETLOG_CONNECT_H
#define NETLOG_CONNECT_H

#include <stddef.h>

/* Each returns a descriptor that the caller closes, or -errno. */
int connect_to_unix(const char *path, int timeout_ms);
/* Tries each address of the host, timeout_ms each. Sets reason if the name cannot be resolved. */
int connect_to_host(const char *host, const char *port, int timeout_ms, char *reason, size_t size);

/* Waits until fd can be written to. Returns 0 or -errno, -ETIMEDOUT among them. */
int connect_wait(int fd, int timeout_ms);

#endif
