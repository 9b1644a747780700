// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/setup/plan: what a host lacks to log its connections. */
#include "plugin/setup/plan.h"

#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plugin/doctor/files.h"
#include "plugin/ignore/decide.h"
#include "plugin/setup/collectors.h"

#define AUDIT SYSCONFDIR "/audit"
#define PLUGIN_FILE AUDIT "/plugins.d/netlog.conf"
#define AUDITD_CONF AUDIT "/auditd.conf"
#define BOOT_RULES AUDIT "/rules.d/30-netlog.rules"
#define RULES "/usr/share/audit-netlog/rules/30-netlog.rules"
#define MODULE_BOOT "/etc/modules-load.d/audit_netlog.conf"
#define OWN_LOG "/var/log/audit-netlog/netlog.log"
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
	/* where its key is enrolled, the boot has loaded it */
	if (!doctor_module_installed(d) || doctor_signed_only(d))
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
			"neither module nor BPF is available: rules report the connections");
		snprintf(s->command, sizeof(s->command), "auditctl -R %s", RULES);
		snprintf(s->undo, sizeof(s->undo), "auditctl -D -k netlog");
	}
	if (file_exists(d->root, BOOT_RULES))
		return;
	s = add(p, "load the audit rules at boot", "loaded rules do not survive a boot");
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

/* ---- outputs ---- */

#define PATH_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+"

/* Returns the path of the plugin's configuration as a shell word; NULL if it would need quotes. */
static const char *config_path(const struct doctor *d)
{
	const char *path = d->config_path ? d->config_path : CONFIG_DEFAULT;

	return path[strspn(path, PATH_CHARACTERS)] || strlen(path) > 100 ? NULL : path;
}

/* Adds lines to the plugin's configuration, between marks by which the undo finds them. Name
 * and lines are without quotes. */
static void append(struct setup_step *s, const char *path, const char *name, const char *lines)
{
	snprintf(s->command, sizeof(s->command),
		 "{ [ ! -e %s ] || sed -i '$a\\' %s; } && "
		 "printf '%%b' '# begin setup %s\\n%s\\n# end setup %s\\n' >>%s",
		 path, path, name, lines, name, path);
	snprintf(s->undo, sizeof(s->undo),
		 "[ ! -e %s ] || sed -i '/^# begin setup %s$/,/^# end setup %s$/d' %s", path, name,
		 name, path);
}

static bool writes_file(const struct doctor *d)
{
	struct config_output list[CONFIG_ALL_OUTPUTS];
	unsigned int n = config_outputs(d->config, list);

	for (unsigned int i = 0; i < n; i++)
		if (list[i].transport == CONFIG_FILE || list[i].transport == CONFIG_LOG)
			return true;
	return false;
}

/* BPF's records are in no audit log, and syslog may not be there at all. */
static void plan_own_log(struct plan *p, const struct doctor *d)
{
	bool bpf = doctor_exact(d) && !file_exists(d->root, "/sys/module/audit_netlog");
	bool deaf = !file_exists(d->root, "/dev/log");

	if (!d->config || !config_path(d) || writes_file(d) || !(bpf || deaf))
		return;
	append(add(p, "write the plugin's own log, too",
		   deaf ? "no syslogd listens here" :
			  "BPF leaves nothing in audit's log, and aunetlog reads this one"),
	       config_path(d), "own-log", "[log]\\nfile = " OWN_LOG);
}

/* Returns true if the connections to it are ignored already. */
static bool is_ignored(const struct doctor *d, const struct collector *c)
{
	char exe[64], address[64];
	struct identity sender = {
		.pid = ID_UNKNOWN, .ppid = ID_UNKNOWN, .uid = 0, .auid = ID_UNKNOWN,
		.ses = ID_UNKNOWN, .sid = ID_UNKNOWN, .comm = "\"-\"", .exe = exe,
	};
	struct entry e = {
		.what = CONNECT_START, .proto = IPPROTO_TCP, .identity = &sender,
		.opener = ID_UNKNOWN, .netns = -1, .dur_ms = -1, .tx = -1, .rx = -1,
	};
	struct ignore_list *list = NULL;
	struct ignore_error error;
	size_t len;
	bool ignored;

	snprintf(exe, sizeof(exe), "\"%s\"", c->exe);
	/* a name: any address but its own */
	snprintf(address, sizeof(address), "%s", *c->address ? c->address : "192.0.2.1");
	len = strlen(address);
	if (*address == '[') {
		memmove(address, address + 1, len);
		address[len - 2] = 0;
	}
	netaddr_parse_ip(address, &e.remote);
	e.remote.has_port = true;
	e.remote.port = c->port;
	if (d->config->ignore_file)
		list = ignore_list_open(d->config->ignore_file, &error);
	ignored = ignore_entry(list, d->config, &e);
	ignore_list_free(list);
	return ignored;
}

/* A line about the connection that carries lines causes the next one. */
static void plan_collectors(struct plan *p, const struct doctor *d)
{
	struct collector list[COLLECTORS_MAX];
	unsigned int n = d->config && config_path(d) ? collectors_find(d->root, list) : 0;

	for (unsigned int i = 0; i < n && p->count < SETUP_STEPS_MAX - 1; i++) {
		char name[32], lines[256];

		if (is_ignored(d, &list[i]))
			continue;
		snprintf(name, sizeof(name), "collector-%u", i + 1);
		snprintf(lines, sizeof(lines), "[ignore]\\nmatch = exe=%s remote=%s:%u",
			 list[i].exe, list[i].address, list[i].port);
		append(add(p, "leave out the connections of the log collector",
			   "lines about the connection that carries them cause further lines"),
		       config_path(d), name, lines);
	}
}

unsigned int setup_plan(const struct doctor *d, struct setup_step steps[SETUP_STEPS_MAX])
{
	struct plan p = { .steps = steps };
	struct setup_step *s;

	plan_plugin(&p, d);
	if (!plan_module(&p, d))
		plan_rules(&p, d);
	plan_own_log(&p, d);
	plan_collectors(&p, d);
	plan_queue(&p, d);
	if (!p.count)
		return 0;
	s = add(&p, "make auditd read its configuration",
		"it starts the plugin, or makes it read the change");
	snprintf(s->command, sizeof(s->command), "auditctl --signal HUP");
	snprintf(s->undo, sizeof(s->undo), "auditctl --signal HUP");
	s->undo_last = true;
	return p.count;
}
