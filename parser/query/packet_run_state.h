/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/packet_run_state: state of packet_run.c (packets) and packet_run_logs.c (logs). */
#ifndef NETLOG_QUERY_PACKET_RUN_STATE_H
#define NETLOG_QUERY_PACKET_RUN_STATE_H

#include <pthread.h>

#include "parser/packet/host_id.h"
#include "parser/packet/out.h"
#include "parser/packet/waiting.h"
#include "parser/query/log_turns.h"
#include "parser/query/packet_run.h"

struct packet_run {
	const struct packet_options *o;
	struct owners *owners;
	struct annotate *annotate;
	struct packet_writer *writer;
	struct out out;
	struct host_id host_id;
	struct entry_sink sink;
	char *own_log;			/* the followed log; or NULL */
	struct aunetlog_options query;	/* of the thread */
	bool log_failed, log_ended;
	/* with logs of files */
	struct log_turns *turns;
	int64_t latest;			/* packet, ns */
	int64_t read_to;		/* at least, ns; OWNERS_OPEN: as far as memory allows */
	bool dropped;			/* ended connections were dropped for later ones */
	uint64_t late_packets, late_entries;	/* earlier than the dropped connections */
	/* with logs that are followed */
	bool live;
	struct waiting *waiting;
	bool cut;			/* the end did not wait for the reader of the output: */
	uint64_t unwritten;		/* packets that were not written */
	pthread_mutex_t lock;		/* of owners, log_failed, log_ended, and: */
	bool caught_up;			/* the log was read to its end once */
};

/* With logs of files: reads lines until a packet of that time can be matched. */
void packet_run_read_on(struct packet_run *r, int64_t ns);

#endif
