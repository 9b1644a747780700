// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/syslog: messages to syslog(3), which adds host, program and the time at
 * which it was called: the time of the event follows the line, as time=. */
#include "plugin/output/transport.h"

#include <errno.h>
#include <paths.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "parser/entry/line.h"

struct syslog_transport {
	struct transport t;
	int facility;
	struct line_clock clock;
};

/* syslog(3) itself never reports that no daemon listens. */
static int syslog_open(struct transport *t)
{
	(void)t;
	return access(_PATH_LOG, W_OK) ? -errno : 0;
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
	int err = syslog_open(t);

	*done = 0;
	if (err)
		return err;
	for (; *done < count; (*done)++, m++)
		write_one(s, m);
	return 0;
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
