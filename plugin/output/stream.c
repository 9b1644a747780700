// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plugin/output/stream: messages over a stream socket: lines to a unix socket, RFC 5424 frames
 * to a collector by TCP or TLS. The next write re-establishes a broken connection; the output
 * decides when that is. A truncated message is sent again as a whole.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parser/entry/line_time.h"
#include "plugin/output/connect.h"
#include "plugin/output/delivery.h"
#include "plugin/output/rfc5424.h"
#include "plugin/output/tls.h"
#include "plugin/output/transport.h"

#define CONNECT_MS 10000
#define SEND_MS 30000 /* a collector that takes nothing for this time is dead */
#define KEEPALIVE_S 60
#define SEND_BUFFER 131072 /* the kernel doubles it */
#define BUFFER 65536
#define PORT_TCP "601"
#define PORT_TLS "6514"

struct stream {
	struct transport t;
	char *path; /* of a unix socket, else host and port */
	char *host, port[8], target[320];
	bool use_tls;
	char *ca, *cert, *key;
	int facility;

	int fd; /* -1: not connected */
	struct tls *tls;
	uint64_t sent; /* bytes given to this socket */
	struct line_clock clock;

	struct delivery delivery;
	char buffer[BUFFER];
	size_t at[BUFFER / 64]; /* where each message in the buffer ends */
};

/* ---- what has arrived ---- */

/* Only TCP has this number: bytes that the peer has not acknowledged. */
static uint64_t acknowledged(const struct stream *s)
{
	int left = 0;

	if (s->path || ioctl(s->fd, SIOCOUTQ, &left))
		return s->sent;
	return s->sent - left;
}

static void count_lost(struct stream *s, struct delivery_count lost)
{
	s->t.undelivered += lost.messages;
	s->t.unreported += lost.reports;
}

/* ---- the connection ---- */

static void disconnect(struct stream *s)
{
	if (s->fd < 0)
		return;
	delivery_acknowledge(&s->delivery, acknowledged(s));
	count_lost(s, delivery_lost(&s->delivery));
	tls_close(s->tls);
	s->tls = NULL;
	close(s->fd);
	s->fd = -1;
}

/* TCP detects a vanished peer by these. */
static void set_options(int fd)
{
	int on = 1, idle = KEEPALIVE_S, buffer = SEND_BUFFER;
	unsigned int timeout = SEND_MS;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
}

static int stream_open(struct transport *t)
{
	struct stream *s = (struct stream *)t;
	int fd;

	if (s->fd >= 0)
		return 0;
	*t->reason = 0;
	fd = s->path ? connect_to_unix(s->path, CONNECT_MS) :
		       connect_to_host(s->host, s->port, CONNECT_MS, t->reason,
				       sizeof(t->reason));
	if (fd < 0)
		return fd;
	s->fd = fd;
	if (!s->path)
		set_options(fd);
	s->sent = 0;
	delivery_begin(&s->delivery);
	if (!s->use_tls)
		return 0;
	s->tls = tls_open(fd, s->host, s->ca, s->cert, s->key, CONNECT_MS, &s->sent,
			  t->reason, sizeof(t->reason));
	if (s->tls)
		return 0;
	disconnect(s);
	return -EPROTO;
}

/* Reads and drops what the peer sends; returns -errno if it has closed. */
static int drain(struct stream *s)
{
	char data[512];
	ssize_t n;

	if (s->tls)
		return tls_drain(s->tls, s->t.reason, sizeof(s->t.reason));
	do
		n = recv(s->fd, data, sizeof(data), MSG_DONTWAIT);
	while (n > 0);
	if (!n)
		return -ECONNRESET;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

/* ---- messages ---- */

/* Fills the buffer; returns how many messages it holds. */
static unsigned int fill(struct stream *s, const struct message *m, unsigned int count)
{
	size_t used = 0;
	unsigned int n = 0;

	for (; n < count && n < BUFFER / 64 && BUFFER - used > RFC5424_OVERHEAD + m[n].len; n++) {
		char *to = s->buffer + used;

		used += s->path ? rfc5424_line(&s->clock, &m[n], s->facility, to) :
				  rfc5424_frame(&m[n], s->facility, to);
		s->at[n] = used;
	}
	return n;
}

static int send_plain(struct stream *s, size_t len, size_t *done)
{
	int err = 0;

	for (*done = 0; *done < len && !err;) {
		ssize_t n = send(s->fd, s->buffer + *done, len - *done, MSG_NOSIGNAL);

		if (n >= 0)
			*done += n;
		else if (errno == EAGAIN)
			err = connect_wait(s->fd, SEND_MS);
		else if (errno != EINTR)
			err = -errno;
	}
	s->sent += *done;
	return err;
}

/* Sends the buffer; adds the messages sent whole to *done. */
static int send_buffer(struct stream *s, const struct message *m, unsigned int count,
		       unsigned int *done)
{
	uint64_t before = s->sent;
	size_t len = s->at[count - 1], sent;
	int err;

	if (s->tls)
		err = tls_send(s->tls, s->buffer, len, SEND_MS, &sent, s->t.reason,
			       sizeof(s->t.reason));
	else
		err = send_plain(s, len, &sent);
	for (unsigned int i = 0; i < count && s->at[i] <= sent; i++) {
		delivery_add(&s->delivery, s->tls ? s->sent : before + s->at[i], m[i].reports);
		(*done)++;
	}
	return err;
}

/* err: as drain() or send_buffer() returned it. A collector that refuses our certificate may do
 * so after it was sent lines. Its kernel acknowledged them, and it reads none of them. */
static void broken(struct stream *s, int err)
{
	disconnect(s);
	if (err == -EKEYREJECTED)
		count_lost(s, delivery_refused(&s->delivery));
}

static int stream_write(struct transport *t, const struct message *m, unsigned int count,
			unsigned int *done)
{
	struct stream *s = (struct stream *)t;
	int err = 0;

	*done = 0;
	*t->reason = 0;
	if (s->fd >= 0)
		err = drain(s);
	if (err)
		broken(s, err);
	if (err == -EPROTO || err == -EKEYREJECTED) /* if it was only closed, reconnect at once */
		return err;
	err = stream_open(t);
	if (err)
		return err;
	delivery_acknowledge(&s->delivery, acknowledged(s));
	while (!err && *done < count) {
		const struct message *rest = m + *done;

		err = send_buffer(s, rest, fill(s, rest, count - *done), done);
	}
	if (err)
		broken(s, err);
	return err;
}

/* SIGHUP: names and certificates may have changed. */
static int stream_reopen(struct transport *t)
{
	disconnect((struct stream *)t);
	return 0;
}

/* ---- making and ending ---- */

static void stream_close(struct transport *t)
{
	struct stream *s = (struct stream *)t;

	disconnect(s);
	free(s->path);
	free(s->host);
	free(s->ca);
	free(s->cert);
	free(s->key);
	free(s);
}

/* False without memory. */
static bool copy(char **to, const char *text)
{
	*to = text ? strdup(text) : NULL;
	return *to || !text;
}

#define OPS(of)                          \
	{                                \
		.name = of,              \
		.keeps = true,           \
		.open = stream_open,     \
		.write = stream_write,   \
		.reopen = stream_reopen, \
		.close = stream_close,   \
	}
static const struct transport_ops unix_ops = OPS("unix"), tcp_ops = OPS("tcp");

static struct stream *new_stream(const struct transport_ops *ops)
{
	struct stream *s = malloc(sizeof(*s));

	if (!s)
		return NULL;
	memset(s, 0, offsetof(struct stream, delivery.ring)); /* all but the buffers */
	s->fd = -1;
	s->t.ops = ops;
	s->t.target = s->target;
	return s;
}

struct transport *transport_unix(const char *path, int facility)
{
	struct stream *s = new_stream(&unix_ops);

	if (s && !copy(&s->path, path)) {
		stream_close(&s->t);
		return NULL;
	}
	if (s) {
		s->facility = facility;
		snprintf(s->target, sizeof(s->target), "%s", path);
	}
	return s ? &s->t : NULL;
}

struct transport *transport_tcp(const struct transport_collector *c)
{
	struct stream *s = new_stream(&tcp_ops);

	if (!s)
		return NULL;
	s->use_tls = c->tls;
	s->facility = c->facility;
	if (c->port)
		snprintf(s->port, sizeof(s->port), "%u", c->port % 65536);
	else
		strcpy(s->port, c->tls ? PORT_TLS : PORT_TCP);
	snprintf(s->target, sizeof(s->target), "%s port %s", c->host, s->port);
	if (copy(&s->host, c->host) && copy(&s->ca, c->ca) && copy(&s->cert, c->cert) &&
	    copy(&s->key, c->key))
		return &s->t;
	stream_close(&s->t);
	return NULL;
}
