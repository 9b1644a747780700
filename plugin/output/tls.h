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
 * certificate must be valid for host. If the peer asks for a certificate, its answer is awaited
 * for a second. Returns NULL after an error, with the reason in error.
 * sent counts the bytes that are given to the socket, and outlives the session.
 */
struct tls *tls_open(int fd, const char *host, const char *ca, const char *cert,
		     const char *key, int timeout_ms, uint64_t *sent, char *error, size_t size);
/* Does not close the socket. */
void tls_close(struct tls *t);
/* Sends all, waiting at most timeout_ms each time that the socket is full. Returns 0 or
 * -errno, as tls_drain() if the peer has sent an alert; *done is set to how many bytes went out
 * whole. */
int tls_send(struct tls *t, const char *data, size_t len, int timeout_ms, size_t *done,
	     char *error, size_t size);
/* Reads and drops what the peer sends. Returns 0, -ECONNRESET if it has closed, or after an alert,
 * which is then in error, -EPROTO; -EKEYREJECTED if the alert refuses our certificate, in which case
 * the peer has read nothing of what was sent. */
int tls_drain(struct tls *t, char *error, size_t size);

#endif
