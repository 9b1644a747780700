/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/output/transport: the destination of finished messages, and their framing. An output
 * owns one transport and calls it only from its own thread. A transport may block, and has no
 * access to queue or format.
 */
#ifndef NETLOG_TRANSPORT_H
#define NETLOG_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/output/message.h"
#include "plugin/output/rotate.h"

struct transport {
	const struct transport_ops *ops;
	const char *target; /* for messages: a path or an address; owned by the transport */
	char reason[192];   /* of the last error, if errno alone is less specific; or "" */
	/* Since the owner set them to 0: messages that write counted as done and that turned out to
	 * be lost, and the sum of the losses that these messages reported. */
	uint64_t undelivered, unreported;
};

/*
 * open: called once before the first write; returns 0 or -errno; after an error, write tries again.
 * write: writes the messages in order and sets *done to the number written whole; returns 0, or -errno
 * if *done is less than count. reopen: reopens a rotated file; after an error the old one stays in use.
 * close: frees the transport.
 * keeps: after an error the rest is written again later; otherwise it is lost.
 * ends: -EPIPE is final, because no new reader can connect.
 */
struct transport_ops {
	const char *name; /* "file" */
	bool keeps, ends;
	int (*open)(struct transport *t);
	int (*write)(struct transport *t, const struct message *m, unsigned int count,
		     unsigned int *done);
	int (*reopen)(struct transport *t); /* may be NULL */
	void (*close)(struct transport *t);
};

/* All return NULL without memory. Texts are copied. */

/* Appends "TIME TEXT\n" to a file, created with mode 0640. */
struct transport *transport_file(const char *path);
/* Does the same for a log that is rotated and bounded here; its directory is created with mode
 * 0750. compress: old files, with zstd. *limits is copied. */
struct transport *transport_log(const char *path, const struct rotate_limits *limits,
				bool compress);
struct transport *transport_stdout(void);
/* facility as in syslog.h. syslog(3) adds the time itself. */
struct transport *transport_syslog(int facility);
/* "TIME TEXT\n", or a structured text as an RFC 5424 message and a newline, to a program
 * that listens at a unix stream socket. */
struct transport *transport_unix(const char *path, int facility);

/* Does the same for every program that connects to this unix stream socket, from then on. mode:
 * of the socket's file. */
struct transport *transport_listen(const char *path, unsigned int mode, int facility);

/* RFC 5424 messages to a collector: by UDP, or in octet-counted frames (RFC 6587, RFC 5425)
 * by TCP and TLS. */
struct transport_collector {
	const char *host;  /* a name or a numeric address */
	unsigned int port; /* 0: udp 514, tcp 601, with tls 6514 */
	int facility;
	bool tls;		     /* the collector's certificate must be valid for host */
	const char *ca, *cert, *key; /* PEM files; ca NULL: the system's; cert NULL: none */
};
struct transport *transport_udp(const struct transport_collector *c);
struct transport *transport_tcp(const struct transport_collector *c);

#endif
