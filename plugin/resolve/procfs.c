// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/procfs: one process at a time, and walks over all. */
#include "plugin/resolve/procfs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/clock.h"
#include "plugin/resolve/slice.h"

#define THREADS_MAX 64
#define SOCKET_LINK "socket:["
#define TITLE_MAX 128 /* MAX_PROCTITLE_AUDIT_LEN */

/* A running process; the strings of task are in the arrays. */
struct procfs_task {
	struct task task;
	char comm[48], exe[8256], subj[512], title[320];
};

/* ---- descriptors ---- */

/* "socket:[20411]" */
static int read_link(int dir, const char *path, uint64_t *ino)
{
	char link[64], *end;
	ssize_t n = readlinkat(dir, path, link, sizeof(link) - 1);

	if (n < 0)
		return errno == ENOENT || errno == ESRCH ? 0 : -errno;
	link[n] = 0;
	if (strncmp(link, SOCKET_LINK, strlen(SOCKET_LINK)))
		return 0;
	*ino = strtoull(link + strlen(SOCKET_LINK), &end, 10);
	return *end == ']' && *ino;
}

int procfs_socket(int64_t pid, int fd, uint64_t *ino)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/fd/%d", pid, fd);
	return read_link(AT_FDCWD, path, ino);
}

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

bool procfs_cloexec(int64_t pid, int fd)
{
	char name[32], buf[256], *at;

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	if (read_file(pid, name, buf, sizeof(buf)) <= 0)
		return false;
	at = strstr(buf, "flags:");
	return at && strtoul(at + strlen("flags:"), NULL, 8) & O_CLOEXEC;
}

/* ---- network namespaces ---- */

int64_t procfs_netns(int64_t pid)
{
	char path[64] = "/proc/self/ns/net";
	struct stat st;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%" PRId64 "/ns/net", pid);
	return stat(path, &st) ? 0 : (int64_t)st.st_ino;
}

static bool threads_agree(const char *tasks, int64_t netns)
{
	DIR *dir = opendir(tasks);
	struct dirent *e;
	unsigned int n = 0;
	bool agree = dir;
	struct stat st;
	char path[384];

	while (agree && (e = readdir(dir))) {
		if (*e->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/ns/net", tasks, e->d_name);
		agree = ++n <= THREADS_MAX &&
			!stat(path, &st) && (int64_t)st.st_ino == netns;
	}
	if (dir)
		closedir(dir);
	return agree;
}

bool procfs_single_netns(int64_t pid, int64_t netns)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/task", pid);
	if (stat(path, &st))
		return true; /* exited since: the answer of its first thread is kept */
	return st.st_nlink == 3 /* . .. and the first */ || threads_agree(path, netns);
}

/* ---- tasks ---- */

/* As audit_log_n_untrustedstring(): quoted, or hex if there is a quote, a blank or a byte
 * outside printable ASCII. NULL for an empty string. */
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
static bool read_stat(struct procfs_task *t, int64_t pid)
{
	char buf[512], *open, *close;
	int64_t ppid, sid;

	if (read_file(pid, "stat", buf, sizeof(buf)) <= 0)
		return false;
	open = strchr(buf, '(');
	close = strrchr(buf, ')');
	if (!open || !close || sscanf(close, ") %*c %" SCNd64 " %*d %" SCNd64, &ppid, &sid) != 2)
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

static void read_exe(struct procfs_task *t, int64_t pid)
{
	char path[64], exe[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/exe", pid);
	n = readlink(path, exe, sizeof(exe));
	t->task.exe = encode(t->exe, sizeof(t->exe), exe, n);
}

/* audit_proctitle_rtrim() cuts unprintable bytes off the end. */
static void read_title(struct procfs_task *t, int64_t pid)
{
	char buf[TITLE_MAX + 1];
	ssize_t n = read_file(pid, "cmdline", buf, sizeof(buf));

	while (n > 0 && !isprint((unsigned char)buf[n - 1]))
		n--;
	t->task.proctitle = encode(t->title, sizeof(t->title), buf, n);
}

static void read_subj(struct procfs_task *t, int64_t pid)
{
	ssize_t n = read_file(pid, "attr/current", t->subj, sizeof(t->subj));

	while (n > 0 && (!t->subj[n - 1] || t->subj[n - 1] == '\n'))
		t->subj[--n] = 0;
	for (ssize_t i = 0; i < n; i++) /* as audit's own text: one line */
		if ((unsigned char)t->subj[i] < ' ')
			t->subj[i] = ' ';
	t->task.subj = n > 0 ? t->subj : NULL;
}

/* Returns false if the process has exited. */
static bool read_task(struct procfs_task *t, int64_t pid)
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

const struct task *procfs_recent_task(int64_t pid)
{
	static struct procfs_task last;
	static int64_t until_ns;
	int64_t now = clock_now_ns();

	if (last.task.pid == pid && now < until_ns)
		return &last.task;
	until_ns = now + 10000000;
	if (read_task(&last, pid))
		return &last.task;
	last.task.pid = 0;
	return NULL;
}

int64_t procfs_parent(int64_t pid)
{
	struct procfs_task t;

	return read_stat(&t, pid) ? t.task.ppid : ID_UNKNOWN;
}

/* ---- walks ---- */

void procfs_walk_begin(struct procfs_walk *w)
{
	*w = (struct procfs_walk){ .processes = opendir("/proc") };
	w->failed = !w->processes;
}

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
	*dir = NULL;
}

void procfs_walk_end(struct procfs_walk *w)
{
	close_dir(&w->descriptors);
	close_dir(&w->processes);
}

int64_t procfs_next_process(struct procfs_walk *w)
{
	struct dirent *e;

	while (w->processes && (e = readdir(w->processes)))
		if (*e->d_name >= '1' && *e->d_name <= '9')
			return strtoll(e->d_name, NULL, 10);
	return 0;
}

static bool open_process(struct procfs_walk *w)
{
	char path[64];

	w->pid = procfs_next_process(w);
	if (!w->pid)
		return false;
	snprintf(path, sizeof(path), "/proc/%" PRId64 "/fd", w->pid);
	w->descriptors = opendir(path); /* NULL: it has exited, or is hidden */
	w->in_process = 0;
	return true;
}

int procfs_next_socket(struct procfs_walk *w, int64_t *pid, int *fd, uint64_t *ino)
{
	struct dirent *e;

	if (w->in_all >= PROCFS_WALK_FDS_MAX) {
		w->cut = true;
		return -1;
	}
	if (!w->descriptors)
		return open_process(w) ? 0 : -1;
	e = readdir(w->descriptors);
	if (e && w->in_process >= PROCFS_PROCESS_FDS_MAX) {
		w->cut = true;
		e = NULL;
	}
	if (!e) {
		close_dir(&w->descriptors);
		return 0;
	}
	w->in_process++;
	w->in_all++;
	*pid = w->pid;
	*fd = atoi(e->d_name);
	return *e->d_name >= '0' && *e->d_name <= '9' &&
	       read_link(dirfd(w->descriptors), e->d_name, ino) == 1;
}
