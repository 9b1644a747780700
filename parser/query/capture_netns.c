// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/capture_netns: the network namespace of a capture. */
#include "parser/query/capture_netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t inode_now(void)
{
	struct stat st;

	return stat("/proc/thread-self/ns/net", &st) ? -1 : (int64_t)st.st_ino;
}

static int open_namespace(const char *name, char *path, size_t size)
{
	int fd;

	snprintf(path, size, "/run/netns/%s", name);
	fd = strchr(name, '/') ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 || strspn(name, "0123456789") != strlen(name))
		return fd;
	snprintf(path, size, "/proc/%s/ns/net", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

bool capture_netns(const char *name, int64_t *inode)
{
	char path[512];
	int fd, err = 0;

	if (name) {
		fd = open_namespace(name, path, sizeof(path));
		if (fd < 0 || setns(fd, CLONE_NEWNET))
			err = errno;
		if (fd >= 0)
			close(fd);
		if (err) {
			fprintf(stderr, "aunetlog: --in-netns %s: %s: %s\n", name, path,
				strerror(err));
			return false;
		}
	}
	*inode = inode_now();
	return true;
}
