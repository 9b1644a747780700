// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/doctor/check_audit: auditd, the plugin below it, and the audit rules. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "plugin/doctor/check.h"
#include "plugin/doctor/files.h"
#include "plugin/input/audit_rules.h"

#define PLUGIN_FILE SYSCONFDIR "/audit/plugins.d/netlog.conf"
#define RULES_DIR SYSCONFDIR "/audit/rules.d"

/* Returns true, after reporting it, if the kernel could not be asked. */
static bool not_asked(struct doctor_finding *f, int error, const char *what)
{
	if (!error)
		return false;
	found(f, DOCTOR_UNKNOWN, "the kernel does not report %s: %s", what, strerror(-error));
	because(f, "this check needs the audit capabilities of root");
	mend(f, "sudo audisp-netlog --doctor");
	return true;
}

static bool read_comm(const struct doctor *d, unsigned int pid, char *comm, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	if (file_read(d->root, path, comm, size) <= 0)
		return false;
	comm[strcspn(comm, "\n")] = 0;
	return true;
}

void check_auditd(const struct doctor *d, struct doctor_finding *f)
{
	char comm[32];

	if (not_asked(f, d->status_error, "who reads audit records"))
		return;
	if (!d->status.pid) {
		found(f, DOCTOR_BROKEN, "auditd does not run");
		because(f, "auditd starts the plugin and sends it the audit records");
		mend(f, "systemctl enable --now auditd");
	} else if (!read_comm(d, d->status.pid, comm, sizeof(comm))) {
		found(f, DOCTOR_UNKNOWN, "pid %u reads the audit records, and is not visible "
					 "from here",
		      d->status.pid);
		because(f, "auditd may run in another pid namespace");
	} else if (strcmp(comm, "auditd")) {
		found(f, DOCTOR_BROKEN, "%s (pid %u) reads the audit records, not auditd",
		      comm, d->status.pid);
		because(f, "the kernel sends audit records to one daemon only, and the plugin "
			   "belongs to auditd");
		mend(f, "stop %s, then: systemctl start auditd", comm);
	} else {
		found(f, DOCTOR_OK, "auditd runs (pid %u)", d->status.pid);
	}
}

/* auditd ignores a plugin if others may write its file, or if auditd may not execute its
 * program. */
static void check_program(const struct doctor *d, const char *path, struct doctor_finding *f)
{
	char full[PATH_MAX];
	struct stat st;

	snprintf(full, sizeof(full), "%s%s", d->root, path);
	if (stat(full, &st)) {
		found(f, DOCTOR_BROKEN, "%s names the program %s: %s", PLUGIN_FILE, path,
		      strerror(errno));
		because(f, "auditd cannot start the plugin");
		mend(f, "make install, or install the package audit-netlog");
	} else if (st.st_uid || (st.st_mode & 0777 & ~0755) || (st.st_mode & 0750) != 0750) {
		found(f, DOCTOR_BROKEN, "%s has owner %u and mode %04o", path, st.st_uid,
		      st.st_mode & 07777);
		because(f, "auditd starts only programs of root with mode 0750 or 0755");
		mend(f, "chown root:root %s; chmod 755 %s", path, path);
	} else {
		found(f, DOCTOR_OK, "the plugin is enabled in %s", PLUGIN_FILE);
	}
}

void check_plugin(const struct doctor *d, struct doctor_finding *f)
{
	char active[16] = "", path[PATH_MAX] = "";
	int err = file_value(d->root, PLUGIN_FILE, "active", active, sizeof(active));

	if (err < 0) {
		found(f, err == -EACCES ? DOCTOR_UNKNOWN : DOCTOR_BROKEN, "%s: %s", PLUGIN_FILE,
		      strerror(-err));
		because(f, "auditd starts the plugin because of this file");
		mend(f, err == -EACCES ? "sudo audisp-netlog --doctor" :
					 "make install, or install the package audit-netlog");
	} else if (strcasecmp(active, "yes")) {
		found(f, DOCTOR_BROKEN, "the plugin is not enabled: %s has active = %s",
		      PLUGIN_FILE, *active ? active : "nothing");
		because(f, "auditd does not start it");
		mend(f, "sed -i 's/^active.*/active = yes/' %s; auditctl --signal HUP",
		     PLUGIN_FILE);
	} else {
		file_value(d->root, PLUGIN_FILE, "path", path, sizeof(path));
		check_program(d, path, f);
	}
}

/* Its parent's pid, or 0 if that pid is no plugin. */
static unsigned int parent_of_plugin(const struct doctor *d, unsigned int pid)
{
	char text[512], path[64], *end, state;
	unsigned int parent;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	if (file_read(d->root, path, text, sizeof(text)) <= 0)
		return 0;
	end = strrchr(text, ')');
	if (!end || !strstr(text, "(audisp-netlog)"))
		return 0;
	return sscanf(end + 1, " %c %u", &state, &parent) == 2 ? parent : 0;
}

static unsigned int find_plugin(const struct doctor *d)
{
	char full[PATH_MAX];
	struct dirent *entry;
	unsigned int pid = 0;
	DIR *dir;

	snprintf(full, sizeof(full), "%s/proc", d->root);
	dir = opendir(full);
	while (dir && !pid && (entry = readdir(dir)))
		if (isdigit((unsigned char)*entry->d_name) &&
		    parent_of_plugin(d, atoi(entry->d_name)) == d->status.pid)
			pid = atoi(entry->d_name);
	if (dir)
		closedir(dir);
	return pid;
}

void check_running(const struct doctor *d, struct doctor_finding *f)
{
	unsigned int pid;

	if (not_asked(f, d->status_error, "which process auditd is"))
		return;
	pid = d->status.pid ? find_plugin(d) : 0;
	if (pid) {
		found(f, DOCTOR_OK, "the plugin runs (pid %u)", pid);
		return;
	}
	found(f, DOCTOR_BROKEN, "auditd has no child audisp-netlog");
	because(f, "no connection is logged while the plugin does not run");
	mend(f, "auditctl --signal HUP, then: journalctl -t audisp-netlog -t auditd");
}

void check_config(const struct doctor *d, struct doctor_finding *f)
{
	struct config_output list[CONFIG_ALL_OUTPUTS];

	if (!d->config) {
		found(f, DOCTOR_BROKEN, "%s", d->config_error);
		because(f, "the plugin does not start with an error in its configuration");
		mend(f, "correct that line, check with audisp-netlog -n, then: "
			"auditctl --signal HUP");
	} else if (!config_outputs(d->config, list)) {
		found(f, DOCTOR_BROKEN, "no output is configured");
		because(f, "no line is written anywhere");
		mend(f, "set syslog = yes in [output] of %s, then: auditctl --signal HUP",
		     CONFIG_DEFAULT);
	} else {
		found(f, DOCTOR_OK, "the configuration is valid");
	}
}

void check_enabled(const struct doctor *d, struct doctor_finding *f)
{
	if (not_asked(f, d->status_error, "whether audit is enabled"))
		return;
	if (!d->status.enabled) {
		found(f, DOCTOR_BROKEN, "audit is disabled");
		because(f, "the kernel writes no audit record, neither of rules nor of the "
			   "module");
		mend(f, "auditctl -e 1");
	} else if (d->status.enabled == 2) {
		found(f, DOCTOR_OK, "audit is enabled and locked (-e 2): rules can change only "
				    "at boot");
	} else {
		found(f, DOCTOR_OK, "audit is enabled");
	}
}

static bool locked(const struct doctor *d)
{
	return !d->status_error && d->status.enabled == 2;
}

void check_rules(const struct doctor *d, struct doctor_finding *f)
{
	if (not_asked(f, d->rules_error, "which rules are loaded"))
		return;
	if (d->rules.netlog) {
		found(f, DOCTOR_OK, "%u rules with the key netlog are loaded", d->rules.count);
		return;
	}
	if (doctor_exact(d)) {
		found(f, DOCTOR_OK, "no rule has the key netlog; module and BPF need none");
		return;
	}
	found(f, DOCTOR_BROKEN, "no audit rule has the key netlog, and neither the module nor "
				"BPF is in use");
	because(f, "nothing reports connections");
	if (locked(d))
		mend(f, "the rules are locked (-e 2): copy 30-netlog.rules to %s and reboot",
		     RULES_DIR);
	else
		mend(f, AUDIT_RULES_LOAD);
}

void check_rules_at_boot(const struct doctor *d, struct doctor_finding *f)
{
	bool at_boot = directory_has(d->root, RULES_DIR, ".rules", "netlog");

	if (d->rules_error || !d->rules.netlog || at_boot) {
		found(f, DOCTOR_OK, at_boot ? "the rules are loaded at boot" : "no rules to load at boot");
		return;
	}
	found(f, doctor_exact(d) ? DOCTOR_NOTE : DOCTOR_WARNING,
	      "the loaded rules are in no file of %s", RULES_DIR);
	because(f, "the next boot, or augenrules --load, removes them");
	mend(f, "install -m 640 /usr/share/audit-netlog/rules/30-netlog.rules %s/ && augenrules --load",
	     RULES_DIR);
}

void check_rule_order(const struct doctor *d, struct doctor_finding *f)
{
	if (not_asked(f, d->rules_error, "which rules are loaded"))
		return;
	if (d->rules.task_never) {
		found(f, doctor_exact(d) ? DOCTOR_NOTE : DOCTOR_BROKEN,
		      "the rule \"-a task,never\" is loaded");
		because(f, "a process that starts under it is not audited until it ends: no "
			   "system call rule sees it");
		mend(f, "delete it from %s, then: augenrules --load; restart the services",
		     RULES_DIR);
	} else if (d->rules.never_before) {
		found(f, DOCTOR_WARNING, "%u never rules precede the last rule with the "
					 "key netlog",
		      d->rules.never_before);
		because(f, "the first rule that matches decides: calls that a never rule matches "
			   "are not logged");
		mend(f, "auditctl -l; give the file of the never rules a name after "
			"30-netlog.rules if that is not intended");
	} else {
		found(f, DOCTOR_OK, "no other rule hides connections");
	}
}
