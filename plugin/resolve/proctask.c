// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/proctask: who a running process is, by /proc, in audit's words. */
#include "plugin/resolve/proctask.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TITLE_MAX 128		/* MAX_PROCTITLE_AUDIT_LEN */

static ssize_t read_file(int64_t pid, const char *name, char *buf, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, buf, size - 1);
	close(fd);
	buf[n > 0 ? n : 0] = 0;
	return n;
}

/* As audit_log_n_untrustedstring(): quoted, or hex when there is a quote, a blank or
 * anything that is not plain ASCII. NULL for nothing. */
static const char *encode(char *to, size_t size, const char *text, ssize_t len)
{
	bool plain = true;
	char *at = to;

	if (len <= 0 || (size_t)len * 2 + 3 > size)
		return NULL;
	for (ssize_t i = 0; i < len; i++)
		plain &= text[i] != '"' && text[i] >= 0x21 && text[i] <= 0x7e;
	if (plain) {
		snprintf(to, size, "\"%.*s\"", (int)len, text);
		return to;
	}
	for (ssize_t i = 0; i < len; i++)
		at += sprintf(at, "%02X", (unsigned char)text[i]);
	return to;
}

/* "2304 (odd ) name) S 2211 2304 2211 ...": state, parent, group, session. */
static bool read_stat(struct proctask *t, int64_t pid)
{
	char buf[512], *open, *close;
	int64_t ppid, sid;

	if (read_file(pid, "stat", buf, sizeof(buf)) <= 0)
		return false;
	open = strchr(buf, '(');
	close = strrchr(buf, ')');
	if (!open || !close || sscanf(close, ") %*c %" SCNd64 " %*d %" SCNd64, &ppid,
				      &sid) != 2)
		return false;
	t->task.ppid = ppid;
	t->task.sid = sid;
	t->task.comm = encode(t->comm, sizeof(t->comm), open + 1, close - open - 1);
	return true;
}

static int64_t read_number(int64_t pid, const char *name)
{
	char buf[32];

	return read_file(pid, name, buf, sizeof(buf)) > 0 ? strtoll(buf, NULL, 10) :
							    ID_UNKNOWN;
}

static int64_t read_uid(int64_t pid)
{
	char buf[2048], *at;

	if (read_file(pid, "status", buf, sizeof(buf)) <= 0)
		return ID_UNKNOWN;
	at = strstr(buf, "\nUid:\t");
	return at ? strtoll(at + strlen("\nUid:\t"), NULL, 10) : ID_UNKNOWN;
}

static void read_exe(struct proctask *t, int64_t pid)
{
	char path[64], exe[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/exe", pid);
	n = readlink(path, exe, sizeof(exe));
	t->task.exe = encode(t->exe, sizeof(t->exe), exe, n);
}

/* audit_proctitle_rtrim() takes off what cannot be printed at the end. */
static void read_title(struct proctask *t, int64_t pid)
{
	char buf[TITLE_MAX + 1];
	ssize_t n = read_file(pid, "cmdline", buf, sizeof(buf));

	while (n > 0 && !isprint((unsigned char)buf[n - 1]))
		n--;
	t->task.proctitle = encode(t->title, sizeof(t->title), buf, n);
}

static void read_subj(struct proctask *t, int64_t pid)
{
	ssize_t n = read_file(pid, "attr/current", t->subj, sizeof(t->subj));

	while (n > 0 && (!t->subj[n - 1] || t->subj[n - 1] == '\n'))
		t->subj[--n] = 0;
	t->task.subj = n > 0 ? t->subj : NULL;
}

bool proctask_read(struct proctask *t, int64_t pid)
{
	t->task = (struct task){ .pid = pid, .sid = ID_UNKNOWN };
	if (!read_stat(t, pid))
		return false;
	t->task.uid = read_uid(pid);
	t->task.auid = read_number(pid, "loginuid");
	t->task.ses = read_number(pid, "sessionid");
	read_exe(t, pid);
	read_title(t, pid);
	read_subj(t, pid);
	return true;
}
