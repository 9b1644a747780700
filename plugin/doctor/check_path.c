// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/doctor/check_path: checks everything between the plugin and the readers of its lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plugin/doctor/check.h"
#include "plugin/doctor/files.h"

#define JOURNALD_UNIT "/run/systemd/journal" /* its directory */
#define YEAR_2020 1577836800LL

static bool uses_syslog(const struct doctor *d)
{
	return d->config && config_uses_syslog(d->config);
}

static bool is_journald(const struct doctor *d, unsigned int pid)
{
	char path[64], comm[32];

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	return file_read(d->root, path, comm, sizeof(comm)) > 0 &&
	       !strncmp(comm, "systemd-journal", 15);
}

/* "sk Eth Pid Groups …": protocol 9 is audit, group 1 its copies of all records. */
static bool journald_reads_audit(const struct doctor *d)
{
	static char text[65536];
	unsigned int protocol, pid, groups;
	char *save, *line;

	if (file_read(d->root, "/proc/net/netlink", text, sizeof(text)) <= 0)
		return false;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, "%*s %u %u %x", &protocol, &pid, &groups) == 3 &&
		    protocol == 9 && groups & 1 && is_journald(d, pid))
			return true;
	return false;
}

void check_journald(const struct doctor *d, struct doctor_finding *f)
{
	if (!journald_reads_audit(d)) {
		found(f, DOCTOR_OK, "journald does not read audit records");
		return;
	}
	found(f, DOCTOR_NOTE, "journald reads every audit record, too");
	because(f, "this doubles the cost of each record, and the journal keeps a second copy");
	mend(f, "systemctl mask --now systemd-journald-audit.socket; "
		"systemctl restart systemd-journald");
}

/* journald's setting, or auditd's own of that name with the prefix Log. */
static void journald_value(const struct doctor *d, const char *key, char *buf, size_t size)
{
	static const char *const dirs[] = {
		"/usr/lib/systemd/journald.conf.d",
		"/etc/systemd/journald.conf.d",
		"/run/systemd/journald.conf.d",
	};
	static const char *const units[] = {
		"/usr/lib/systemd/system/auditd.service.d",
		"/etc/systemd/system/auditd.service.d",
		"/run/systemd/system/auditd.service.d",
	};
	char own[64];

	snprintf(own, sizeof(own), "Log%s", key);
	file_value(d->root, "/etc/systemd/journald.conf", key, buf, size);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		directory_value(d->root, dirs[i], key, buf, size);
	file_value(d->root, "/usr/lib/systemd/system/auditd.service", own, buf, size);
	file_value(d->root, "/etc/systemd/system/auditd.service", own, buf, size);
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		directory_value(d->root, units[i], own, buf, size);
}

/* Adds up the numbers of a line in what a query of the journal prints. Returns 0 for a host that is
 * not the running one. */
static unsigned long sum_of(const struct doctor *d, const char *query,
			    unsigned long (*number)(const char *line))
{
	char command[256], line[256];
	unsigned long sum = 0;
	FILE *f;

	snprintf(command, sizeof(command), "journalctl -q -b -o cat %s 2>/dev/null", query);
	f = *d->root ? NULL : popen(command, "re");
	while (f && fgets(line, sizeof(line), f))
		sum += number(line);
	if (f)
		pclose(f);
	return sum;
}

/* journald's "Suppressed N messages from auditd.service"; the number is that of MESSAGE_ID in
 * sd-messages.h. A program that copies the message has another transport. */
#define SUPPRESSED "_TRANSPORT=driver MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e"
static unsigned long suppressed(const char *line)
{
	unsigned long n;
	char unit[64];

	return sscanf(line, "Suppressed %lu messages from %63s", &n, unit) == 2 &&
	       !strncmp(unit, "auditd", 6) ? n : 0;
}

/* journald's, about its copies for rsyslogd's imuxsock: "Forwarding to syslog missed 7 messages." */
#define NOT_FORWARDED "_TRANSPORT=driver MESSAGE_ID=0027229ca0644181a76c4e92458afa2e"
static unsigned long not_forwarded(const char *line)
{
	unsigned long n;

	return sscanf(line, "Forwarding to syslog missed %lu messages", &n) == 1 ? n : 0;
}

/* rsyslogd's messages are in the journal: "imjournal: 15 messages lost due to rate-limiting (…)". */
#define OF_RSYSLOG "_SYSTEMD_UNIT=rsyslog.service SYSLOG_IDENTIFIER=rsyslogd"
static unsigned long not_read(const char *line)
{
	unsigned long n;
	char after;

	return sscanf(line, "imjournal: %lu messages lost due to rate-limiting%c", &n, &after) == 2 ? n : 0;
}

void check_journal_rate(const struct doctor *d, struct doctor_finding *f)
{
	char interval[32] = "30s", burst[32] = "10000", dropped[64] = "";
	unsigned long count;

	if (!uses_syslog(d) || !file_exists(d->root, JOURNALD_UNIT)) {
		found(f, DOCTOR_OK, "no line passes journald");
		return;
	}
	journald_value(d, "RateLimitIntervalSec", interval, sizeof(interval));
	journald_value(d, "RateLimitBurst", burst, sizeof(burst));
	if (!atoi(interval) || !atoi(burst)) {
		found(f, DOCTOR_OK, "journald does not limit the rate of auditd's plugins");
		return;
	}
	count = sum_of(d, SUPPRESSED, suppressed);
	if (count)
		snprintf(dropped, sizeof(dropped), ", and has dropped %lu since the boot", count);
	found(f, DOCTOR_WARNING, "journald accepts %s lines in %s from auditd and all its plugins%s",
	      burst, interval, dropped);
	because(f, "lines above this rate are dropped, and %s", d->reads_journal ?
		   "netlog lost suppressed= reports it up to an interval later" :
		   "only journald's own message (Suppressed N messages) shows it");
	mend(f, "systemctl edit auditd: [Service] LogRateLimitIntervalSec=0, then restart "
		"auditd; or use an output of the plugin's own");
}

static bool rsyslog_has(const struct doctor *d, const char *text)
{
	return file_has(d->root, "/etc/rsyslog.conf", text) ||
	       directory_has(d->root, "/etc/rsyslog.d", ".conf", text);
}

void check_imjournal(const struct doctor *d, struct doctor_finding *f)
{
	char dropped[64] = "";
	unsigned long count;

	if (!uses_syslog(d) || !(rsyslog_has(d, "imjournal"))) {
		found(f, DOCTOR_OK, "no line passes rsyslog's imjournal");
		return;
	}
	if (rsyslog_has(d, "atelimit.Interval=\"0\"") ||
	    rsyslog_has(d, "JournalRatelimitInterval 0")) {
		found(f, DOCTOR_OK, "imjournal does not limit the rate");
		return;
	}
	count = sum_of(d, OF_RSYSLOG, not_read);
	if (count)
		snprintf(dropped, sizeof(dropped), ", and has dropped %lu since the boot", count);
	found(f, DOCTOR_WARNING, "rsyslog's imjournal accepts 20000 lines in 600 s by default%s", dropped);
	because(f, "that is 33 a second for the whole host; more is dropped");
	mend(f, "module(load=\"imjournal\" Ratelimit.Interval=\"0\") in /etc/rsyslog.conf, "
		"then: systemctl restart rsyslog");
}

/* Reads the number of NAME="5", or of the older "$SystemLogRateLimitInterval 5". Returns false
 * if no file has it. */
static bool rsyslog_number(const struct doctor *d, const char *name, unsigned long *number)
{
	char text[128], *at;

	if (!file_text_after(d->root, "/etc/rsyslog.conf", name, text, sizeof(text)) &&
	    !directory_text_after(d->root, "/etc/rsyslog.d", ".conf", name, text, sizeof(text)))
		return false;
	at = text + strspn(text, " \t=\"");
	*number = strtoul(at, NULL, 10);
	return true;
}

/* Its limit is off by default since rsyslog 7. */
void check_imuxsock(const struct doctor *d, struct doctor_finding *f)
{
	unsigned long interval = 0, burst = 200, missed;

	if (!uses_syslog(d) || !rsyslog_has(d, "imuxsock")) {
		found(f, DOCTOR_OK, "no line passes rsyslog's imuxsock");
		return;
	}
	if (!rsyslog_number(d, "SysSock.RateLimit.Interval", &interval))
		rsyslog_number(d, "$SystemLogRateLimitInterval", &interval);
	if (!rsyslog_number(d, "SysSock.RateLimit.Burst", &burst))
		rsyslog_number(d, "$SystemLogRateLimitBurst", &burst);
	missed = sum_of(d, NOT_FORWARDED, not_forwarded);
	if (!interval && missed) {
		found(f, DOCTOR_WARNING, "journald could not forward %lu lines of this host to rsyslog since the boot",
		      missed);
		because(f, "rsyslog's imuxsock was slower than journald, and the plugin does not notice");
		mend(f, "read the journal by imjournal instead, or use an output of the plugin's own");
		return;
	}
	if (!interval) {
		found(f, DOCTOR_OK, "rsyslog's imuxsock does not limit the rate");
		return;
	}
	found(f, DOCTOR_WARNING, "rsyslog's imuxsock accepts %lu lines in %lu s from a process", burst,
	      interval);
	because(f, "messages beyond the limit are dropped, and %s", d->reads_journal ?
		   "netlog lost suppressed= reports them if rsyslogd logs to the journal" :
		   "the plugin does not notice");
	mend(f, "module(load=\"imuxsock\" SysSock.RateLimit.Interval=\"0\") in /etc/rsyslog.conf, "
		"then: systemctl restart rsyslog");
}

void check_clock(const struct doctor *d, struct doctor_finding *f)
{
	if (d->now < YEAR_2020) {
		found(f, DOCTOR_WARNING, "the clock is before 2020");
		because(f, "lines cannot be compared with those of other hosts");
		mend(f, "timedatectl set-ntp true");
	} else if (!d->clock_synchronized) {
		found(f, DOCTOR_NOTE, "the kernel's clock is not synchronized");
		because(f, "lines of several hosts are compared by their times");
		mend(f, "timedatectl set-ntp true");
	} else {
		found(f, DOCTOR_OK, "the clock is synchronized");
	}
}
