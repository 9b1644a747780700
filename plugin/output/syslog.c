// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/syslog: messages to syslog(3), which adds host, program and the time at
 * which it was called: the time of the event follows the line, as time=. */
#include "plugin/output/transport.h"

#include <errno.h>
#include <paths.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "parser/entry/line_time.h"

struct syslog_transport {
	struct transport t;
	int facility;
	struct line_clock clock;
};

/* syslog(3) itself never reports that no daemon listens. The socket of one that was killed stays
 * and refuses connections. */
static int syslog_open(struct transport *t)
{
	const struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = _PATH_LOG };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	(void)t;
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)))
		err = errno == EPROTOTYPE ? 0 : -errno; /* a stream: syslog(3) tries that, too */
	close(fd);
	return err;
}

static void write_one(struct syslog_transport *s, const struct message *m)
{
	char time[FORMAT_TIME_MAX];

	if (m->has_time) {
		syslog(s->facility | m->severity, "%.*s", (int)m->len, m->text);
		return;
	}
	line_time_zoned(&s->clock, &m->time, time);
	syslog(s->facility | m->severity, "%.*s time=%s", (int)m->len, m->text, time);
}

static int syslog_write(struct transport *t, const struct message *m, unsigned int count,
			unsigned int *done)
{
	struct syslog_transport *s = (struct syslog_transport *)t;
	int err = 0;

	for (*done = 0; *done < count; (*done)++, m++) {
		err = syslog_open(t);
		if (err)
			break;
		write_one(s, m);
	}
	return err;
}

static void syslog_close(struct transport *t)
{
	free(t);
}

struct transport *transport_syslog(int facility)
{
	static const struct transport_ops ops = {
		.name = "syslog",
		.open = syslog_open,
		.write = syslog_write,
		.close = syslog_close,
	};
	struct syslog_transport *s = malloc(sizeof(*s));

	if (!s)
		return NULL;
	*s = (struct syslog_transport){
		.t = { .ops = &ops, .target = _PATH_LOG },
		.facility = facility,
	};
	return &s->t;
}
