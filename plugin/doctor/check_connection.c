// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plugin/doctor/check_connection: makes a connection and searches its line at the end of
 * the pipe: kernel, auditd, plugin, and syslog or a file.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "plugin/clock.h"
#include "plugin/doctor/check.h"
#include "plugin/doctor/files.h"
#include "plugin/ignore/decide.h"

#define PLACES 16
#define POLL_MS 100
#define JOURNAL_MS 1000 /* between calls of journalctl */

/* A file or socket from which lines can be read. */
struct place {
	const char *path; /* below root */
	FILE *file;	  /* at what is new */
};

struct search {
	struct place places[PLACES];
	unsigned int count;
	bool journal;
	unsigned int port, pid;
	bool other_pid; /* a line has the port, but not the pid */
	char line[512]; /* the one found */
	const char *where;
};

/* ---- the connection ---- */

struct pair {
	int listener, opened, accepted;
};

static void close_pair(struct pair *p)
{
	if (p->accepted >= 0)
		close(p->accepted);
	if (p->opened >= 0)
		close(p->opened);
	if (p->listener >= 0)
		close(p->listener);
}

/* Returns the listener's port, or 0 with errno set. */
static unsigned int open_pair(struct pair *p)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(a);

	p->opened = p->accepted = -1;
	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->listener < 0 || bind(p->listener, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(p->listener, 1) || getsockname(p->listener, (struct sockaddr *)&a, &len))
		return 0;
	p->opened = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->opened < 0 || connect(p->opened, (struct sockaddr *)&a, sizeof(a)))
		return 0;
	p->accepted = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
	return p->accepted < 0 ? 0 : ntohs(a.sin_port);
}

/* ---- the line ---- */

/* Returns true if the number occurs in the line, and not as a part of a longer one. */
static bool has_number(const char *line, unsigned int number)
{
	char text[16];
	size_t len = snprintf(text, sizeof(text), "%u", number);

	for (const char *at = line; (at = strstr(at, text)); at += len)
		if ((at == line || !isalnum((unsigned char)at[-1])) &&
		    !isalnum((unsigned char)at[len]))
			return true;
	return false;
}

static bool is_line(struct search *s, const char *line, const char *where)
{
	if (!has_number(line, s->port))
		return false;
	if (!has_number(line, s->pid)) {
		s->other_pid = true;
		return false;
	}
	snprintf(s->line, sizeof(s->line), "%.*s", (int)strcspn(line, "\n"), line);
	s->where = where;
	return true;
}

static bool read_lines(struct search *s, FILE *file, const char *where)
{
	char *line = NULL;
	size_t room = 0;
	bool good = false;

	clearerr(file);
	while (!good && getline(&line, &room, file) > 0)
		good = is_line(s, line, where);
	free(line);
	return good;
}

static bool read_journal(struct search *s, long long since)
{
	char command[128];
	FILE *f;
	bool good;

	snprintf(command, sizeof(command),
		 "journalctl -q -o cat -t audisp-netlog --since=@%lld 2>/dev/null", since);
	f = popen(command, "re");
	if (!f)
		return false;
	good = read_lines(s, f, "the journal");
	pclose(f);
	return good;
}

/* ---- places to search ---- */

static void add_place(struct search *s, const char *root, const char *path)
{
	char full[4096];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	f = s->count < PLACES ? fopen(full, "re") : NULL;
	if (!f)
		return;
	fseek(f, 0, SEEK_END);
	s->places[s->count++] = (struct place){ path, f };
}

static void find_places(struct search *s, const struct doctor *d)
{
	static const char *const logs[] = {
		"/var/log/auth.log",
		"/var/log/secure",
		"/var/log/syslog",
		"/var/log/messages",
	};
	struct config_output list[CONFIG_ALL_OUTPUTS];
	unsigned int n = config_outputs(d->config, list);

	for (unsigned int i = 0; i < n; i++) {
		if (list[i].transport == CONFIG_FILE || list[i].transport == CONFIG_LOG)
			add_place(s, d->root, list[i].path);
		if (list[i].transport != CONFIG_SYSLOG)
			continue;
		s->journal = file_exists(d->root, "/run/systemd/journal/socket") &&
			     !*d->root;
		for (size_t j = 0; j < sizeof(logs) / sizeof(*logs); j++)
			add_place(s, d->root, logs[j]);
	}
}

static bool wait_for_line(struct search *s, const struct doctor *d)
{
	int64_t now = clock_now_ms(), end = now + d->patience_ms, next = now + JOURNAL_MS;

	for (;;) {
		for (unsigned int i = 0; i < s->count; i++)
			if (read_lines(s, s->places[i].file, s->places[i].path))
				return true;
		now = clock_now_ms();
		if (s->journal && now >= next) {
			if (read_journal(s, d->now))
				return true;
			next = clock_now_ms() + JOURNAL_MS;
		}
		if (now >= end)
			return false;
		poll(NULL, 0, POLL_MS);
	}
}

static void judge(const struct search *s, bool good, struct doctor_finding *f)
{
	if (good) {
		found(f, DOCTOR_OK, "a test connection of pid %u was logged in %s: %.400s", s->pid,
		      s->where, s->line);
	} else if (s->other_pid) {
		found(f, DOCTOR_BROKEN, "a test connection was logged without its process (pid %u)",
		      s->pid);
		because(f, "lines name the wrong process, or none");
		mend(f, "report this with the lines that contain :%u", s->port);
	} else {
		found(f, DOCTOR_BROKEN, "a test connection of pid %u to 127.0.0.1:%u was not logged",
		      s->pid, s->port);
		because(f, "connections are lost between the kernel and the output");
		mend(f, "fix the other findings first; then trace it: ausearch -p %u, "
			"auditctl -s, journalctl -t audisp-netlog",
		     s->pid);
	}
}

static bool is_ignored(const struct doctor *d)
{
	struct identity self = {
		.pid = getpid(),
		.ppid = getppid(),
		.uid = getuid(),
		.auid = ID_UNKNOWN,
		.ses = ID_UNKNOWN,
		.sid = getsid(0),
		.comm = "\"audisp-netlog\"",
		.exe = "\"/usr/sbin/audisp-netlog\"",
	};
	struct entry e = {
		.what = CONNECT_START,
		.proto = IPPROTO_TCP,
		.identity = &self,
		.opener = ID_UNKNOWN,
		.netns = -1,
		.dur_ms = -1,
		.tx = -1,
		.rx = -1,
	};
	struct ignore_list *list = NULL;
	struct ignore_error error;
	bool ignored;

	netaddr_parse_ip("127.0.0.1", &e.remote);
	e.local = e.remote;
	if (d->config->ignore_file)
		list = ignore_list_open(d->config->ignore_file, &error);
	ignored = ignore_entry(list, d->config, &e);
	ignore_list_free(list);
	return ignored;
}

void check_connection(const struct doctor *d, struct doctor_finding *f)
{
	struct search s = { .pid = getpid() };
	struct pair p;
	bool good;

	if (!d->config || is_ignored(d)) {
		found(f, d->config ? DOCTOR_NOTE : DOCTOR_UNKNOWN,
		      "no test connection was made: %s",
		      d->config ? "[ignore] hides it" : "the configuration is not valid");
		return;
	}
	find_places(&s, d);
	if (!s.count && !s.journal) {
		found(f, DOCTOR_UNKNOWN, "no output of the plugin can be read from here");
		because(f, "the check cannot see whether lines are written");
		mend(f, "run it as root, or add an output: file = /var/log/netlog.log");
		return;
	}
	s.port = open_pair(&p);
	if (s.port) {
		if (d->connected)
			d->connected(s.port, d->arg);
		good = wait_for_line(&s, d);
		judge(&s, good, f);
	} else {
		found(f, DOCTOR_UNKNOWN, "no test connection on loopback: %s", strerror(errno));
	}
	close_pair(&p);
	for (unsigned int i = 0; i < s.count; i++)
		fclose(s.places[i].file);
}
