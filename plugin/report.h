/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/report: hands entries, and the plugin's own "netlog …" notes, to every output
 * that is configured, each in the output's format. */
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

/* Opens the outputs of the configuration. False without memory; logs the reason. */
bool report_open(struct report *r, const struct config *c);
/* Writes queued lines, for at most 5 s each; logs how many are dropped. */
void report_close(struct report *r);
/* Files were rotated. */
void report_reopen(struct report *r);
/* The terminal has that many columns now. */
void report_set_width(struct report *r, unsigned int width);
/* The names of the columns of the output's format of that name ("stdout"), into buf
 * (FORMAT_MAX bytes). Returns the length, 0 if it has none. */
size_t report_heading(const struct report *r, const char *output, char *buf);
/* Returns true if an output's format writes the numbers of processes. */
bool report_has_entities(const struct report *r);
/* Hands what was gathered to the outputs' threads. */
void report_push(struct report *r);
/* Returns true if the only output is a pipe without a reader. */
bool report_dead(struct report *r);

/* With hold, the entry waits for report_release(), sorted by time, because older ones may
 * arrive. */
void report_entry(struct report *r, const struct entry *e, bool hold);
/* Hands over the entries that wait and are from before that time (real time, ms). */
void report_release(struct report *r, int64_t before_ms);
/* A note of the plugin, stamped with the time of day. */
void report_note(struct report *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Lines that outputs dropped since the plugin started. */
uint64_t report_lost(struct report *r);
/* A "netlog state" note for each output. */
void report_state(struct report *r);

#endif
