// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/doctor, each check on a host made of files in a directory. */
#include "plugin/doctor/doctor.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "plugin/config_file.h"
#include "table.h"


struct file {
	const char *path, *text;
	mode_t mode; /* 0: 0644 */
	size_t size; /* 0: strlen(text) */
};

struct row {
	const char *name;
	void (*check)(const struct doctor *d, struct doctor_finding *f);
	struct doctor host;
	enum kernel_use source;
	bool syslog, no_config;
	enum doctor_level level;
	const char *found, *fix; /* parts of the texts; NULL: fix is empty */
	struct file files[6];
	const char *config; /* more of it; NULL: nothing */
};

#define AUDITD \
	{ \
		"/proc/100/comm", "auditd\n" \
	}
#define CONF "/etc/audit/plugins.d/netlog.conf"
#define PROGRAM \
	{ \
		"/usr/sbin/audisp-netlog", "x", 0755 \
	}
#define RUNS .status = { .enabled = 1, .pid = 100 }
#define NETLINK "sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode\n"
#define MODULE \
	{ \
		"/sys/module/audit_netlog/initstate", "live\n" \
	}
#define JOURNAL \
	{ \
		"/run/systemd/journal/socket", "" \
	}

static const struct row rows[] = {
	{ "auditd runs", check_auditd, { RUNS }, .level = DOCTOR_OK, .found = "pid 100", .files = { AUDITD } },
	{ "auditd does not run", check_auditd, { .status = { 1 } }, .level = DOCTOR_BROKEN, .found = "does not run", .fix = "systemctl enable --now auditd" },
	{ "another program has audit", check_auditd, { RUNS }, .level = DOCTOR_BROKEN, .found = "go-audit (pid 100)", .fix = "stop go-audit", .files = { { "/proc/100/comm", "go-audit\n" } } },
	{ "auditd is not visible", check_auditd, { RUNS }, .level = DOCTOR_UNKNOWN, .found = "not visible" },
	{ "the kernel does not answer", check_auditd, { .status_error = -EPERM }, .level = DOCTOR_UNKNOWN, .found = "Operation not permitted", .fix = "sudo" },

	{ "the plugin is enabled", check_plugin, { 0 }, .level = DOCTOR_OK, .found = "enabled", .files = { { CONF, "active = yes\npath = /usr/sbin/audisp-netlog\n" }, PROGRAM } },
	{ "no file of the plugin", check_plugin, { 0 }, .level = DOCTOR_BROKEN, .found = CONF ": No such file", .fix = "make install" },
	{ "the plugin is not active", check_plugin, { 0 }, .level = DOCTOR_BROKEN, .found = "active = no", .fix = "--signal HUP", .files = { { CONF, "# active = yes\nACTIVE=no \n" }, PROGRAM } },
	{ "its program is missing", check_plugin, { 0 }, .level = DOCTOR_BROKEN, .found = "/usr/sbin/audisp-netlog: No such file", .fix = "make install", .files = { { CONF, "active = yes\npath = /usr/sbin/audisp-netlog\n" } } },
	{ "everybody may write its program", check_plugin, { 0 }, .level = DOCTOR_BROKEN, .found = "mode 0777", .fix = "chmod 755", .files = { { CONF, "active = yes\npath = /usr/sbin/audisp-netlog\n" }, { "/usr/sbin/audisp-netlog", "x", 0777 } } },

	{ "the plugin runs", check_running, { RUNS }, .level = DOCTOR_OK, .found = "pid 101", .files = { AUDITD, { "/proc/101/stat", "101 (audisp-netlog) S 100 1 1" } } },
	{ "a plugin of somebody else", check_running, { RUNS }, .level = DOCTOR_BROKEN, .found = "no child", .fix = "auditctl --signal HUP", .files = { AUDITD, { "/proc/101/stat", "101 (audisp-netlog) S 1 1 1" }, { "/proc/102/stat", "102 (audisp-other) S 100 1 1" } } },

	{ "a valid configuration", check_config, { 0 }, .syslog = true, .level = DOCTOR_OK, .found = "valid" },
	{ "a mistake in it", check_config, { .config_error = "x.conf:3: wrong" }, .no_config = true, .level = DOCTOR_BROKEN, .found = "x.conf:3: wrong", .fix = "audisp-netlog -n" },
	{ "no output", check_config, { 0 }, .level = DOCTOR_BROKEN, .found = "no output", .fix = "syslog = yes" },

	{ "audit is off", check_enabled, { .status = { 0 } }, .level = DOCTOR_BROKEN, .found = "disabled", .fix = "auditctl -e 1" },
	{ "audit is locked", check_enabled, { .status = { .enabled = 2 } }, .level = DOCTOR_OK, .found = "-e 2" },

	{ "rules are loaded", check_rules, { .rules = { .netlog = true, .count = 23 } }, .level = DOCTOR_OK, .found = "23 rules" },
	{ "no rules, no module", check_rules, { .bpf_error = "no" }, .level = DOCTOR_BROKEN, .found = "no audit rule", .fix = "auditctl -R" },
	{ "no rules, locked", check_rules, { .status = { .enabled = 2 }, .bpf_error = "no" }, .level = DOCTOR_BROKEN, .found = "no audit rule", .fix = "reboot" },
	{ "no rules, the module", check_rules, { .bpf_error = "no" }, .level = DOCTOR_OK, .found = "need none", .files = { MODULE } },
	{ "no rules, BPF", check_rules, { .bpf_tried = true }, .level = DOCTOR_OK, .found = "need none" },
	{ "no rules, BPF not wanted", check_rules, { .bpf_tried = true }, .source = KERNEL_SOCKDIAG, .level = DOCTOR_BROKEN, .found = "no audit rule", .fix = "auditctl -R" },

	{ "rules only until the boot", check_rules_at_boot, { .rules = { .netlog = true } }, .level = DOCTOR_WARNING, .found = "in no file", .fix = "augenrules --load" },
	{ "rules at boot", check_rules_at_boot, { .rules = { .netlog = true } }, .level = DOCTOR_OK, .found = "at boot", .files = { { "/etc/audit/rules.d/30-netlog.rules", "-a x -k netlog\n" } } },
	{ "rules in a comment", check_rules_at_boot, { .rules = { .netlog = true } }, .level = DOCTOR_WARNING, .found = "in no file", .fix = "augenrules", .files = { { "/etc/audit/rules.d/30-netlog.rules", "# -k netlog\n" } } },

	{ "task,never", check_rule_order, { .rules = { .task_never = true } }, .level = DOCTOR_BROKEN, .found = "task,never", .fix = "augenrules" },
	{ "task,never beside the module", check_rule_order, { .rules = { .task_never = true } }, .level = DOCTOR_NOTE, .found = "task,never", .fix = "augenrules", .files = { MODULE } },
	{ "never rules before ours", check_rule_order, { .rules = { .never_before = 2 } }, .level = DOCTOR_WARNING, .found = "2 never rules", .fix = "auditctl -l" },
	{ "no other rule", check_rule_order, { 0 }, .level = DOCTOR_OK, .found = "no other" },

	{ "the module", check_source, { 0 }, .level = DOCTOR_OK, .found = "kernel module", .files = { MODULE } },
	{ "the module is still loading", check_source, { .bpf_tried = true }, .level = DOCTOR_OK, .found = "source: BPF", .files = { { "/sys/module/audit_netlog/initstate", "coming\n" } } },
	{ "BPF may not read", check_source, { .bpf_tried = true, .bpf_less = true }, .level = DOCTOR_WARNING, .found = "without paths", .fix = "journalctl -t audisp-netlog" },
	{ "BPF is not wanted", check_source, { .bpf_tried = true }, .source = KERNEL_NONE, .level = DOCTOR_WARNING, .found = "keeps the plugin from", .fix = "source = auto" },
	{ "no BTF, module installed", check_source, { .bpf_tried = true, .bpf_error = "no", .initial_pids = true }, .level = DOCTOR_WARNING, .found = "socket diagnostics; no BPF: this kernel has no BTF", .fix = "modprobe audit_netlog", .files = { { "/lib/modules/6.1.0/updates/dkms/audit_netlog.ko.xz", "" } } },
	{ "Secure Boot", check_source, { .bpf_tried = true, .bpf_error = "no" }, .level = DOCTOR_WARNING, .found = "not the initial pid namespace", .fix = "mokutil", .files = { { "/lib/modules/6.1.0/extra/audit_netlog.ko", "" }, { "/sys/firmware/efi/efivars/" "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", "\6\0\0\0\1", 0, 5 } } },
	{ "lockdown", check_source, { .bpf_tried = true, .bpf_error = "no" }, .level = DOCTOR_WARNING, .found = "lockdown", .fix = "audit-netlog-dkms", .files = { { "/sys/kernel/security/lockdown", "none integrity [confidentiality]\n" } } },
	{ "lockdown, BPF and a refused module", check_source, { .bpf_tried = true }, .level = DOCTOR_OK, .found = "exact; the module is not loaded: kernel lockdown (integrity)", .files = { { "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n" }, { "/lib/modules/6.1.0/extra/audit_netlog.ko", "" } } },
	{ "signed modules only", check_source, { .bpf_tried = true, .bpf_error = "no" }, .level = DOCTOR_WARNING, .found = "installed, not loaded", .fix = "rejected (module.sig_enforce): mokutil", .files = { { "/sys/module/module/parameters/sig_enforce", "Y\n" }, { "/lib/modules/6.1.0/extra/audit_netlog.ko", "" } } },
	{ "ftrace is off", check_source, { .bpf_tried = true, .bpf_error = "no" }, .level = DOCTOR_WARNING, .found = "ftrace_enabled is 0", .fix = "sysctl kernel.ftrace_enabled=1", .files = { { "/proc/sys/kernel/ftrace_enabled", "0\n" }, { "/sys/kernel/btf/vmlinux", "x" } } },
	{ "another reason", check_source, { .bpf_tried = true, .bpf_error = "no luck" }, .level = DOCTOR_WARNING, .found = "no BPF: no luck", .fix = "dkms", .files = { { "/sys/kernel/btf/vmlinux", "x" } } },
	{ "not root", check_source, { 0 }, .level = DOCTOR_UNKNOWN, .found = "needs root", .fix = "dkms" },

	{ "audit=1", check_boot, { 0 }, .level = DOCTOR_OK, .found = "audit=1", .files = { { "/proc/cmdline", "quiet audit=1\n" } } },
	{ "audit=10 is no audit=1", check_boot, { 0 }, .level = DOCTOR_WARNING, .found = "without audit=1", .fix = "update-grub", .files = { { "/proc/cmdline", "xaudit=1 audit=10\n" } } },
	{ "audit=0", check_boot, { 0 }, .level = DOCTOR_BROKEN, .found = "audit=0", .fix = "update-grub", .files = { { "/proc/cmdline", "audit=0\n" } } },
	{ "a short backlog", check_backlog, { .status = { .backlog_limit = 64 } }, .level = DOCTOR_WARNING, .found = "64 records", .fix = "auditctl -b 8192" },
	{ "a long backlog", check_backlog, { .status = { .backlog_limit = 8192 } }, .level = DOCTOR_OK, .found = "8192" },
	{ "no backlog limit", check_backlog, { 0 }, .level = DOCTOR_OK, .found = "no limit" },
	{ "nobody waits", check_wait, { 0 }, .level = DOCTOR_NOTE, .found = "is 0" },
	{ "lost records", check_lost, { .status = { .lost = 7 } }, .level = DOCTOR_WARNING, .found = "lost 7", .fix = "--reset-lost" },
	{ "nothing lost", check_lost, { 0 }, .level = DOCTOR_OK, .found = "no record" },
	{ "q_depth is small", check_queue, { 0 }, .level = DOCTOR_WARNING, .found = "is 400", .fix = "q_depth = 16384", .files = { { "/etc/audit/auditd.conf", "q_depth = 400\n" } } },
	{ "q_depth by default", check_queue, { 0 }, .level = DOCTOR_WARNING, .found = "is 2000", .fix = "q_depth", .files = { { "/etc/audit/auditd.conf", "#q_depth = 20000\n" } } },
	{ "q_depth is large", check_queue, { 0 }, .level = DOCTOR_OK, .found = "is 16384", .files = { { "/etc/audit/auditd.conf", "Q_Depth=16384\n" } } },
	{ "no auditd.conf", check_queue, { 0 }, .level = DOCTOR_UNKNOWN, .found = "No such file", .fix = "install auditd" },
	{ "ENRICHED", check_log_format, { 0 }, .level = DOCTOR_NOTE, .found = "ENRICHED", .fix = "RAW", .files = { { "/etc/audit/auditd.conf", "log_format = enriched\n" } } },

	{ "journald reads audit", check_journald, { 0 }, .level = DOCTOR_NOTE, .found = "journald reads", .fix = "systemctl mask", .files = { { "/proc/net/netlink", NETLINK "0 0 5 1 0\n0 9 55 00000001 0\n" }, { "/proc/55/comm", "systemd-journal\n" } } },
	{ "somebody else reads audit", check_journald, { 0 }, .level = DOCTOR_OK, .found = "does not", .files = { { "/proc/net/netlink", NETLINK "0 9 56 00000001 0\n0 9 55 0 0\n" }, { "/proc/55/comm", "systemd-journal\n" }, { "/proc/56/comm", "other\n" } } },
	{ "journald's limit", check_journal_rate, { 0 }, .syslog = true, .level = DOCTOR_WARNING, .found = "10000 lines in 30s", .fix = "LogRateLimit", .files = { JOURNAL } },
	{ "journald's limit, not ours", check_journal_rate, { 0 }, .level = DOCTOR_OK, .found = "no line passes", .files = { JOURNAL } },
	{ "no limit for auditd", check_journal_rate, { 0 }, .syslog = true, .level = DOCTOR_OK, .found = "does not limit", .files = { JOURNAL, { "/etc/systemd/system/auditd.service.d/x.conf", "[Service]\nLogRateLimitIntervalSec=0\n" } } },
	{ "no limit, in auditd's own unit", check_journal_rate, { 0 }, .syslog = true, .level = DOCTOR_OK, .found = "does not limit", .files = { JOURNAL, { "/etc/systemd/system/auditd.service", "[Service]\nLogRateLimitIntervalSec=0\n" } } },
	{ "no limit until the boot", check_journal_rate, { 0 }, .syslog = true, .level = DOCTOR_OK, .found = "does not limit", .files = { JOURNAL, { "/run/systemd/system/auditd.service.d/x.conf", "[Service]\nLogRateLimitIntervalSec=0\n" } } },
	{ "another limit", check_journal_rate, { 0 }, .syslog = true, .level = DOCTOR_WARNING, .found = "500 lines in 5s", .fix = "LogRateLimit", .files = { JOURNAL, { "/etc/systemd/journald.conf", "RateLimitBurst=400\n" }, { "/etc/systemd/journald.conf.d/a.conf", "RateLimitBurst=500\nRateLimitIntervalSec=5s\n" } } },
	{ "imjournal", check_imjournal, { 0 }, .syslog = true, .level = DOCTOR_WARNING, .found = "20000 lines", .fix = "Ratelimit.Interval", .files = { { "/etc/rsyslog.conf", "module(load=\"imjournal\")\n" } } },
	{ "imjournal without a limit", check_imjournal, { 0 }, .syslog = true, .level = DOCTOR_OK, .found = "does not limit", .files = { { "/etc/rsyslog.d/a.conf", "module(load=\"imjournal\" Ratelimit.Interval=\"0\")\n" } } },
	{ "imuxsock", check_imuxsock, { 0 }, .syslog = true, .level = DOCTOR_OK, .found = "does not limit", .files = { { "/etc/rsyslog.conf", "module(load=\"imuxsock\")\n" } } },
	{ "imuxsock with a limit", check_imuxsock, { 0 }, .syslog = true, .level = DOCTOR_WARNING, .found = "accepts 300 lines in 5 s", .fix = "SysSock.RateLimit.Interval", .files = { { "/etc/rsyslog.d/a.conf", "module(load=\"imuxsock\" SysSock.RateLimit.Interval=\"5\" SysSock.RateLimit.Burst=\"300\")\n" } } },
	{ "imuxsock with an old limit", check_imuxsock, { 0 }, .syslog = true, .level = DOCTOR_WARNING, .found = "accepts 200 lines in 7 s", .fix = "SysSock.RateLimit.Interval", .files = { { "/etc/rsyslog.conf", "$ModLoad imuxsock\n$SystemLogRateLimitInterval 7\n" } } },
	{ "imuxsock, not used", check_imuxsock, { 0 }, .level = DOCTOR_OK, .found = "no line", .files = { { "/etc/rsyslog.conf", "module(load=\"imuxsock\" SysSock.RateLimit.Interval=\"5\")\n" } } },
	{ "imjournal in a comment", check_imjournal, { 0 }, .syslog = true, .level = DOCTOR_OK, .found = "no line", .files = { { "/etc/rsyslog.conf", " # imjournal\n" } } },
	{ "no output, no fault", check_outputs, { 0 }, .level = DOCTOR_OK, .found = "(0)" },
	{ "no configuration, no outputs", check_outputs, { 0 }, .no_config = true, .level = DOCTOR_UNKNOWN, .found = "not valid" },
	{ "a syslogd", check_outputs, { 0 }, .syslog = true, .level = DOCTOR_OK, .found = "each output accepts lines (1)", .files = { { "/dev/log", "" } } },
	{ "no syslogd", check_outputs, { 0 }, .syslog = true, .level = DOCTOR_BROKEN, .found = "syslog: no syslogd listens at /dev/log", .fix = "systemctl enable --now rsyslog" },
	{ "a dead collector", check_outputs, { 0 }, .level = DOCTOR_BROKEN, .found = "siem: 127.0.0.1 port 1: Connection refused", .fix = "correct [output siem]", .config = "[output siem]\ntransport = tcp\nhost = 127.0.0.1\nport = 1\n" },
	{ "one of two is dead", check_outputs, { 0 }, .level = DOCTOR_WARNING, .found = "siem: 127.0.0.1 port 1: Connection refused", .fix = "start the collector", .config = "[output siem]\ntransport = tls\nhost = 127.0.0.1\nport = 1\n[output other]\ntransport = file\npath = /netlog.log\n" },
	{ "two are dead", check_outputs, { 0 }, .level = DOCTOR_BROKEN, .found = "Connection refused; unix: /nonexistent/x: No such file", .fix = "start the collector", .config = "[output siem]\ntransport = tcp\nhost = 127.0.0.1\nport = 1\n[output unix]\ntransport = unix\npath = /nonexistent/x\n" },
	{ "no program at a socket", check_outputs, { 0 }, .level = DOCTOR_BROKEN, .found = "unix: /nonexistent/x: No such file", .fix = "start the program that listens at /nonexistent/x", .config = "[output unix]\ntransport = unix\npath = /nonexistent/x\n" },
	{ "a log whose directory is not there yet", check_outputs, { 0 }, .level = DOCTOR_OK, .found = "each output accepts lines (1)", .config = "[log]\nfile = /var/log/audit-netlog/netlog.log\n", .files = { { "/var/log/x", "" } } },
	{ "a file whose directory is not there", check_outputs, { 0 }, .level = DOCTOR_BROKEN, .found = "a: /srv/netlog/log: No such file", .fix = "mkdir -p /srv/netlog", .config = "[output a]\ntransport = file\npath = /srv/netlog/log\n", .files = { { "/srv/x", "" } } },
	{ "a directory", check_outputs, { 0 }, .level = DOCTOR_BROKEN, .found = "a: /dir: Is a directory", .fix = "name a file", .config = "[output a]\ntransport = file\npath = /dir\n", .files = { { "/dir/x", "" } } },
	{ "a full disk", check_outputs, { 0 }, .level = DOCTOR_BROKEN, .found = "a: /../../proc/log: No space left", .fix = "df -h /../../proc", .config = "[output a]\ntransport = file\npath = /../../proc/log\n" },
	{ "1970", check_clock, { .now = 100, .clock_synchronized = true }, .level = DOCTOR_WARNING, .found = "before 2020", .fix = "timedatectl" },
	{ "not synchronized", check_clock, { .now = 1800000000 }, .level = DOCTOR_NOTE, .found = "synchronized", .fix = "timedatectl" },
};

static char root[PATH_MAX];

static void make_file(const struct file *file)
{
	char path[2 * PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", root, file->path);
	for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = 0;
		mkdir(path, 0755);
		*slash = '/';
	}
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite(file->text, 1, file->size ? file->size : strlen(file->text), f);
	fclose(f);
	chmod(path, file->mode ? file->mode : 0644);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void begin(struct doctor *d, struct config *c)
{
	snprintf(root, sizeof(root), "/tmp/netlog-doctor-XXXXXX");
	assert_non_null(mkdtemp(root));
	config_init(c);
	c->to_syslog = false;
	free(c->log.file);
	c->log.file = NULL;
	d->root = root;
	d->release = "6.1.0";
	d->config = c;
}

static void end(struct config *c)
{
	config_fini(c);
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void has_part(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" does not contain \"%s\"", text, part);
}

static void test_check(void **state)
{
	const struct row *row = *state;
	struct doctor d = row->host;
	struct doctor_finding f = { 0 };
	struct config c;

	if (geteuid() && row->check == check_plugin)
		skip(); /* a program must belong to root */
	begin(&d, &c);
	c.to_syslog = row->syslog;
	c.source = row->source;
	if (row->config) {
		char path[2 * PATH_MAX], error[256] = "";

		make_file(&(struct file){ "/conf", row->config });
		snprintf(path, sizeof(path), "%s/conf", root);
		if (config_file_read(&c, path, error, sizeof(error)))
			fail_msg("%s", error);
	}
	if (row->no_config)
		d.config = NULL;
	for (const struct file *file = row->files; file->path; file++)
		make_file(file);
	row->check(&d, &f);
	end(&c);
	has_part(f.found, row->found);
	assert_int_equal(f.level, row->level);
	if (row->fix)
		has_part(f.fix, row->fix);
	else
		assert_string_equal(f.fix, "");
	if (f.level != DOCTOR_OK)
		assert_true(*f.why);
}

static void test_confined(void **state)
{
	static const struct { const char *label; bool confined; } labels[] = {
		{ "audisp-netlog (enforce)\n", true },
		{ "audisp-netlog (complain)\n", false },
		{ "unconfined\n", false },
		{ "system_u:system_r:auditd_t:s0", false },
	};
	struct doctor d;
	struct config c;

	(void)state;
	begin(&d, &c);
	assert_false(doctor_confined(&d));
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
		make_file(&(struct file){ "/proc/self/attr/current", labels[i].label });
		assert_int_equal(doctor_confined(&d), labels[i].confined);
	}
	end(&c);
}

/* ---- the connection ---- */

struct writer {
	const char *format; /* of a line; gets port and pid */
	unsigned int pid;   /* 0: the program's own */
};

static void write_line(unsigned int port, void *arg)
{
	const struct writer *w = arg;
	char path[PATH_MAX + 16];
	FILE *f;

	snprintf(path, sizeof(path), "%s/log", root);
	f = fopen(path, "a");
	assert_non_null(f);
	fprintf(f, w->format, port, w->pid ? w->pid : (unsigned int)getpid());
	fclose(f);
}

struct connection_row {
	const char *name;
	struct writer writer;
	enum doctor_level level;
	const char *found;
};

#define LINE "connect start TCP 127.0.0.1:40000 -> 127.0.0.1:%u 1 %u 0 audisp-netlog\n"
static const struct connection_row connections[] = {
	{ "its line comes out", { LINE }, DOCTOR_OK, "was logged in /log: connect start TCP" },
	{ "its line comes out as JSON", { "{\"port\":%u,\"pid\":%u}\n" }, DOCTOR_OK, "\"pid\":" },
	{ "with another pid", { LINE, 4294967295U }, DOCTOR_BROKEN, "without its process" },
	{ "nothing comes out", { "nothing\n" }, DOCTOR_BROKEN, "was not logged" },
	{ "a longer number is no port", { "%u0 %u\n" }, DOCTOR_BROKEN, "was not logged" },
};

static void test_connection(void **state)
{
	const struct connection_row *row = *state;
	struct doctor_finding f = { 0 };
	struct writer w = row->writer;
	struct doctor d = { .patience_ms = 10, .connected = write_line, .arg = &w };
	struct config c;

	begin(&d, &c);
	c.file = strdup("/log");
	make_file(&(struct file){ "/log", "old\n" });
	check_connection(&d, &f);
	end(&c);
	has_part(f.found, row->found);
	assert_int_equal(f.level, row->level);
}

/* A line that was there before is none of this connection. */
static void test_unreadable(void **state)
{
	struct doctor_finding f = { 0 };
	struct doctor d = { .patience_ms = 10 };
	struct config c;

	(void)state;
	begin(&d, &c);
	c.to_syslog = true;
	check_connection(&d, &f);
	end(&c);
	has_part(f.found, "no output of the plugin can be read");
	assert_int_equal(f.level, DOCTOR_UNKNOWN);
}

static void test_ignored(void **state)
{
	struct doctor_finding f = { 0 };
	struct doctor d = { .patience_ms = 10 };
	struct match_error error;
	struct config c;

	(void)state;
	begin(&d, &c);
	c.file = strdup("/log");
	make_file(&(struct file){ "/log", "" });
	assert_int_equal(match_parse(&c.ignore[0], "remote=127.0.0.0/8", MATCH_IGNORE, &error), 0);
	c.ignores = 1;
	check_connection(&d, &f);
	end(&c);
	has_part(f.found, "[ignore] hides it");
	assert_int_equal(f.level, DOCTOR_NOTE);
}

/* The worst finding is the status; JSON has each check once. */
static void test_status(void **state)
{
	struct doctor d = { .patience_ms = 10, .bpf_error = "x" };
	char *text = NULL;
	struct config c;
	size_t size, names = 0;
	FILE *f;

	(void)state;
	begin(&d, &c);
	f = open_memstream(&text, &size);
	assert_int_equal(doctor_run(&d, DOCTOR_JSON, f), 2);
	fclose(f);
	for (const char *at = text; (at = strstr(at, "{\"name\":")); at++)
		names++;
	for (const struct doctor_check *check = doctor_checks; check->name; check++)
		names--;
	assert_int_equal(names, 0);
	has_part(text, "],\"status\":2}\n");
	free(text);
	end(&c);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_confined),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_status),
	};

	return table_run("doctor", test_check, ROWS(rows)) +
	       table_run("doctor's connection", test_connection, ROWS(connections)) +
	       cmocka_run_group_tests_name("doctor, all", others, NULL, NULL);
}
