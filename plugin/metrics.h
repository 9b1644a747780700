/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/metrics: a file in Prometheus' text format, for the textfile collector of node_exporter. The
 * file is replaced as a whole: a reader never sees a part of it.
 */
#ifndef NETLOG_METRICS_H
#define NETLOG_METRICS_H

#include <stdint.h>
#include <stdio.h>

#include "parser/audit/reassemble.h"
#include "parser/input_error.h"
#include "parser/track/track.h"
#include "plugin/losses.h"
#include "plugin/output/output.h"

#define METRICS_OUTPUTS 16

struct metrics_output {
	const char *name;
	struct output_counts counts;
	uint64_t queue_size; /* bytes */
};

/* The values of the file. Pointers are borrowed. */
struct metrics {
	const char *source;	  /* as in netlog start */
	int rules;		  /* loaded: 0, 1, -1 unknown */
	int64_t started, written; /* seconds since 1970 */
	struct track_stats track;
	uint64_t folded; /* by [ignore] repeat, and noted */
	uint64_t kernel_ignored; /* connections, by BPF and the module */
	struct track_limits limits;
	unsigned int open_peak;
	struct reassemble_stats input;
	uint64_t bpf_records; /* written by BPF */
	uint64_t bpf_scans;   /* of all open sockets */
	const struct input_errors *errors;
	struct loss_report lost; /* since the start */
	unsigned int output_count;
	struct metrics_output outputs[METRICS_OUTPUTS];
};

void metrics_print(const struct metrics *m, FILE *to);

/* Writes path.new and renames it. Returns 0 or -errno. */
int metrics_write(const struct metrics *m, const char *path);

#endif
