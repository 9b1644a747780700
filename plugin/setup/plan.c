// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/setup/plan: what a host lacks to log its connections. */
#include "plugin/setup/plan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plugin/doctor/files.h"

#define AUDIT SYSCONFDIR "/audit"
#define PLUGIN_FILE AUDIT "/plugins.d/netlog.conf"
#define AUDITD_CONF AUDIT "/auditd.conf"
#define BOOT_RULES AUDIT "/rules.d/30-netlog.rules"
#define RULES "/usr/share/audit-netlog/rules/30-netlog.rules"
#define MODULE_BOOT "/etc/modules-load.d/audit_netlog.conf"
#define QUEUE 16384

struct plan {
	struct setup_step *steps;
	unsigned int count;
};

static struct setup_step *add(struct plan *p, const char *what, const char *why)
{
	struct setup_step *s = &p->steps[p->count++];

	*s = (struct setup_step){ .what = what, .why = why };
	return s;
}

static void plan_plugin(struct plan *p, const struct doctor *d)
{
	char active[16] = "";
	struct setup_step *s;

	if (file_value(d->root, PLUGIN_FILE, "active", active, sizeof(active)) != 1 ||
	    !strcasecmp(active, "yes"))
		return; /* where there is no file, the program is not installed: no plan helps */
	s = add(p, "enable the plugin", "auditd starts only active plugins");
	snprintf(s->command, sizeof(s->command), "sed -i 's/^active *=.*/active = yes/' %s",
		 PLUGIN_FILE);
	snprintf(s->undo, sizeof(s->undo), "sed -i 's/^active *=.*/active = no/' %s",
		 PLUGIN_FILE);
}

/* Returns true if an exact source is there, or will be after the step. */
static bool plan_module(struct plan *p, const struct doctor *d)
{
	struct setup_step *s;

	if (doctor_exact(d))
		return true;
	if (!doctor_module_installed(d))
		return false;
	s = add(p, "load the kernel module, now and at boot",
		"BPF cannot be used here, and the module makes every line exact");
	snprintf(s->command, sizeof(s->command),
		 "modprobe audit_netlog && echo audit_netlog >%s", MODULE_BOOT);
	snprintf(s->undo, sizeof(s->undo), "rm -f %s; modprobe -r audit_netlog", MODULE_BOOT);
	return true;
}

/* Rules are for hosts without module and BPF; others may have them, but need none. */
static void plan_rules(struct plan *p, const struct doctor *d)
{
	struct setup_step *s;

	if (!d->rules_error && !d->rules.netlog && d->status.enabled != 2) {
		s = add(p, "load the audit rules",
			"neither module nor BPF is there: rules report the connections");
		snprintf(s->command, sizeof(s->command), "auditctl -R %s", RULES);
		snprintf(s->undo, sizeof(s->undo), "auditctl -D -k netlog");
	}
	if (file_exists(d->root, BOOT_RULES))
		return;
	s = add(p, "load the audit rules at boot", "rules are gone after a boot");
	snprintf(s->command, sizeof(s->command), "install -m 640 %s %s", RULES, BOOT_RULES);
	snprintf(s->undo, sizeof(s->undo), "rm -f %s", BOOT_RULES);
}

static bool is_number(const char *text)
{
	size_t len = strlen(text);

	return len && len < 10 && strspn(text, "0123456789") == len;
}

static void plan_queue(struct plan *p, const struct doctor *d)
{
	char depth[32] = "";
	int have = file_value(d->root, AUDITD_CONF, "q_depth", depth, sizeof(depth));
	struct setup_step *s;

	if (have < 0 || (have && (!is_number(depth) || atoi(depth) >= QUEUE)))
		return;
	s = add(p, "lengthen auditd's queue for its plugins",
		"a burst of events overflows the default");
	if (have) {
		snprintf(s->command, sizeof(s->command),
			 "sed -i 's/^ *q_depth *=.*/q_depth = %d/' %s", QUEUE, AUDITD_CONF);
		snprintf(s->undo, sizeof(s->undo),
			 "sed -i 's/^q_depth = %d$/q_depth = %s/' %s", QUEUE, depth,
			 AUDITD_CONF);
	} else {
		snprintf(s->command, sizeof(s->command), "echo 'q_depth = %d' >>%s", QUEUE,
			 AUDITD_CONF);
		snprintf(s->undo, sizeof(s->undo), "sed -i '/^q_depth = %d$/d' %s", QUEUE,
			 AUDITD_CONF);
	}
}

unsigned int setup_plan(const struct doctor *d, struct setup_step steps[SETUP_STEPS_MAX])
{
	struct plan p = { .steps = steps };
	struct setup_step *s;

	plan_plugin(&p, d);
	if (!plan_module(&p, d))
		plan_rules(&p, d);
	plan_queue(&p, d);
	if (!p.count)
		return 0;
	s = add(&p, "make auditd read its configuration",
		"it starts the plugin, or tells it of the change");
	snprintf(s->command, sizeof(s->command), "auditctl --signal HUP");
	snprintf(s->undo, sizeof(s->undo), "auditctl --signal HUP");
	s->undo_last = true;
	return p.count;
}
