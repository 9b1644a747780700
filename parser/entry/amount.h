/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/amount: durations and sizes with two or three digits, for people. */
#ifndef NETLOG_AMOUNT_H
#define NETLOG_AMOUNT_H

#include "parser/entry/put.h"

/* "512ms", "1.2s", "35m", "4.1h". ms: 0 or more. */
void amount_put_duration(struct put *p, int64_t ms);
/* "512", "8.8K", "12M" (powers of 1024); "-" for a negative, unknown number. */
void amount_put_bytes(struct put *p, int64_t bytes);

#endif
