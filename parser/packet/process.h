/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/packet/process: the process of a packet, decoded for the outputs: one struct for all
 * connections of a process.
 */
#ifndef NETLOG_PACKET_PROCESS_H
#define NETLOG_PACKET_PROCESS_H

#include <stdint.h>
#include <stddef.h>

#include "parser/entry/entry.h"

struct processes;

struct packet_process {
	int64_t pid, ppid, uid, gid;	/* ID_UNKNOWN, or as audit has them */
	char *comm, *exe;		/* NULL: unknown; decoded, NUL-terminated */
	char *arguments;		/* each followed by a NUL; NULL: unknown */
	size_t arguments_len;
	unsigned int refs;
	struct processes *of;
	/* the writer's: */
	uint32_t section;		/* it was written in this section; 0: in none */
	uint32_t index;			/* there, its place among its kind */
};

struct processes *processes_new(void);		/* NULL without memory */
void processes_free(struct processes *p);	/* all references were put; may be NULL */

/* Returns the process of the entry, with one more reference; NULL if its pid is unknown, or without
 * memory. */
struct packet_process *process_get(struct processes *p, const struct entry *e);
/* Takes a fork, exec or end of the process, in the order of the log: its later entries get the arguments
 * of the exec. */
void process_event(struct processes *p, const struct entry *e, struct packet_process *process);
void process_put(struct packet_process *p);	/* may be NULL */

#endif
