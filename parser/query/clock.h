/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/clock: times as text, for people. */
#ifndef NETLOG_QUERY_CLOCK_H
#define NETLOG_QUERY_CLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "parser/event.h"

#define CLOCK_TEXT_MAX 48

/* "2026-11-21T06:00:51.123Z". Returns its length. */
size_t clock_utc(const struct stamp *time, char buf[CLOCK_TEXT_MAX]);
/* "2026-11-21 06:00:51.123", local time; with utc, the form above. */
size_t clock_text(const struct stamp *time, bool utc, char buf[CLOCK_TEXT_MAX]);

struct stamp clock_stamp(int64_t ms);	/* since 1970 */

#endif
