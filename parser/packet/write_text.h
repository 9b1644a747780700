/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/packet/write_text: a line for each process, connection and packet, as Hone's
 * /dev/honet has them:
 *   SEC.NSEC HEAD SEC.NSEC {GUID}             the capture begins; the host booted
 *   SEC.NSEC EXEC PID PPID UID GID "PATH" ARGUMENTS
 *   SEC.NSEC SOCK O|C PID PPID UID GID CONNECTION
 *   SEC.NSEC PAKT I|O CONNECTION PID TCPv4 ADDR:PORT -> ADDR:PORT LENGTH
 *   SEC.NSEC TAIL
 * An unknown value is "-", or ? where Hone has it.
 */
#ifndef NETLOG_PACKET_WRITE_TEXT_H
#define NETLOG_PACKET_WRITE_TEXT_H

#include "parser/packet/annotate.h"
#include "parser/packet/host_id.h"
#include "parser/packet/out.h"

/* Borrows both. NULL without memory. */
struct packet_writer *text_writer_new(struct out *out, const struct host_id *id);

#endif
