/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/clock: the clocks of the host. */
#ifndef NETLOG_CLOCK_H
#define NETLOG_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "parser/event.h"

int64_t clock_now_ms(void);	/* monotonic */
int64_t clock_now_ns(void);	/* monotonic */
int64_t clock_cpu_ns(void);	/* processor time of the calling thread */
struct stamp clock_stamp(void); /* time of day; the serial is 0 */
struct timespec clock_in(unsigned int ms); /* monotonic, from now on */

/* CLOCK_REALTIME minus CLOCK_MONOTONIC now, ns. */
int64_t clock_real_minus_mono(void);

#endif
