// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/netns: network namespaces, entered and left. */
#include "plugin/resolve/netns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "plugin/log.h"

#define NAMES "/run/netns/" /* of ip-netns(8) */
#define OWN "/proc/self/ns/net"

bool netns_fresh(const struct netns_set *set)
{
	for (unsigned int i = 0; i < set->count; i++)
		if (set->at[i].fresh)
			return true;
	return false;
}

void netns_snapshot_begin(struct netns_set *set)
{
	for (unsigned int i = 0; i < set->count; i++)
		set->at[i].snapshot = set->at[i].fresh;
}

void netns_snapshot_end(struct netns_set *set)
{
	for (unsigned int i = 0; i < set->count; i++) {
		if (set->at[i].snapshot)
			set->at[i].fresh = false;
		set->at[i].snapshot = false;
	}
}

struct netns *netns_find(struct netns_set *set, int64_t ino)
{
	for (unsigned int i = 0; i < set->count; i++)
		if (ino && set->at[i].nl && set->at[i].ino == ino)
			return &set->at[i];
	return NULL;
}

unsigned int netns_watched(const struct netns_set *set)
{
	unsigned int n = 0;

	for (unsigned int i = 1; i < set->count; i++)
		n += set->at[i].ino != 0;
	return n;
}

bool netns_names_watched(struct netns_set *set)
{
	DIR *dir = opendir(NAMES);
	bool all = true;
	struct dirent *e;
	struct stat st;

	while (dir && all && (e = readdir(dir)))
		if (*e->d_name != '.' && !fstatat(dirfd(dir), e->d_name, &st, 0))
			all = netns_find(set, st.st_ino);
	if (dir)
		closedir(dir);
	return all;
}

/* ---- one ---- */

/* Opens the sockets in the current namespace. */
static int open_here(struct netns *n, int64_t ino, bool may_subscribe)
{
	int err;

	n->nl = sockdiag_open(ino);
	if (!n->nl)
		return -errno;
	n->ino = ino;
	n->fresh = true;
	err = may_subscribe ? sockdiag_subscribe(n->nl) : 0;
	if (err)
		log_warnx("sock_diag: no notifications of destroyed sockets: %s",
			  strerror(-err));
	return 0;
}

/* In another namespace every answer would be wrong. */
static void go_back(const struct netns_set *set)
{
	if (!setns(set->own, CLONE_NEWNET))
		return;
	log_to(NULL, NULL);
	log_warn("cannot return to the plugin's own network namespace");
	syslog(LOG_ERR, "cannot return to the plugin's own network namespace: %m; ended");
	exit(1);
}

static int open_file(struct netns_set *set, struct netns *n, int fd)
{
	struct stat st;
	int err;

	if (fstat(fd, &st))
		return -errno;
	if (netns_find(set, st.st_ino)) { /* our own, or one with two names */
		n->ino = st.st_ino;
		return 0;
	}
	if (setns(fd, CLONE_NEWNET))
		return -errno;
	err = open_here(n, st.st_ino, set->may_subscribe);
	go_back(set);
	return err;
}

static void close_one(struct netns *n)
{
	sockdiag_close(n->nl);
	n->nl = NULL;
	n->ino = 0;
	n->lost = false;
}

static void complain_of(struct netns_set *set, struct netns *n, int err)
{
	bool gone = n->of_process && (err == -ENOENT || err == -ESRCH);

	if (gone || n->complained || (n->of_process && set->complained))
		return;
	n->complained = true;
	set->complained |= n->of_process; /* the next one has the same reason, most likely */
	if (err == -ENOENT)
		log_warnx("[sockdiag] netns: %s: no such network namespace; it is watched "
			  "once there is one",
			  n->path);
	else if (err == -EINVAL)
		log_warnx("[sockdiag] netns: %s: not a network namespace; give a name of "
			  "ip netns, or the path of a file like /proc/PID/ns/net",
			  n->path);
	else
		log_warnx("[sockdiag] netns: %s: cannot be watched: %s", n->path,
			  strerror(-err));
}

static bool open_one(struct netns_set *set, struct netns *n)
{
	int fd = open(n->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int err = fd < 0 ? -errno : open_file(set, n, fd);

	if (fd >= 0)
		close(fd);
	if (err) {
		complain_of(set, n, err);
		return false;
	}
	n->complained = false;
	log_info("[sockdiag] netns: %s: watched", n->path);
	return true;
}

/* ---- all ---- */

static bool is_there(struct netns_set *set, const struct netns *n)
{
	struct stat st;

	return !stat(n->path, &st) && (int64_t)st.st_ino == n->ino &&
	       netns_find(set, n->ino);
}

static int set_path_of_process(struct netns *n, int64_t pid)
{
	char *path;

	if (asprintf(&path, "/proc/%" PRId64 "/ns/net", pid) < 0)
		return -ENOMEM;
	free(n->path);
	n->path = path;
	n->lost = false;
	return 0;
}

/* The process by which a namespace was known has exited: another in it will do. */
static bool find_lost(struct netns_set *set, const struct slice *slice)
{
	int64_t pid;

	while ((pid = procfs_next_process(&set->search))) {
		struct netns *n = netns_find(set, procfs_netns(pid));

		if (n && n->lost && n->of_process)
			set_path_of_process(n, pid);
		if (slice_over(slice))
			return false;
	}
	return true;
}

void netns_check_begin(struct netns_set *set)
{
	bool search = false;

	for (unsigned int i = 1; i < set->count; i++) {
		struct netns *n = &set->at[i];

		n->lost = n->ino && !is_there(set, n);
		search |= n->lost && n->of_process;
	}
	set->checking = true;
	procfs_walk_end(&set->search);
	if (search)
		procfs_walk_begin(&set->search);
}

static void forget(struct netns_set *set, unsigned int i)
{
	free(set->at[i].path);
	memmove(&set->at[i], &set->at[i + 1], (set->count - i - 1) * sizeof(*set->at));
	set->count--;
	set->full = false;
}

bool netns_watch_process(struct netns_set *set, int64_t pid, int64_t ino)
{
	struct netns *n = &set->at[set->count];

	if (!set->all || !ino || netns_find(set, ino))
		return false;
	if (set->count == NETNS_MAX) {
		if (!set->full)
			log_warnx("[sockdiag] netns: more than %d network namespaces: not "
				  "all are watched",
				  NETNS_MAX - 1);
		set->full = true;
		return false;
	}
	memset(n, 0, sizeof(*n));
	n->of_process = true;
	if (set_path_of_process(n, pid))
		return false;
	set->count++;
	if (open_one(set, n) && n->nl)
		return true;
	forget(set, set->count - 1);
	return false;
}

static bool close_lost(struct netns_set *set)
{
	bool changed = false;

	for (unsigned int i = 1; i < set->count; i++) {
		struct netns *n = &set->at[i];

		if (!n->lost)
			continue;
		log_info("[sockdiag] netns: %s: removed", n->path);
		close_one(n);
		changed = true;
		if (n->of_process)
			forget(set, i--);
	}
	return changed;
}

bool netns_check_continue(struct netns_set *set, const struct slice *slice, bool *changed)
{
	if (set->search.processes && !find_lost(set, slice))
		return false;
	procfs_walk_end(&set->search);
	set->checking = false;
	*changed = close_lost(set);
	for (unsigned int i = 1; i < set->count; i++)
		if (!set->at[i].ino)
			*changed |= open_one(set, &set->at[i]);
	return true;
}

static int add(struct netns_set *set, const char *name)
{
	struct netns *n = &set->at[set->count];

	if (!strcmp(name, CONFIG_NETNS_ALL)) {
		set->all = true;
		return 0;
	}
	if (asprintf(&n->path, "%s%s", *name == '/' ? "" : NAMES, name) < 0)
		return -ENOMEM;
	set->count++;
	return 0;
}

int netns_open(struct netns_set *set, char *const *names, unsigned int count,
	       bool may_subscribe)
{
	struct slice slice = slice_begin(0);
	bool changed;
	int err;

	memset(set, 0, sizeof(*set));
	set->may_subscribe = may_subscribe;
	set->own = -1;
	set->count = 1;
	err = open_here(&set->at[0], procfs_netns(0), may_subscribe);
	if (err || !count)
		return err;
	set->own = open(OWN, O_RDONLY | O_CLOEXEC);
	if (set->own < 0)
		return -errno;
	for (unsigned int i = 0; !err && i < count && set->count < NETNS_MAX; i++)
		err = add(set, names[i]);
	if (err)
		return err;
	netns_check_begin(set);
	netns_check_continue(set, &slice, &changed);
	return 0;
}

void netns_close(struct netns_set *set)
{
	procfs_walk_end(&set->search);
	for (unsigned int i = 0; i < set->count; i++) {
		close_one(&set->at[i]);
		free(set->at[i].path);
	}
	if (set->count && set->own >= 0)
		close(set->own);
	set->count = 0;
}
