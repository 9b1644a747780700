// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/setup, the plan for a host and its way back. */
#include "plugin/setup/setup.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/config_file.h"
#include "plugin/setup/collectors.h"
#include "table.h"

static char root[64];

static void put(const char *path, const char *text)
{
	char full[256], command[600];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	snprintf(command, sizeof(command), "mkdir -p \"$(dirname '%s')\"", full);
	assert_int_equal(system(command), 0);
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void begin(void)
{
	snprintf(root, sizeof(root), "/tmp/netlog-setup-XXXXXX");
	assert_non_null(mkdtemp(root));
}

static void end(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	assert_int_equal(system(command), 0);
}

struct row {
	const char *name;
	struct doctor host;
	const char *active, *auditd; /* of the two files; NULL: no file */
	const char *extra;	     /* another file that is there */
	const char *steps;	     /* parts of the commands, parted by | */
	const char *config;	     /* of the plugin; NULL: none */
	const char *extra_text;	     /* of the other file */
	bool lockdown;
};

#define CONF "/etc/audit/plugins.d/netlog.conf"
#define KO "/lib/modules/6.1.0/updates/dkms/audit_netlog.ko"
#define HUP "auditctl --signal HUP"

static const struct row rows[] = {
	{ "all is there", { .bpf_tried = true }, "active = yes\n", "q_depth = 16384\n", NULL, "" },
	{ "BPF, not enabled", { .bpf_tried = true }, "active = no\n", "q_depth = 20000\n", NULL, "active = yes|" HUP },
	{ "neither BPF nor module: rules, now and at boot", { .bpf_tried = true, .bpf_error = "x" }, "active = yes\n", "q_depth = 16384\n", NULL, "auditctl -R|install -m 640|" HUP },
	{ "rules are loaded, not at boot",
	  { .bpf_tried = true, .bpf_error = "x", .rules = { .netlog = true } },
	  "active = yes\n",
	  "q_depth = 16384\n",
	  NULL,
	  "install -m 640|" HUP },
	{ "rules are locked", { .bpf_tried = true, .bpf_error = "x", .status = { .enabled = 2 } }, "active = yes\n", "q_depth = 16384\n", NULL, "install -m 640|" HUP },
	{ "rules are there", { .bpf_tried = true, .bpf_error = "x", .rules = { .netlog = true } }, "active = yes\n", "q_depth = 16384\n", "/etc/audit/rules.d/30-netlog.rules", "" },
	{ "the module is installed", { .bpf_tried = true, .bpf_error = "x" }, "active = yes\n", "q_depth = 16384\n", KO, "modprobe audit_netlog|" HUP },
	{ "the module is installed, and the kernel refuses it", { .bpf_tried = true, .bpf_error = "x" }, "active = yes\n", "q_depth = 16384\n", KO, "auditctl -R|install -m 640|" HUP, .lockdown = true },
	{ "a short queue", { .bpf_tried = true }, "active = yes\n", "q_depth = 400\n", NULL, "sed -i 's/^ *q_depth|" HUP },
	{ "a queue by default", { .bpf_tried = true }, "active = yes\n", "x = 1\n", NULL, "echo 'q_depth = 16384'|" HUP },
	{ "a queue that is no number is left alone", { .bpf_tried = true }, "active = yes\n", "q_depth = 1;reboot\n", NULL, "" },
	{ "BPF, and no file: aunetlog needs one", { .bpf_tried = true }, "active = yes\n", "q_depth = 16384\n", "/dev/log", "[log]|" HUP, "[log]\nfile =\n" },
	{ "no syslogd, and no file", { .bpf_tried = true, .bpf_error = "x", .rules = { .netlog = true } }, "active = yes\n", "q_depth = 16384\n", "/etc/audit/rules.d/30-netlog.rules", "[log]|" HUP, "[log]\nfile =\n" },
	{ "BPF, and the own log", { .bpf_tried = true }, "active = yes\n", "q_depth = 16384\n", NULL, "", "" },
	{ "BPF, and a file", { .bpf_tried = true }, "active = yes\n", "q_depth = 16384\n", NULL, "", "[log]\nfile =\n[output]\nfile = /x\n" },
	{ "a collector", { .bpf_tried = true }, "active = yes\n", "q_depth = 16384\n", "/etc/rsyslog.d/x.conf", "match = exe=/usr/sbin/rsyslogd remote=192.0.2.10:6514|" HUP, "[output]\nfile = /x\n",
	  "action(type=\"omfwd\" target=\"192.0.2.10\"\n port=\"6514\" protocol=\"tcp\")\n" },
	{ "a collector that is left out", { .bpf_tried = true }, "active = yes\n", "q_depth = 16384\n", "/etc/rsyslog.conf", "", "[output]\nfile = /x\n[ignore]\nmatch = exe=/usr/sbin/rsyslogd remote=192.0.2.10\n",
	  "*.* @@192.0.2.10:514\n" },
	{ "a collector with a name", { .bpf_tried = true }, "active = yes\n", "q_depth = 16384\n", "/etc/rsyslog.conf", "remote=:514|" HUP, "[output]\nfile = /x\n",
	  "*.* @@loghost\n" },
	{ "no auditd", { .bpf_tried = true }, NULL, NULL, NULL, "" },
};

static void test_plan(void **state)
{
	const struct row *row = *state;
	struct setup_step steps[SETUP_STEPS_MAX];
	struct doctor d = row->host;
	const char *want = row->steps;
	char full[256], error[256];
	unsigned int count;
	struct config c;

	begin();
	d.root = root;
	d.release = "6.1.0";
	if (row->active)
		put(CONF, row->active);
	if (row->auditd)
		put("/etc/audit/auditd.conf", row->auditd);
	if (row->extra)
		put(row->extra, row->extra_text ? row->extra_text : "-k netlog\n");
	if (row->lockdown)
		put("/sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
	if (row->config) {
		put("/netlog.conf", row->config);
		snprintf(full, sizeof(full), "%s/netlog.conf", root);
		config_init(&c);
		assert_int_equal(config_file_read(&c, full, error, sizeof(error)), 0);
		d.config = &c;
	}
	count = setup_plan(&d, steps);
	end();
	if (row->config)
		config_fini(&c);
	for (unsigned int i = 0; i < count; i++) {
		char part[128];

		snprintf(part, sizeof(part), "%.*s", (int)strcspn(want, "|"), want);
		if (!*part || !strstr(steps[i].command, part))
			fail_msg("step %u is \"%s\", not \"%s\"", i + 1, steps[i].command, part);
		if (!*steps[i].undo && strcmp(steps[i].command, HUP))
			fail_msg("step %u, \"%s\", cannot be undone", i + 1, steps[i].command);
		want += strcspn(want, "|");
		want += *want == '|';
	}
	assert_string_equal(want, "");
}

/* ---- running ---- */

static char ran[2048];
static const char *failing; /* a part of the command that fails */

static int note(const char *command)
{
	snprintf(ran + strlen(ran), sizeof(ran) - strlen(ran), "%s\n", command);
	return failing && strstr(command, failing) ? 256 : 0;
}

struct run {
	struct setup s;
	struct doctor d;
	char state[128];
};

static void begin_run(struct run *r)
{
	begin();
	snprintf(r->state, sizeof(r->state), "%s/var/setup.undo", root);
	r->d = (struct doctor){ .root = root, .release = "6.1.0", .bpf_tried = true };
	r->s = (struct setup){ .state = r->state, .run = note, .to = tmpfile() };
	put(CONF, "active = no\n");
	put("/etc/audit/auditd.conf", "q_depth = 400\n");
	ran[0] = 0;
	failing = NULL;
}

static void end_run(struct run *r)
{
	fclose(r->s.to);
	end();
}

static void test_show_does_nothing(void **state)
{
	struct run r;

	(void)state;
	begin_run(&r);
	assert_int_equal(setup_apply(&r.s, &r.d, SETUP_SHOW), 0);
	assert_string_equal(ran, "");
	assert_int_equal(access(r.state, F_OK), -1);
	end_run(&r);
}

static void test_there_and_back(void **state)
{
	struct stat st;
	struct run r;

	(void)state;
	begin_run(&r);
	assert_int_equal(setup_apply(&r.s, &r.d, SETUP_DO), 0);
	assert_string_equal(ran,
			    "sed -i 's/^active *=.*/active = yes/' /etc/audit/plugins.d/netlog.conf\n"
			    "sed -i 's/^ *q_depth *=.*/q_depth = 16384/' /etc/audit/auditd.conf\n"
			    "auditctl --signal HUP\n");
	assert_int_equal(stat(r.state, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	ran[0] = 0;
	assert_int_equal(setup_apply(&r.s, &r.d, SETUP_UNDO), 0);
	assert_string_equal(ran,
			    "sed -i 's/^q_depth = 16384$/q_depth = 400/' /etc/audit/auditd.conf\n"
			    "sed -i 's/^active *=.*/active = no/' /etc/audit/plugins.d/netlog.conf\n"
			    "auditctl --signal HUP\n");
	ran[0] = 0;
	assert_int_equal(setup_apply(&r.s, &r.d, SETUP_UNDO), 0);
	assert_string_equal(ran, "");
	end_run(&r);
}

static void test_failure(void **state)
{
	struct run r;

	(void)state;
	begin_run(&r);
	failing = "q_depth";
	assert_int_equal(setup_apply(&r.s, &r.d, SETUP_DO), 1);
	assert_null(strstr(ran, "auditctl")); /* it stops there */
	ran[0] = 0;
	failing = "active";
	assert_int_equal(setup_apply(&r.s, &r.d, SETUP_UNDO), 1);
	assert_non_null(strstr(ran, "auditctl"));   /* it goes on */
	assert_int_equal(access(r.state, F_OK), 0); /* and can be tried again */
	end_run(&r);
}

/* The commands of the file are run as root. */
static void test_state_of_others(void **state)
{
	struct run r;

	(void)state;
	begin_run(&r);
	put("/var/setup.undo", "reboot\n");
	chmod(r.state, 0666);
	assert_int_equal(setup_apply(&r.s, &r.d, SETUP_UNDO), 1);
	assert_string_equal(ran, "");
	end_run(&r);
}

/* ---- collectors ---- */

static void collectors(const char *path, const char *text, const char *want)
{
	struct collector list[COLLECTORS_MAX];
	char got[512] = "";
	unsigned int n;

	begin();
	put(path, text);
	n = collectors_find(root, list);
	end();
	for (unsigned int i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s:%u", i ? " " : "",
			 list[i].address, list[i].port);
	assert_string_equal(got, want);
}

static void test_collectors(void **state)
{
	static const char conf[] = "/etc/rsyslog.conf";

	(void)state;
	collectors(conf, "", "");
	collectors(conf, "*.* @192.0.2.1\n", "192.0.2.1:514");
	collectors(conf, "*.* @@192.0.2.1:601;RSYSLOG_SyslogProtocol23Format\n", "192.0.2.1:601");
	collectors(conf, "*.* @@(o,z9)[2001:DB8::1]:6514\n", "[2001:db8::1]:6514");
	collectors(conf, "*.* @@192.0.2.1:99999\n*.*\t@@192.0.2.2:x\n*.* @@\n*.* @@[\n*.* @@(", "");
	collectors(conf, "# *.* @@192.0.2.1\n", "");
	collectors(conf, "# mail admin@192.0.2.1\nmail.* /var/a@192.0.2.1\n", "");
	collectors(conf, "*.* @192.0.2.1\n*.* @192.0.2.1:514\n", "192.0.2.1:514");
	collectors("/etc/rsyslog.d/50-x.conf",
		   "if $programname == 'x' then {\n"
		   "action(type=\"omfile\" file=\"/x\")\n"
		   "#action(type=\"omfwd\" target=\"192.0.2.8\")\n"
		   "action(type=\"omfwd\"\n  Target=\"192.0.2.9\" Port = \"10514\")\n}\n"
		   "action(type=\"omfwd\" queue.port=\"7\" target=\"a.example\")",
		   "192.0.2.9:10514 :514");
	collectors("/etc/rsyslog.d/50-x.conf.bak", "*.* @192.0.2.1\n", "");
	/* the plugin of audit-remote has to be on */
	collectors("/etc/audit/audisp-remote.conf", "remote_server = 192.0.2.1\n", "");
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_collectors),
		cmocka_unit_test(test_show_does_nothing),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_state_of_others),
	};

	return table_run("setup, plan", test_plan, ROWS(rows)) +
	       cmocka_run_group_tests_name("setup", others, NULL, NULL);
}
