/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/output/message: one formatted text with its time and severity, in separate members, because
 * each transport has its own framing. */
#ifndef NETLOG_MESSAGE_H
#define NETLOG_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "parser/event.h"

#define MESSAGE_MAX 16384 /* bytes of text; an output drops and counts longer ones */

struct message {
	struct stamp time; /* the serial is unused */
	int severity;	   /* LOG_EMERG to LOG_DEBUG */
	const char *text;  /* one line without its newline; not NUL-terminated */
	size_t len;
	uint64_t reports; /* lost messages that this one reports; mostly 0 */
	bool structured; /* text begins with structured data of RFC 5424 and a blank */
	bool has_time;	  /* text contains the time: none is written before it */
};

#endif
