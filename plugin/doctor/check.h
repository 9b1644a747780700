/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/doctor/check: one check of --doctor. A check reads only files below a root directory and the
 * facts that doctor.c requested from the kernel before, so that a test can simulate any host.
 */
#ifndef NETLOG_DOCTOR_CHECK_H
#define NETLOG_DOCTOR_CHECK_H

#include <stdbool.h>

#include "plugin/config.h"
#include "plugin/input/audit_status.h"

enum doctor_level {
	DOCTOR_OK,
	DOCTOR_NOTE,	/* advice: does not change the exit status */
	DOCTOR_UNKNOWN, /* could not be checked: counts as a warning */
	DOCTOR_WARNING, /* lines may be lost, late or incomplete */
	DOCTOR_BROKEN,	/* connections are not logged */
};

/* The host. Pointers are borrowed. */
struct doctor {
	const char *root;	     /* in front of every path; "" for the running host */
	const struct config *config; /* NULL: it cannot be read, config_error has why */
	const char *config_error;
	const char *config_path; /* NULL: CONFIG_DEFAULT */
	int status_error, rules_error; /* 0 or -errno: see audit_status.h */
	struct audit_state status;
	struct audit_status_rules rules;
	bool bpf_tried;	       /* the programs were attached, or bpf_error has the reason */
	const char *bpf_error; /* NULL: they were */
	bool bpf_less;	       /* they may not read the kernel's memory */
	bool initial_pids;     /* this is the initial pid namespace */
	bool reads_journal;    /* the plugin counts what journald drops */
	bool clock_synchronized;
	const char *release;	  /* of the kernel: uname -r */
	long long now;		  /* seconds since 1970 */
	unsigned int patience_ms; /* of check_connection() for its line */
	/* Called with the port once the connection is made; may be NULL. */
	void (*connected)(unsigned int port, void *arg);
	void *arg;
};

struct doctor_finding {
	enum doctor_level level;
	char found[640]; /* what was found: one sentence, no full stop */
	char why[320];	 /* why it matters; empty with DOCTOR_OK */
	char fix[320];	 /* the command that fixes it; may be empty */
};

struct doctor_check {
	const char *name; /* as in --format json; letters, digits and - */
	void (*run)(const struct doctor *d, struct doctor_finding *f);
};

/* Each sets all of *f, which is zero before: DOCTOR_OK and no text. */
void check_auditd(const struct doctor *d, struct doctor_finding *f);
void check_plugin(const struct doctor *d, struct doctor_finding *f);
void check_running(const struct doctor *d, struct doctor_finding *f);
void check_config(const struct doctor *d, struct doctor_finding *f);
void check_enabled(const struct doctor *d, struct doctor_finding *f);
void check_rules(const struct doctor *d, struct doctor_finding *f);
void check_rules_at_boot(const struct doctor *d, struct doctor_finding *f);
void check_rule_order(const struct doctor *d, struct doctor_finding *f);
void check_source(const struct doctor *d, struct doctor_finding *f);
void check_boot(const struct doctor *d, struct doctor_finding *f);
void check_backlog(const struct doctor *d, struct doctor_finding *f);
void check_wait(const struct doctor *d, struct doctor_finding *f);
void check_lost(const struct doctor *d, struct doctor_finding *f);
void check_queue(const struct doctor *d, struct doctor_finding *f);
void check_log_format(const struct doctor *d, struct doctor_finding *f);
void check_journald(const struct doctor *d, struct doctor_finding *f);
void check_journal_rate(const struct doctor *d, struct doctor_finding *f);
void check_imjournal(const struct doctor *d, struct doctor_finding *f);
void check_imuxsock(const struct doctor *d, struct doctor_finding *f);
/* Connects to each collector; writes nothing. */
void check_outputs(const struct doctor *d, struct doctor_finding *f);
void check_clock(const struct doctor *d, struct doctor_finding *f);
/* Makes one TCP connection on loopback and waits for its line, patience_ms at most. */
void check_connection(const struct doctor *d, struct doctor_finding *f);

/* Returns true if module or BPF reports connections, or could: rules are then optional. */
bool doctor_exact(const struct doctor *d);

/* Returns true if the kernel module is installed for the running kernel. */
bool doctor_module_installed(const struct doctor *d);
/* Returns true if the module is loaded and not about to be unloaded. */
bool doctor_module_live(const struct doctor *d);
/* Returns what makes the kernel refuse modules without an enrolled key ("kernel lockdown
 * (integrity)"), or NULL if it takes any module. */
const char *doctor_signed_only(const struct doctor *d);
/* Returns true if an enforced AppArmor profile confines this process: commands cannot be run,
 * and files that exist seem to be missing. */
bool doctor_confined(const struct doctor *d);

/* ---- results of checks ---- */

/* Each sets the level and one text; the last text set stays. */
void found(struct doctor_finding *f, enum doctor_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void because(struct doctor_finding *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void mend(struct doctor_finding *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
