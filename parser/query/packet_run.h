/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/packet_run: common parts of annotate and capture: the log's connections, packets that
 * wait for them, and the output.
 */
#ifndef NETLOG_QUERY_PACKET_RUN_H
#define NETLOG_QUERY_PACKET_RUN_H

#include "parser/packet/annotate.h"
#include "parser/query/packet_options.h"

struct packet_run;

/* Opens the output. Returns NULL after reporting an error. */
struct packet_run *packet_run_open(const struct packet_options *o);
/* Writes the remaining packets, reports counts and errors. failed: the input had an error. interrupt:
 * a descriptor, readable when the reader of the output need not be waited for; -1: none. Returns the
 * exit code. */
int packet_run_close(struct packet_run *r, bool failed, int interrupt);

/* Frees r in place of _close, if no block was taken. */
void packet_run_drop(struct packet_run *r);

/* Begins to read the logs, before the first packet, whose time is first_ns. */
void packet_run_read_logs(struct packet_run *r, int64_t first_ns);
/* Follows them instead, in a thread, until the program ends. With --socket it follows the
 * plugin's stream, after the named logs. Returns false after reporting an error. */
bool packet_run_follow_logs(struct packet_run *r);

/* Sets the network namespace of the capture. */
void packet_run_netns(struct packet_run *r, int64_t inode);
/* Adds an address of that network namespace; -1: unknown. */
void packet_run_local(struct packet_run *r, const struct netaddr *a, int64_t netns);

/* Takes a block of the capture, in order. While logs are followed the block waits, at most
 * wait_ms; packet_run_idle() writes blocks that need not wait any longer. */
void packet_run_block(struct packet_run *r, const struct pcapng_block *b);
void packet_run_idle(struct packet_run *r);
/* While logs are followed, returns true if the reader of the output is so far behind that no more
 * packets should be taken. */
bool packet_run_is_full(const struct packet_run *r);

/* Returns the errno of the output; 0: none. */
int packet_run_error(const struct packet_run *r);

#endif
