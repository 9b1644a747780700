/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/log: the program's messages to its administrator, to stderr or to the function of log_to().
 * Any thread may log. Independent of outputs. */
#ifndef NETLOG_LOG_H
#define NETLOG_LOG_H

#include <stdbool.h>
#include <stddef.h>

void log_debugging(bool on);
/* Passes each message from now on to write (severity as in syslog.h; one line without its newline),
 * one at a time. write must neither wait nor log. NULL, the initial state: to stderr. */
void log_to(void (*write)(int severity, const char *text, size_t len, void *arg), void *arg);
/* Appends ": " and the text of errno. */
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warnx(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
