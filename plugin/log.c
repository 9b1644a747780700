// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/log: what the program has to say of itself, to stderr or syslog. */
#include "plugin/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plugin/output/output.h"

static struct output *sink;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;	/* outputs' threads log too */
static bool use_debug;

void log_debugging(bool on)
{
	use_debug = on;
}

void log_to(struct output *s)
{
	sink = s;
}

static void say(int err, const char *format, va_list ap)
{
	static const char no_time[] = "- - ";
	char text[1024];
	size_t n;

	vsnprintf(text, sizeof(text), format, ap);
	n = strlen(text);
	if (err)
		snprintf(text + n, sizeof(text) - n, ": %s", strerror(err));
	pthread_mutex_lock(&lock);
	if (sink) {
		output_put(sink, no_time, sizeof(no_time) - 1, text, strlen(text));
		output_push(sink);
	}
	pthread_mutex_unlock(&lock);
	if (!sink)
		fprintf(stderr, "audisp-netlog: %s\n", text);
}

#define SAY(err)			\
	do {					\
		int saved = (err);		\
		va_list ap;			\
		va_start(ap, format);		\
		say(saved, format, ap);	\
		va_end(ap);			\
	} while (0)

void log_warn(const char *format, ...)
{
	SAY(errno);
}

void log_warnx(const char *format, ...)
{
	SAY(0);
}

void log_info(const char *format, ...)
{
	SAY(0);
}

void log_debug(const char *format, ...)
{
	if (use_debug)
		SAY(0);
}
