/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/plugin: what the parts of the program share: main (the loop), report (what it
 * writes), sources (what that rests on). Included by these alone. */
#ifndef NETLOG_PLUGIN_H
#define NETLOG_PLUGIN_H

#include <sys/utsname.h>

#include "parser/audit/reassemble.h"
#include "parser/entry/line.h"
#include "parser/track/track.h"
#include "plugin/config.h"
#include "plugin/kernel_source.h"
#include "plugin/input/netlink.h"
#include "plugin/resolve/resolver.h"
#include "plugin/output/output.h"

#define OUTPUTS_MAX 3
#define GONE_MAX 256	/* processes that ended unseen, at one time */

struct options {
	const char *config;	/* NULL: the default, which may be missing */
	bool check, live, debug;
	const char *rules;
	unsigned int duration;	/* seconds, 0: no end */
};

/* What of sock_diag there is: nothing, all; the look at descriptors, without the
 * announcements of ends (CAP_NET_ADMIN); these, without a look at all processes
 * (CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH). */
enum sockdiag_parts { SOCKDIAG_NO, SOCKDIAG_YES, SOCKDIAG_LOOKUP, SOCKDIAG_ENDS };

/* What the lines rest on. -1: could not be asked; of netns: it may not be entered. */
#define NETNS_OFF (-2)
struct capabilities {
	int module, rules, task_never;
	const char *source;	/* a literal: module bpf sockdiag rules none */
	enum sockdiag_parts sockdiag;
	int netns;		/* watched besides our own; NETNS_OFF: none configured */
};

struct plugin {
	struct options options;
	struct config config;
	struct input_errors complaints;
	struct track *track;
	struct utsname name;
	struct reassembler *reader;
	struct netlink_input *live;
	struct kernel_source kernel;
	struct resolver *resolver;	/* NULL: sock_diag is off */
	struct output *outputs[OUTPUTS_MAX], *log_output;
	unsigned int output_count;
	struct line_format *line;	/* while outputs are open */
	int signals;
	bool stop;		/* end after what is there to be read */
	uint32_t kernel_lost;	/* as last seen */
	bool kernel_lost_known;
	uint64_t input_lost;	/* times the kernel's socket overflowed */
	uint64_t sockdiag_lost;	/* as last seen */
	int64_t module_lost;
	struct kernel_losses kernel_lost_now;	/* not yet reported */
	uint64_t gaps, torn;	/* as last told */
	bool module;		/* heard of, as last seen */
	struct capabilities sources;
	bool sources_checked;
	bool sockdiag_failed, netns_failed;	/* said already */
	bool first_pids;	/* pids are those that audit tells */
	int64_t gone[GONE_MAX];	/* pids found missing by the last look */
	unsigned int gone_count;
	int64_t next_status, next_sources, next_gone, end;	/* monotonic ms */
};

int64_t plugin_now_ms(void);	/* monotonic */

/* ---- report ---- */

bool report_open(struct plugin *p);	/* the outputs */
void report_close(struct plugin *p);
void report_reopen(struct plugin *p);
bool report_same(const struct config *a, const struct config *b);
bool report_gone(struct plugin *p);	/* nobody reads any more */
void report_push(struct plugin *p);

void report_entry(const struct entry *r, void *arg);	/* arg: the plugin */
bool report_ignores(const struct entry *r, void *arg);	/* by the ignore list */
void report_complaint(enum input_error_kind kind, const char *sample, size_t len,
		      void *arg);
/* A "netlog …" line of the program itself, at the time it is now. */
void report_self(struct plugin *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void report_state(struct plugin *p);
void report_heading(const struct plugin *p);
const char *report_yes_no(int what);	/* "-" below 0 */

/* ---- sources ---- */

void capabilities_open(struct plugin *p);
void capabilities_start(struct plugin *p);	/* says what there is */
/* Looks whether something has come or gone; switches sock_diag on or off. */
void capabilities_check(struct plugin *p);
/* Looks which network namespaces are there; says so when their number has changed. */
void capabilities_netns(struct plugin *p);
void capabilities_losses(struct plugin *p);
/* Looks for processes that ended unseen. */
void capabilities_processes(struct plugin *p);

#endif
