/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/capabilities: the sources in use: audit rules, kernel module, BPF, sock_diag, network
 * namespaces. Reports them at the start and after each change. */
#ifndef NETLOG_CAPABILITIES_H
#define NETLOG_CAPABILITIES_H

#include <stdbool.h>

#include "plugin/input/audit_watch.h"
#include "plugin/report.h"
#include "plugin/sources.h"

/* lookup: local ends and outcomes, but no reports of destroyed sockets (no CAP_NET_ADMIN); ends: only
 * these reports (no CAP_SYS_PTRACE or CAP_DAC_READ_SEARCH). */
enum sockdiag_parts { SOCKDIAG_NO,
		      SOCKDIAG_YES,
		      SOCKDIAG_LOOKUP,
		      SOCKDIAG_ENDS };

#define NETNS_OFF (-2)	   /* none is configured */
#define NETNS_REFUSED (-1) /* they cannot be entered */

struct capabilities {
	int module, rules, task_never; /* 0 or 1; -1: the kernel did not answer */
	const char *source;	       /* a literal: module bpf sockdiag rules none */
	bool exact;		       /* module or BPF */
	enum sockdiag_parts sockdiag;
	int netns; /* watched besides the plugin's own, or NETNS_… */
	unsigned int netns_wanted;
	bool netns_all;
	struct audit_watch *audit; /* borrowed; asks the kernel */
	bool warned; /* missing capabilities were logged */
};

/* Writes "netlog start". audit is borrowed. */
void capabilities_start(struct capabilities *c, struct audit_watch *audit,
			const struct sources *s, struct report *r);
/* Writes "netlog config" if a capability appeared or disappeared. Logs a warning if no connection, or
 * fewer than the user may expect, can be logged. */
void capabilities_check(struct capabilities *c, const struct sources *s, struct report *r);
/* Returns true if the number of watched network namespaces has changed. */
bool capabilities_netns_changed(const struct capabilities *c, const struct sources *s);

#endif
