/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/log: what the program has to say of itself, to stderr or syslog. */
#ifndef NETLOG_LOG_H
#define NETLOG_LOG_H

#include <stdbool.h>

struct output;

void log_debugging(bool on);
/* From now on messages go there, and never make the caller wait; NULL, as at the
 * beginning: to stderr. */
void log_to(struct output *s);
/* With ": " and the text of errno behind. */
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warnx(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
