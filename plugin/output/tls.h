/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/output/tls: TLS over a connected, non-blocking socket, by GnuTLS; a build without
 * GnuTLS has tls_none.c. */
#ifndef NETLOG_TLS_H
#define NETLOG_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tls;

/*
 * Reads certificates and keys, again for each connection, and makes the handshake. The peer's
 * certificate must be valid for host. If the peer asks for a certificate, waits a second for its
 * verdict. Returns NULL after an error, with the reason in error. sent counts the bytes written to the
 * socket, and outlives the session.
 */
struct tls *tls_open(int fd, const char *host, const char *ca, const char *cert,
		     const char *key, int timeout_ms, uint64_t *sent, char *error, size_t size);
/* Does not close the socket. */
void tls_close(struct tls *t);
/* Sends all bytes, waiting at most timeout_ms each time that the socket is full. Returns 0 or -errno;
 * as tls_drain() if the peer has sent an alert. Sets *done to the number of bytes sent. */
int tls_send(struct tls *t, const char *data, size_t len, int timeout_ms, size_t *done,
	     char *error, size_t size);
/* Reads and drops the peer's data. Returns 0; -ECONNRESET if the peer has closed; after an alert, whose
 * text is in error, -EPROTO, or -EKEYREJECTED if the peer refuses our certificate: it has then read
 * none of the sent data. */
int tls_drain(struct tls *t, char *error, size_t size);

#endif
