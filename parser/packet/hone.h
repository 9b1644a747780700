/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/packet/hone: Hone's blocks of processes and connections. */
#ifndef NETLOG_PACKET_HONE_H
#define NETLOG_PACKET_HONE_H

#include "parser/entry/entry.h"
#include "parser/packet/out.h"
#include "parser/packet/process.h"

/* what: PROC_FORK, PROC_EXEC or PROC_END, at ns. Unknown fields of p are left out. */
void hone_process(struct out *out, const struct packet_process *p, enum entry_kind what,
		  int64_t ns);
/* The connection of that number was opened, or closed, by the process pid. */
void hone_connection(struct out *out, uint32_t number, int64_t pid, int64_t ns, bool closed);

#endif
