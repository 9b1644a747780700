// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/syslog: messages to syslog(3), which adds time, host and program. */
#include "plugin/output/transport.h"

#include <errno.h>
#include <paths.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

struct syslog_transport {
	struct transport t;
	int facility;
};

/* syslog(3) itself never reports that nobody listens. */
static int syslog_open(struct transport *t)
{
	(void)t;
	return access(_PATH_LOG, W_OK) ? -errno : 0;
}

static int syslog_write(struct transport *t, const struct message *m, unsigned int count,
			unsigned int *done)
{
	const struct syslog_transport *s = (const struct syslog_transport *)t;
	int err = syslog_open(t);

	*done = 0;
	if (err)
		return err;
	for (; *done < count; (*done)++, m++)
		syslog(s->facility | m->severity, "%.*s", (int)m->len, m->text);
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
