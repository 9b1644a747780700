// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/doctor/check_kernel: the source of events and the kernel's audit queue. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plugin/doctor/check.h"
#include "plugin/doctor/files.h"

#define AUDITD_CONF SYSCONFDIR "/audit/auditd.conf"
#define MODULE_STATE "/sys/module/audit_netlog/initstate"
#define SECURE_BOOT \
	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define BACKLOG_MIN 8192
#define QUEUE_MIN 16384
#define BOOT_HINT "add audit=1 audit_backlog_limit=8192 to GRUB_CMDLINE_LINUX in " \
		  "/etc/default/grub, then: update-grub; reboot"

/* ---- what limits this process and modules ---- */

bool doctor_confined(const struct doctor *d)
{
	char label[256];

	return file_read(d->root, "/proc/self/attr/current", label, sizeof(label)) > 0 &&
	       strstr(label, "(enforce)");
}

const char *doctor_signed_only(const struct doctor *d)
{
	char text[128];

	if (file_read(d->root, "/sys/kernel/security/lockdown", text, sizeof(text)) > 0 &&
	    !strstr(text, "[none]"))
		return strstr(text, "[integrity]") ? "kernel lockdown (integrity)" :
						     "kernel lockdown (confidentiality)";
	if (file_read(d->root, "/sys/module/module/parameters/sig_enforce", text,
		      sizeof(text)) > 0 &&
	    *text == 'Y')
		return "module.sig_enforce";
	return NULL;
}

/* ---- source ---- */

bool doctor_module_live(const struct doctor *d)
{
	char state[16];

	return file_read(d->root, MODULE_STATE, state, sizeof(state)) > 0 &&
	       !strcmp(state, "live\n");
}

static bool bpf_works(const struct doctor *d)
{
	return d->bpf_tried && !d->bpf_error;
}

/* [kernel] source; auto if the configuration cannot be read. */
static enum kernel_use wanted(const struct doctor *d)
{
	return d->config ? d->config->source : KERNEL_AUTO;
}

bool doctor_exact(const struct doctor *d)
{
	enum kernel_use use = wanted(d);

	return doctor_module_live(d) ||
	       (bpf_works(d) && (use == KERNEL_AUTO || use == KERNEL_BPF));
}

/* 4 bytes of attributes, then the value. */
static bool secure_boot(const struct doctor *d)
{
	char text[8];

	return file_read(d->root, SECURE_BOOT, text, sizeof(text)) == 5 && text[4] == 1;
}

bool doctor_module_installed(const struct doctor *d)
{
	char path[320];

	for (const char *const *at = (const char *const[]){
		     "updates/dkms", "extra", "updates", "kernel/extra", NULL };
	     *at; at++)
		for (const char *const *end = (const char *const[]){
			     "", ".xz", ".zst", ".gz", NULL };
		     *end; end++) {
			snprintf(path, sizeof(path), "/lib/modules/%s/%s/audit_netlog.ko%s",
				 d->release, *at, *end);
			if (file_exists(d->root, path))
				return true;
		}
	return false;
}

/* Returns the reason why BPF cannot be used, in the administrator's terms; the kernel's own
 * message is kept unchanged. */
static void bpf_reason(const struct doctor *d, char *text, size_t size)
{
	char value[128];

	if (!d->bpf_tried)
		snprintf(text, size, "BPF was not tried (needs root)");
	else if (file_read(d->root, "/sys/kernel/security/lockdown", value, sizeof(value)) > 0 &&
		 strstr(value, "[confidentiality]"))
		snprintf(text, size, "kernel lockdown (confidentiality) forbids BPF");
	else if (!file_exists(d->root, "/sys/kernel/btf/vmlinux"))
		snprintf(text, size, "no BPF: this kernel has no BTF "
				     "(CONFIG_DEBUG_INFO_BTF)");
	else if (file_read(d->root, "/proc/sys/kernel/ftrace_enabled", value,
			   sizeof(value)) > 0 &&
		 *value == '0')
		snprintf(text, size, "no BPF: kernel.ftrace_enabled is 0");
	else
		snprintf(text, size, "no BPF: %s", d->bpf_error);
}

static void module_advice(const struct doctor *d, struct doctor_finding *f)
{
	char value[8];

	if (file_read(d->root, "/proc/sys/kernel/ftrace_enabled", value, sizeof(value)) > 0 &&
	    *value == '0')
		mend(f, "sysctl kernel.ftrace_enabled=1; auditctl --signal HUP");
	else if (!doctor_module_installed(d))
		mend(f, "install audit-netlog-dkms, or: make module module_install%s",
		     secure_boot(d) ? "; Secure Boot is on: sign it, mokutil --import "
				      "/var/lib/dkms/mok.pub, reboot" :
				      "");
	else if (secure_boot(d) || doctor_signed_only(d))
		mend(f, "modprobe audit_netlog; if the key is rejected (%s): "
			"mokutil --import /var/lib/dkms/mok.pub, reboot",
		     secure_boot(d) ? "Secure Boot" : doctor_signed_only(d));
	else
		mend(f, "modprobe audit_netlog");
}

/* With BPF the module is not needed, but an administrator who installed it expects it to be
 * used. */
static void exact_by_bpf(const struct doctor *d, struct doctor_finding *f)
{
	if (d->bpf_less) {
		found(f, DOCTOR_WARNING, "source: BPF, without paths and command lines of programs");
		because(f, "the kernel does not let BPF read its memory: lockdown=confidentiality, "
			   "or it refuses a program, see the plugin's message \"BPF cannot read\" in the "
			   "log of syslog");
		mend(f, "journalctl -t audisp-netlog | grep 'BPF cannot read'");
		return;
	}
	if (doctor_module_installed(d) && doctor_signed_only(d))
		found(f, DOCTOR_OK, "source: BPF, exact; the module is not loaded: %s allows only "
				    "modules that are signed with an enrolled key",
		      doctor_signed_only(d));
	else
		found(f, DOCTOR_OK, "source: BPF, exact");
}

void check_source(const struct doctor *d, struct doctor_finding *f)
{
	char reason[400];

	if (doctor_module_live(d)) {
		found(f, DOCTOR_OK, "source: the kernel module, exact");
		return;
	}
	if (doctor_exact(d)) {
		exact_by_bpf(d, f);
		return;
	}
	if (bpf_works(d)) {
		found(f, DOCTOR_WARNING, "[kernel] source keeps the plugin from using BPF, "
					 "which works here");
		because(f, "without BPF and module, short connections remain partly unknown");
		mend(f, "set source = auto in [kernel] of %s, then: service auditd restart",
		     CONFIG_DEFAULT);
		return;
	}
	bpf_reason(d, reason, sizeof(reason));
	found(f, d->bpf_tried ? DOCTOR_WARNING : DOCTOR_UNKNOWN,
	      "source: audit rules%s; %s; the module is %s",
	      d->initial_pids ? " and socket diagnostics" :
				" alone (this is not the initial pid namespace)",
	      reason, doctor_module_installed(d) ? "installed, not loaded" : "not installed");
	because(f, "connections that last some milliseconds remain partly unknown");
	module_advice(d, f);
}

/* ---- audit's queue ---- */

static bool not_asked(struct doctor_finding *f, int error)
{
	if (!error)
		return false;
	found(f, DOCTOR_UNKNOWN, "the kernel does not report the state of audit: %s",
	      strerror(-error));
	because(f, "this check needs the audit capabilities of root");
	mend(f, "sudo audisp-netlog --doctor");
	return true;
}

void check_boot(const struct doctor *d, struct doctor_finding *f)
{
	char line[4096];
	int n = file_read(d->root, "/proc/cmdline", line, sizeof(line));

	if (n < 0) {
		found(f, DOCTOR_UNKNOWN, "/proc/cmdline: %s", strerror(-n));
	} else if (has_word(line, "audit=0") || has_word(line, "audit=off")) {
		found(f, DOCTOR_BROKEN, "the kernel was booted with audit=0");
		because(f, "audit cannot be used until the next boot");
		mend(f, BOOT_HINT);
	} else if (has_word(line, "audit=1") || has_word(line, "audit=on")) {
		found(f, DOCTOR_OK, "the kernel was booted with audit=1");
	} else {
		found(f, DOCTOR_WARNING, "the kernel was booted without audit=1");
		because(f, "processes that started before auditd are never audited, and records "
			   "that auditd does not read in time are dropped uncounted");
		mend(f, BOOT_HINT);
	}
}

void check_backlog(const struct doctor *d, struct doctor_finding *f)
{
	if (not_asked(f, d->status_error))
		return;
	if (d->status.backlog_limit && d->status.backlog_limit < BACKLOG_MIN) {
		found(f, DOCTOR_WARNING, "the kernel's audit queue holds %u records",
		      d->status.backlog_limit);
		because(f, "a burst of connections overflows it: records are lost, or programs "
			   "wait");
		mend(f, "auditctl -b %d; set -b %d in %s/audit/rules.d", BACKLOG_MIN,
		     BACKLOG_MIN, SYSCONFDIR);
	} else if (!d->status.backlog_limit) {
		found(f, DOCTOR_OK, "the kernel's audit queue has no limit");
	} else {
		found(f, DOCTOR_OK, "the kernel's audit queue holds %u records",
		      d->status.backlog_limit);
	}
}

void check_wait(const struct doctor *d, struct doctor_finding *f)
{
	if (not_asked(f, d->status_error))
		return;
	if (!d->status.backlog_wait_time) {
		found(f, DOCTOR_NOTE, "backlog_wait_time is 0: no program waits for audit");
		because(f, "when the queue is full, records are lost and counted in lost");
	} else {
		found(f, DOCTOR_OK, "a program waits up to %u ticks when the queue is full",
		      d->status.backlog_wait_time);
	}
}

void check_lost(const struct doctor *d, struct doctor_finding *f)
{
	if (not_asked(f, d->status_error))
		return;
	if (!d->status.lost) {
		found(f, DOCTOR_OK, "the kernel has lost no record since boot");
		return;
	}
	found(f, DOCTOR_WARNING, "the kernel has lost %u audit records since boot",
	      d->status.lost);
	because(f, "lines are missing; netlog lost kernel= shows when, if the plugin ran then");
	mend(f, "auditctl -b %d, then set the count back: auditctl --reset-lost",
	     4 * BACKLOG_MIN);
}

void check_queue(const struct doctor *d, struct doctor_finding *f)
{
	char text[32] = "2000"; /* auditd's default since 3.0.7 */
	int have = file_value(d->root, AUDITD_CONF, "q_depth", text, sizeof(text));

	if (have < 0) {
		found(f, DOCTOR_UNKNOWN, "%s: %s", AUDITD_CONF, strerror(-have));
		because(f, "q_depth is the queue between auditd and the plugin");
		mend(f, have == -EACCES ? "sudo audisp-netlog --doctor" : "install auditd");
	} else if (atoi(text) < QUEUE_MIN) {
		found(f, DOCTOR_WARNING, "q_depth of auditd is %s", text);
		because(f, "a burst overflows the queue between auditd and its plugins: events "
			   "are lost");
		mend(f, "set q_depth = %d in %s, then: auditctl --signal HUP", QUEUE_MIN,
		     AUDITD_CONF);
	} else {
		found(f, DOCTOR_OK, "q_depth of auditd is %s", text);
	}
}

void check_log_format(const struct doctor *d, struct doctor_finding *f)
{
	char text[32] = "";

	if (file_value(d->root, AUDITD_CONF, "log_format", text, sizeof(text)) == 1 &&
	    !strcasecmp(text, "ENRICHED")) {
		found(f, DOCTOR_NOTE, "log_format of auditd is ENRICHED");
		because(f, "resolving names takes a third of the time that a record takes");
		mend(f, "set log_format = RAW in %s if no one reads the names, then: "
			"auditctl --signal HUP",
		     AUDITD_CONF);
	} else {
		found(f, DOCTOR_OK, "log_format of auditd is %s", *text ? text : "RAW");
	}
}
