/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/time_text: a time as a user writes it. */
#ifndef NETLOG_TIME_TEXT_H
#define NETLOG_TIME_TEXT_H

#include <stdint.h>

/*
 * Reads "@1795241079.391", or a local time: "2026-11-21", "2026-11-21T06:04", "…:39",
 * "…:39.391"; a blank may replace the T. Sets *low and *high to the first and last
 * millisecond since 1970 of that time. Returns 0 or -EINVAL.
 */
int time_text_read(const char *text, int64_t *low, int64_t *high);

#endif
