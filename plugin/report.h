/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/report: passes entries, and the plugin's own "netlog …" notes, to every configured output, in
 * the output's format. */
#ifndef NETLOG_REPORT_H
#define NETLOG_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/entry/entry.h"
#include "plugin/config.h"
#include "plugin/order.h"
#include "plugin/output/output.h"

#define REPORT_OUTPUTS_MAX CONFIG_ALL_OUTPUTS

struct report_output {
	struct output *output;
	struct format *format; /* shared by all outputs that use it */
	int severity;
	bool command_line, exe_path; /* as in struct config_output */
};

/* The numbers of an output's lines continue when the configuration is read again. */
struct report_stream {
	char name[33]; /* of the output; empty: free */
	struct format_place place;
};

struct report {
	struct report_output at[REPORT_OUTPUTS_MAX];
	unsigned int count;
	struct format *formats[REPORT_OUTPUTS_MAX];
	unsigned int format_count;
	struct report_stream streams[CONFIG_OUTPUTS_MAX];
	struct order held;		 /* entries that wait for older ones */
	uint64_t lost_before;		 /* by outputs that are closed */
	char host_name[65], host_id[33]; /* empty: unknown */
};

/* Opens the outputs of the configuration. Returns false, and logs the reason, without memory. */
bool report_open(struct report *r, const struct config *c);
/* Writes queued lines, for at most 5 s each; logs how many are dropped. */
void report_close(struct report *r);
/* Reopens files, which were rotated. */
void report_reopen(struct report *r);
/* Sets the number of columns of the terminal. */
void report_set_width(struct report *r, unsigned int width);
/* Writes the column names of the format of the output with that name ("stdout") to buf (FORMAT_MAX
 * bytes). Returns their length; 0: the format has none. */
size_t report_heading(const struct report *r, const char *output, char *buf);
/* Returns true if an output's format writes the numbers of processes. */
bool report_has_entities(const struct report *r);
/* Passes the gathered messages to the outputs' threads. */
void report_push(struct report *r);
/* Returns true if the only output is a pipe without a reader. */
bool report_dead(struct report *r);

/* Writes the entry; with hold, the entry waits for report_release(), sorted by time, because older
 * ones may arrive. */
void report_entry(struct report *r, const struct entry *e, bool hold);
/* Writes the waiting entries from before that time (real time, ms). */
void report_release(struct report *r, int64_t before_ms);
/* Writes a note of the plugin, with the time of day. */
void report_note(struct report *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Returns how many lines outputs have dropped since the plugin started. */
uint64_t report_lost(struct report *r);
/* Writes a "netlog state" note for each output. */
void report_state(struct report *r);

#endif
