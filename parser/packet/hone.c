// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/hone: Hone's blocks of processes and connections. */
#include "parser/packet/hone.h"

#include <string.h>

#include "parser/packet/pcapng.h"

#define EVENT 2		/* of a process, and of a connection: */
#define FORKED 1
#define ENDED 0xFFFFFFFFu
#define PATH 3
#define ARGUMENTS 4
#define PPID 5
#define UID 6
#define GID 7

/* Hone's times are microseconds, whatever the interfaces have. */
static void put_time(struct out *out, int64_t ns)
{
	uint64_t us = ns < 0 ? 0 : ns / 1000;

	out_u32(out, us >> 32);
	out_u32(out, us);
}

static void put_known(struct out *out, uint16_t code, int64_t v)
{
	if (v >= 0 && v <= UINT32_MAX)
		out_option_u32(out, code, v);
}

/* An exec has no event: that is what the option's absence means. */
void hone_process(struct out *out, const struct packet_process *p, enum entry_kind what,
		  int64_t ns)
{
	out_block(out, PCAPNG_HONE_PROCESS);
	out_u32(out, p->pid);
	put_time(out, ns);
	if (what != PROC_EXEC)
		out_option_u32(out, EVENT, what == PROC_FORK ? FORKED : ENDED);
	out_option_text(out, PATH, p->exe, p->exe ? strlen(p->exe) : 0);
	out_option_text(out, ARGUMENTS, p->arguments, p->arguments_len);
	put_known(out, PPID, p->ppid);
	put_known(out, UID, p->uid);
	put_known(out, GID, p->gid);
	out_end_of_options(out);
	out_block_end(out);
}

void hone_connection(struct out *out, uint32_t number, int64_t pid, int64_t ns, bool closed)
{
	out_block(out, PCAPNG_HONE_CONNECTION);
	out_u32(out, number);
	out_u32(out, pid);
	put_time(out, ns);
	if (closed) {
		out_option_u32(out, EVENT, ENDED);
		out_end_of_options(out);
	}
	out_block_end(out);
}
