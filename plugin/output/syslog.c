// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/output: lines to syslog(3), without the time in front: syslog has its own. */
#include <errno.h>
#include <paths.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "plugin/output/output.h"

#define TIME_WORDS 2	/* "2026-11-21 06:00:51.123 " */

struct syslog_sink {
	int priority;
};

static const char *skip_time(const char *line, const char *end)
{
	const char *p = line;

	for (int i = 0; i < TIME_WORDS; i++) {
		p = memchr(p, ' ', end - p);
		if (!p)
			return line;
		p++;
	}
	return p;
}

static int syslog_write(void *self, const char *lines, size_t len,
			unsigned int *lost)
{
	struct syslog_sink *s = self;
	const char *end = lines + len;

	*lost = 0;
	/* syslog(3) itself never says that nobody listens */
	if (access(_PATH_LOG, W_OK)) {
		for (size_t i = 0; i < len; i++)
			*lost += lines[i] == '\n';
		return -errno;
	}
	while (lines < end) {
		const char *newline = memchr(lines, '\n', end - lines);
		const char *text = skip_time(lines, newline);

		syslog(s->priority, "%.*s", (int)(newline - text), text);
		lines = newline + 1;
	}
	return 0;
}

struct output *output_syslog(int facility, int priority, size_t queue_size)
{
	static const struct output_ops ops = {
		.name = "syslog",
		.write = syslog_write,
		.free = free,
	};
	struct syslog_sink *s = malloc(sizeof(*s));

	if (!s)
		return NULL;
	s->priority = facility | priority;
	return output_new(&ops, s, queue_size);
}
