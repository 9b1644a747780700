// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/log: the program's messages to its administrator. */
#include "plugin/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

static void (*sink)(int severity, const char *text, size_t len, void *arg);
static void *sink_arg;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool use_debug;

void log_debugging(bool on)
{
	use_debug = on;
}

void log_to(void (*write)(int severity, const char *text, size_t len, void *arg), void *arg)
{
	pthread_mutex_lock(&lock);
	sink = write;
	sink_arg = arg;
	pthread_mutex_unlock(&lock);
}

static void message(int severity, int err, const char *format, va_list ap)
{
	char text[1024];
	size_t n;

	vsnprintf(text, sizeof(text), format, ap);
	n = strlen(text);
	if (err)
		snprintf(text + n, sizeof(text) - n, ": %s", strerror(err));
	pthread_mutex_lock(&lock);
	if (sink)
		sink(severity, text, strlen(text), sink_arg);
	else
		fprintf(stderr, "audisp-netlog: %s\n", text);
	pthread_mutex_unlock(&lock);
}

#define MESSAGE(severity, err) \
	do { \
		int saved = (err); \
		va_list ap; \
		va_start(ap, format); \
		message(severity, saved, format, ap); \
		va_end(ap); \
	} while (0)

void log_warn(const char *format, ...)
{
	MESSAGE(LOG_WARNING, errno);
}

void log_warnx(const char *format, ...)
{
	MESSAGE(LOG_WARNING, 0);
}

void log_info(const char *format, ...)
{
	MESSAGE(LOG_INFO, 0);
}

void log_debug(const char *format, ...)
{
	if (use_debug)
		MESSAGE(LOG_DEBUG, 0);
}
