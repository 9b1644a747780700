/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/output/rfc5424: a message in the syslog protocol, RFC 5424. */
#ifndef NETLOG_RFC5424_H
#define NETLOG_RFC5424_H

#include "parser/entry/line_time.h"
#include "plugin/output/message.h"

#define RFC5424_OVERHEAD 512 /* bytes around the text, at most */

/*
 * Writes "<PRI>1 TIME HOST audisp-netlog PID - - TEXT" (without the last "- " if the text
 * is structured) to buf, which has room for
 * m->len + RFC5424_OVERHEAD bytes; the time is in UTC, with milliseconds. Returns the length.
 */
size_t rfc5424_message(const struct message *m, int facility, char *buf);
/* Writes the same after its length in octets and a blank (RFC 6587 3.4.1, RFC 5425 4.3). */
size_t rfc5424_frame(const struct message *m, int facility, char *buf);

/* Writes the same for a stream of lines: "TIME TEXT\n", without the time if the text has one;
 * or a structured text as an RFC 5424 message and a newline. */
size_t rfc5424_line(struct line_clock *clock, const struct message *m, int facility, char *buf);

#endif
