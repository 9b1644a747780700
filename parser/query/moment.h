/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/moment: times that are one word and independent of the user's calendar:
 * @SECONDS, ISO 8601, and journalctl's "1 hour ago" and "-1h30min".
 */
#ifndef NETLOG_QUERY_MOMENT_H
#define NETLOG_QUERY_MOMENT_H

#include "parser/query/when.h"

enum moment { MOMENT_NOT, MOMENT_READ };

/*
 * Returns MOMENT_NOT if the text is none of these. w->end: milliseconds that are not
 * given are the last ones of the second.
 */
enum moment moment_read(const struct when *w, const char *text, struct stamp *out);

#endif
