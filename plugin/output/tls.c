// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/tls: TLS over a connected, non-blocking socket, by GnuTLS. */
#include "plugin/output/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define RECORD 16384 /* size of one record */
#define VERDICT_MS 1000 /* for the peer's verdict on our certificate */

struct tls {
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
	int fd, broken; /* broken: errno of a send */
	uint64_t *sent;
};

/* Counts the bytes that the socket takes, so that the owner can find out which are
 * unacknowledged. An error is hidden from GnuTLS, which would then read no alert that has come. */
static ssize_t push(gnutls_transport_ptr_t arg, const void *data, size_t len)
{
	struct tls *t = arg;
	ssize_t n = send(t->fd, data, len, MSG_NOSIGNAL);

	if (n > 0)
		*t->sent += n;
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		t->broken = errno;
	if (n < 0)
		gnutls_transport_set_errno(t->session, t->broken ? EAGAIN : errno);
	return n;
}

/* Waits until the session can continue. Returns 0 or -errno. */
static int wait_ready(struct tls *t, int timeout_ms)
{
	struct pollfd p = {
		.fd = t->fd,
		.events = gnutls_record_get_direction(t->session) ? POLLOUT : POLLIN,
	};
	int n;

	if (t->broken)
		return -t->broken;
	do
		n = poll(&p, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n ? 0 :
				    -ETIMEDOUT;
}

static int load(struct tls *t, const char *ca, const char *cert, const char *key, char *error,
		size_t size)
{
	int n = gnutls_certificate_allocate_credentials(&t->credentials);
	const char *what = "credentials";

	if (n >= 0) {
		what = ca ? ca : "the system's certificates";
		if (ca)
			n = gnutls_certificate_set_x509_trust_file(t->credentials, ca,
								   GNUTLS_X509_FMT_PEM);
		else
			n = gnutls_certificate_set_x509_system_trust(t->credentials);
		if (!n)
			n = GNUTLS_E_NO_CERTIFICATE_FOUND;
	}
	if (n >= 0 && cert) {
		what = cert;
		n = gnutls_certificate_set_x509_key_file(t->credentials, cert, key,
							 GNUTLS_X509_FMT_PEM);
	}
	if (n < 0)
		snprintf(error, size, "%s: %s", what, gnutls_strerror(n));
	return n < 0 ? -1 : 0;
}

static int start(struct tls *t, const char *host)
{
	unsigned char address[16];
	int n = gnutls_init(&t->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);

	if (n < 0)
		return n;
	n = gnutls_set_default_priority(t->session);
	if (n >= 0)
		n = gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE, t->credentials);
	if (n >= 0 && inet_pton(AF_INET, host, address) != 1 &&
	    inet_pton(AF_INET6, host, address) != 1)
		n = gnutls_server_name_set(t->session, GNUTLS_NAME_DNS, host, strlen(host));
	gnutls_session_set_verify_cert(t->session, host, 0);
	gnutls_transport_set_ptr2(t->session, (gnutls_transport_ptr_t)(intptr_t)t->fd, t);
	gnutls_transport_set_push_function(t->session, push);
	return n;
}

/* GnuTLS ends its sentences with a full stop and a blank. */
static void cut_stop(char *text)
{
	size_t len = strlen(text);

	while (len && strchr(". ", text[len - 1]))
		text[--len] = 0;
}

/* Returns the reason why a handshake failed: a certificate's faults as text. */
static void explain(struct tls *t, int n, char *error, size_t size)
{
	gnutls_datum_t text = { 0 };

	if (n == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR &&
	    gnutls_certificate_verification_status_print(
		    gnutls_session_get_verify_cert_status(t->session),
		    gnutls_certificate_type_get(t->session), &text, 0) >= 0) {
		snprintf(error, size, "%s", (char *)text.data);
		cut_stop(error);
		gnutls_free(text.data);
	} else {
		snprintf(error, size, "TLS: %s", gnutls_strerror(n));
	}
}

static int shake_hands(struct tls *t, int timeout_ms, char *error, size_t size)
{
	int n, err = 0;

	do {
		n = gnutls_handshake(t->session);
		if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
			err = wait_ready(t, timeout_ms);
	} while (n < 0 && !err && !gnutls_error_is_fatal(n));
	if (err)
		snprintf(error, size, "TLS handshake: %s", strerror(-err));
	else if (n < 0)
		explain(t, n, error, size);
	return err || n < 0 ? -1 : 0;
}

static void explain_refusal(struct tls *t, char *error, size_t size)
{
	const char *alert = gnutls_alert_get_name(gnutls_alert_get(t->session));

	snprintf(error, size, "the collector refuses the connection: TLS alert: %s",
		 alert ? alert : "unknown");
}

/* Alerts with which a server ends a handshake because of the client's certificate, or of none.
 * The handshake is over for the client by then: see below. */
static bool refuses_certificate(int alert)
{
	switch (alert) {
	case GNUTLS_A_HANDSHAKE_FAILURE:
	case GNUTLS_A_BAD_CERTIFICATE:
	case GNUTLS_A_UNSUPPORTED_CERTIFICATE:
	case GNUTLS_A_CERTIFICATE_REVOKED:
	case GNUTLS_A_CERTIFICATE_EXPIRED:
	case GNUTLS_A_CERTIFICATE_UNKNOWN:
	case GNUTLS_A_UNKNOWN_CA:
	case GNUTLS_A_ACCESS_DENIED:
	case GNUTLS_A_DECRYPT_ERROR:
	case GNUTLS_A_CERTIFICATE_REQUIRED:
		return true;
	}
	return false;
}

/*
 * In TLS 1.3 the handshake is complete for the client before the server has seen the client's
 * certificate. A server that asked for one then sends a ticket, or an alert if it refuses;
 * some send nothing. Returns -1 if it refuses or closes the connection.
 */
static int await_verdict(struct tls *t, char *error, size_t size)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };

	if (gnutls_protocol_get_version(t->session) != GNUTLS_TLS1_3 ||
	    !gnutls_certificate_client_get_request_status(t->session) ||
	    poll(&p, 1, VERDICT_MS) <= 0 || !tls_drain(t, error, size))
		return 0;
	if (!*error)
		snprintf(error, size, "the collector, which asks for a certificate (cert and key), "
				      "closed the connection");
	return -1;
}

struct tls *tls_open(int fd, const char *host, const char *ca, const char *cert,
		     const char *key, int timeout_ms, uint64_t *sent, char *error, size_t size)
{
	struct tls *t = calloc(1, sizeof(*t));
	int n;

	if (!t) {
		snprintf(error, size, "no memory");
		return NULL;
	}
	t->fd = fd;
	t->sent = sent;
	if (load(t, ca, cert, key, error, size))
		goto err_free;
	n = start(t, host);
	if (n < 0) {
		snprintf(error, size, "TLS: %s", gnutls_strerror(n));
		goto err_free;
	}
	if (shake_hands(t, timeout_ms, error, size) || await_verdict(t, error, size))
		goto err_free;
	return t;
err_free:
	tls_close(t);
	return NULL;
}

void tls_close(struct tls *t)
{
	if (!t)
		return;
	if (t->session) {
		gnutls_bye(t->session, GNUTLS_SHUT_WR);
		gnutls_deinit(t->session);
	}
	if (t->credentials)
		gnutls_certificate_free_credentials(t->credentials);
	free(t);
}

/* An alert from before the peer's close is more specific than EPIPE. */
static int why_broken(struct tls *t, char *error, size_t size)
{
	int err = tls_drain(t, error, size);

	return err == -EPROTO || err == -EKEYREJECTED ? err : -t->broken;
}

/* A record at a time, so that what is done is known when one of them fails. */
int tls_send(struct tls *t, const char *data, size_t len, int timeout_ms, size_t *done,
	     char *error, size_t size)
{
	int err = 0;

	for (*done = 0; *done < len && !err;) {
		size_t part = len - *done < RECORD ? len - *done : RECORD;
		ssize_t n = gnutls_record_send(t->session, data + *done, part);

		if (n > 0) {
			*done += n;
		} else if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED) {
			err = wait_ready(t, timeout_ms);
			if (t->broken)
				err = why_broken(t, error, size);
		} else {
			snprintf(error, size, "TLS: %s", gnutls_strerror(n));
			err = -EPROTO;
		}
	}
	return err;
}

int tls_drain(struct tls *t, char *error, size_t size)
{
	char data[512];
	ssize_t n;

	do
		n = gnutls_record_recv(t->session, data, sizeof(data));
	while (n > 0 || n == GNUTLS_E_INTERRUPTED);
	if (n == GNUTLS_E_AGAIN || (n < 0 && !gnutls_error_is_fatal(n)))
		return 0;
	if (n != GNUTLS_E_FATAL_ALERT_RECEIVED)
		return -ECONNRESET;
	explain_refusal(t, error, size);
	return refuses_certificate(gnutls_alert_get(t->session)) ? -EKEYREJECTED : -EPROTO;
}
