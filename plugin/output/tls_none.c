// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/tls_none: replaces tls.c in a build without GnuTLS. */
#include "plugin/output/tls.h"

#include <errno.h>
#include <stdio.h>

struct tls *tls_open(int fd, const char *host, const char *ca, const char *cert,
		     const char *key, int timeout_ms, uint64_t *sent, char *error, size_t size)
{
	(void)fd, (void)host, (void)ca, (void)cert, (void)key, (void)timeout_ms, (void)sent;
	snprintf(error, size, "this program was built without GnuTLS");
	return NULL;
}

void tls_close(struct tls *t)
{
	(void)t;
}

int tls_send(struct tls *t, const char *data, size_t len, int timeout_ms, size_t *done,
	     char *error, size_t size)
{
	(void)t, (void)data, (void)len, (void)timeout_ms, (void)done, (void)error, (void)size;
	return -ENOSYS;
}

int tls_drain(struct tls *t, char *error, size_t size)
{
	(void)t, (void)error, (void)size;
	return -ENOSYS;
}
