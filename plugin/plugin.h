/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/plugin: the parts of the running program. Included by main, which makes and ends
 * them, and by the event loop alone. */
#ifndef NETLOG_PLUGIN_H
#define NETLOG_PLUGIN_H

#include <sys/utsname.h>

#include "parser/audit/reassemble.h"
#include "parser/track/track.h"
#include "plugin/capabilities.h"
#include "plugin/config.h"
#include "plugin/enrich/context.h"
#include "plugin/ignore/list.h"
#include "plugin/ignore/repeat.h"
#include "plugin/input/audit_watch.h"
#include "plugin/input/journal.h"
#include "plugin/input/netlink.h"
#include "plugin/kernel_ignore.h"
#include "plugin/losses.h"
#include "plugin/options.h"
#include "plugin/processes.h"
#include "plugin/report.h"
#include "plugin/sources.h"

/* A connected datagram socket that ends within this time and was not used is left out by
 * [ignore] udp_unused = no. */
#define UNUSED_MS 1000
/* How long a start without a known process waits for a scan that finds the process. */
#define HOLDER_MS 3000

struct plugin {
	struct options options;
	struct config config;
	/* unchanged by a reload */
	struct track_limits limits;
	enum kernel_use source;
	struct bpf_wants wants;
	struct utsname name;

	struct netlink_input *netlink; /* NULL: records arrive on standard input */
	struct reassembler *reassembler;
	struct track *track;
	struct sources sources;
	struct report report;
	struct context *context;    /* NULL: without memory */
	struct repeat *repeat;	    /* [ignore] repeat; NULL: without memory */
	struct ignore_list *ignore; /* [ignore] file; NULL: none */
	struct kernel_ignore kernel_ignore;
	struct input_errors errors;

	struct audit_watch *audit;
	int kernel_log;			   /* -errno: not readable */
	struct capabilities capabilities;
	struct losses losses;
	struct journal *journal;	   /* NULL: no line passes journald */
	uint64_t suppressed_before;	   /* counted by journals that are closed */
	uint64_t socket_lost;		   /* times that the kernel's socket overflowed */
	uint64_t awaited;		   /* starts that waited for a scan, as last seen */
	uint64_t folded;		   /* entries left out as repeats, and noted */
	uint64_t unseen;		   /* starts with unseen=netns */
	uint64_t unseen_reported;	   /* of them, those in a report */
	int64_t next_unseen, next_metrics; /* monotonic ms */
	bool metrics_failed;		   /* logged already */
	unsigned int open_peak;
	int64_t started; /* seconds since 1970 */
	struct processes processes;
	bool module; /* the module reports, as last seen */

	int64_t pid;	    /* our own */
	bool early_log;	    /* stderr is no terminal */
	struct output *log; /* for log_warn() then */
	struct format *log_format;

	int signals;					 /* signalfd */
	bool stop;					 /* exit after the available input */
	int64_t next_check, next_scan, end; /* monotonic ms; end 0: none */
};

/* ---- loop ---- */

/* Passes the ignore list to the kernel's side, if the list has changed. */
void loop_update_ignored(struct plugin *p);
/* Returns after the end of the input, SIGTERM, or --duration. */
void loop_run(struct plugin *p);
#endif
