// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plugin/output/datagram: RFC 5424 messages to a collector by UDP (RFC 5426), one datagram
 * each. There are no acknowledgements: a host without a listener is noticed by its ICMP answer
 * to an earlier datagram, and datagrams that a network drops are not noticed.
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plugin/output/rfc5424.h"
#include "plugin/output/transport.h"

#define PORT_UDP "514"
#define REFUSAL_MS 200 /* an answer to the first datagram arrives within this time */

struct datagram {
	struct transport t;
	char *host, port[8], target[320];
	int facility;
	int fd;		  /* -1: no address yet */
	bool suspect;	  /* there may be no listener: see send_first() */
	uint64_t reports; /* of the datagram before, as in struct message */
	char buffer[MESSAGE_MAX + RFC5424_OVERHEAD];
};

/* Returns a descriptor whose peer is the first usable address, or -errno. */
static int connect_first(const struct addrinfo *list)
{
	int fd = -EHOSTUNREACH;

	for (const struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
		int err;

		fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fd < 0 || !connect(fd, a->ai_addr, a->ai_addrlen))
			continue;
		err = -errno;
		close(fd);
		fd = err;
	}
	return fd;
}

static int datagram_open(struct transport *t)
{
	struct datagram *d = (struct datagram *)t;
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *list;
	int n;

	if (d->fd >= 0)
		return 0;
	*t->reason = 0;
	n = getaddrinfo(d->host, d->port, &hints, &list);
	if (n) {
		snprintf(t->reason, sizeof(t->reason), "%s",
			 n == EAI_SYSTEM ? strerror(errno) : gai_strerror(n));
		return -EHOSTUNREACH;
	}
	n = connect_first(list);
	freeaddrinfo(list);
	if (n < 0)
		return n;
	d->fd = n;
	d->suspect = true;
	return 0;
}

static int datagram_reopen(struct transport *t)
{
	struct datagram *d = (struct datagram *)t;

	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
	return 0;
}

static int send_one(struct datagram *d, const struct message *m)
{
	size_t len = rfc5424_message(m, d->facility, d->buffer);
	ssize_t n;

	do
		n = send(d->fd, d->buffer, len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* Sends the first datagram to a host and waits for its refusal, so that the messages stay
 * in the queue as long as there is no listener. */
static int send_first(struct datagram *d, const struct message *m)
{
	struct pollfd p = { .fd = d->fd };
	socklen_t size = sizeof(int);
	int err = send_one(d, m), refused = 0;

	if (!err && poll(&p, 1, REFUSAL_MS) > 0 &&
	    !getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &refused, &size))
		err = -refused;
	if (!err)
		d->suspect = false;
	return err;
}

/* A later refusal is the answer to an earlier datagram: that one is lost. */
static int send_next(struct datagram *d, const struct message *m)
{
	int err = send_one(d, m);

	if (err == -ECONNREFUSED) {
		d->t.unreported += d->reports;
		d->t.undelivered += !d->reports;
	}
	return err;
}

static int datagram_write(struct transport *t, const struct message *m, unsigned int count,
			  unsigned int *done)
{
	struct datagram *d = (struct datagram *)t;
	int err;

	*done = 0;
	err = datagram_open(t);
	while (!err && *done < count) {
		err = d->suspect ? send_first(d, &m[*done]) : send_next(d, &m[*done]);
		if (!err)
			d->reports = m[(*done)++].reports;
	}
	if (err)
		datagram_reopen(t);
	return err;
}

static void datagram_close(struct transport *t)
{
	struct datagram *d = (struct datagram *)t;

	datagram_reopen(t);
	free(d->host);
	free(d);
}

struct transport *transport_udp(const struct transport_collector *c)
{
	static const struct transport_ops ops = {
		.name = "udp",
		.keeps = true,
		.open = datagram_open,
		.write = datagram_write,
		.reopen = datagram_reopen,
		.close = datagram_close,
	};
	struct datagram *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->t = (struct transport){ .ops = &ops, .target = d->target };
	d->facility = c->facility;
	d->fd = -1;
	d->host = strdup(c->host);
	if (!d->host) {
		free(d);
		return NULL;
	}
	if (c->port)
		snprintf(d->port, sizeof(d->port), "%u", c->port % 65536);
	else
		strcpy(d->port, PORT_UDP);
	snprintf(d->target, sizeof(d->target), "%s port %s", c->host, d->port);
	return &d->t;
}
