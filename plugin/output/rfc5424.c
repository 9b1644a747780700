// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/rfc5424: a message in the syslog protocol. */
#include "plugin/output/rfc5424.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HOST_MAX 255

/* The name as it is now; printable ASCII without blanks, or "-". */
static void read_host(char *host)
{
	if (gethostname(host, HOST_MAX + 1))
		*host = 0;
	host[HOST_MAX] = 0;
	for (char *p = host; *p; p++)
		if (*p < '!' || *p > '~')
			*p = '?';
	if (!*host)
		strcpy(host, "-");
}

static size_t header(const struct message *m, int facility, char *buf, size_t size)
{
	char host[HOST_MAX + 1], when[40];
	time_t sec = m->time.sec;
	struct tm tm = { 0 };

	gmtime_r(&sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	read_host(host);
	return snprintf(buf, size, "<%d>1 %s.%03uZ %s audisp-netlog %d - %s",
			facility | m->severity, when, m->time.milli % 1000, host, getpid(),
			m->structured ? "" : "- ");
}

size_t rfc5424_message(const struct message *m, int facility, char *buf)
{
	size_t n = header(m, facility, buf, RFC5424_OVERHEAD);

	memcpy(buf + n, m->text, m->len);
	return n + m->len;
}

size_t rfc5424_frame(const struct message *m, int facility, char *buf)
{
	char head[RFC5424_OVERHEAD - 16];
	size_t head_len = header(m, facility, head, sizeof(head));
	size_t n = snprintf(buf, 16, "%zu ", head_len + m->len);

	memcpy(buf + n, head, head_len);
	memcpy(buf + n + head_len, m->text, m->len);
	return n + head_len + m->len;
}

size_t rfc5424_line(struct line_clock *clock, const struct message *m, int facility, char *buf)
{
	size_t n;

	if (m->structured) {
		n = rfc5424_message(m, facility, buf);
	} else {
		n = m->has_time ? 0 : line_time(clock, &m->time, buf);
		memcpy(buf + n, m->text, m->len);
		n += m->len;
	}
	buf[n] = '\n';
	return n + 1;
}
