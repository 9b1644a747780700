/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/csv: writes a cell as in RFC 4180. */
#ifndef NETLOG_QUERY_CSV_H
#define NETLOG_QUERY_CSV_H

#include <stddef.h>

/* Writes at most 2 * len + 2 bytes. Returns their number. */
size_t csv_put(char *to, const char *text, size_t len);

#endif
