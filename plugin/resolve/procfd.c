// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/procfd: the sockets of processes, by /proc. */
#include "plugin/resolve/procfd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS_MAX 64
#define SOCKET_LINK "socket:["

/* "socket:[20411]" */
static int read_link(const char *path, uint64_t *ino)
{
	char link[64], *end;
	ssize_t n = readlink(path, link, sizeof(link) - 1);

	if (n < 0)
		return errno == ENOENT || errno == ESRCH ? 0 : -errno;
	link[n] = 0;
	if (strncmp(link, SOCKET_LINK, strlen(SOCKET_LINK)))
		return 0;
	*ino = strtoull(link + strlen(SOCKET_LINK), &end, 10);
	return *end == ']' && *ino;
}

int procfd_socket(int64_t pid, int fd, uint64_t *ino)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/fd/%d", pid, fd);
	return read_link(path, ino);
}

int64_t procfd_netns(int64_t pid)
{
	char path[64] = "/proc/self/ns/net";
	struct stat st;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%" PRId64 "/ns/net", pid);
	return stat(path, &st) ? 0 : (int64_t)st.st_ino;
}

/* All threads of a process are where its first one is; of many it is not known. */
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

bool procfd_one_netns(int64_t pid, int64_t netns)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/task", pid);
	if (stat(path, &st))
		return true;	/* it has ended meanwhile: what its first one said stands */
	return st.st_nlink == 3 /* . .. and the first */ || threads_agree(path, netns);
}

bool procfd_all_netns(bool (*fn)(int64_t pid, int64_t netns, void *arg), void *arg)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	bool all = dir;

	while (dir && (e = readdir(dir))) {
		int64_t pid = strtoll(e->d_name, NULL, 10), ns;

		if (pid <= 0)
			continue;
		ns = procfd_netns(pid);
		if (!ns)	/* it has just ended; or we may not look */
			all &= errno == ENOENT || errno == ESRCH;
		else if (!fn(pid, ns, arg)) {
			all = false;
			break;
		}
	}
	if (dir)
		closedir(dir);
	return all;
}

static void scan_process(const char *name, void (*fn)(int64_t, int, uint64_t, void *),
			 void *arg)
{
	char path[320];
	struct dirent *e;
	uint64_t ino;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", name);
	dir = opendir(path);
	if (!dir)
		return;
	while ((e = readdir(dir))) {
		if (*e->d_name < '0' || *e->d_name > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/fd/%s", name, e->d_name);
		if (read_link(path, &ino) == 1)
			fn(strtoll(name, NULL, 10), atoi(e->d_name), ino, arg);
	}
	closedir(dir);
}

void procfd_scan(void (*fn)(int64_t pid, int fd, uint64_t ino, void *arg), void *arg)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (*e->d_name >= '1' && *e->d_name <= '9')
			scan_process(e->d_name, fn, arg);
	if (dir)
		closedir(dir);
}

bool procfd_cloexec(int64_t pid, int fd)
{
	char path[64], line[64];
	unsigned int flags = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/fdinfo/%d", pid, fd);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "flags: %o", &flags) == 1)
			break;
	fclose(f);
	return flags & O_CLOEXEC;
}
