// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/bpf_scan: open sockets, by the iterators of the BPF programs. */
#include "plugin/input/bpf_scan.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "plugin/clock.h"
#include "plugin/log.h"

#include "kpatch/bpf/netlog_bpf.h"

#define SPARES 16

struct bpf_scan {
	struct bpf_events *events;
	struct bpf_found *found;
	int link[BPF_SCAN_PARTS];
	int pinned[BPF_SCAN_PARTS];	/* see pin(), or -1 */
	int spare[SPARES][BPF_SCAN_PARTS];
	unsigned int spares;
	int fd[BPF_SCAN_PARTS];		/* of the current scan, or -1 */
	int64_t begun;			/* mono ns */
	bool complete, failed;
	size_t have;			/* of buf */
	char buf[128 << 10] __attribute__((aligned(8)));
};

static void close_all(int fds[BPF_SCAN_PARTS])
{
	for (int i = 0; i < BPF_SCAN_PARTS; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

/*
 * Before Linux 5.19 only root's privileges make an iterator from a link, but opening a pinned
 * link makes one, too. The bpffs it is pinned to is mounted nowhere, and ends with this
 * process. Returns descriptors that can be opened again.
 */
static void pin(struct bpf_scan *s)
{
	int context = syscall(SYS_fsopen, "bpf", FSOPEN_CLOEXEC), mount;
	char path[64];

	if (context < 0)
		return;
	mount = syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
			? -1 : (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	close(context);
	if (mount < 0)
		return;
	for (int i = 0; i < BPF_SCAN_PARTS; i++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d/%d", mount, i);
		if (s->link[i] >= 0 && !bpf_obj_pin(s->link[i], path))
			s->pinned[i] = open(path, O_PATH | O_CLOEXEC);
	}
	close(mount);
}

static int make_iterator(const struct bpf_scan *s, int part)
{
	char path[64];
	int fd = bpf_iter_create(s->link[part]);

	if (fd >= 0 || s->pinned[part] < 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", s->pinned[part]);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Returns false, and leaves none, if one of them cannot be made. */
static bool make_iterators(const struct bpf_scan *s, int fds[BPF_SCAN_PARTS])
{
	for (int i = 0; i < BPF_SCAN_PARTS; i++)
		fds[i] = -1;
	for (int i = 0; i < BPF_SCAN_PARTS; i++) {
		if (s->link[i] < 0)
			continue;
		fds[i] = make_iterator(s, i);
		if (fds[i] < 0) {
			close_all(fds);
			return false;
		}
	}
	return true;
}

/* Each reports once. They are not needed if links can be opened again. */
static void keep_spares(struct bpf_scan *s)
{
	if (s->pinned[0] >= 0)
		return;
	while (s->spares < SPARES && make_iterators(s, s->spare[s->spares]))
		s->spares++;
}

struct bpf_scan *bpf_scan_new(const int links[BPF_SCAN_PARTS], bool old, struct bpf_events *events,
			      struct bpf_found *found)
{
	struct bpf_scan *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->events = events;
	s->found = found;
	for (int i = 0; i < BPF_SCAN_PARTS; i++) {
		s->link[i] = links[i];
		s->fd[i] = s->pinned[i] = -1;
	}
	if (old)
		pin(s);
	keep_spares(s);
	return s;
}

void bpf_scan_free(struct bpf_scan *s)
{
	if (!s)
		return;
	close_all(s->fd);
	close_all(s->pinned);
	while (s->spares)
		close_all(s->spare[--s->spares]);
	free(s);
}

bool bpf_scan_begin(struct bpf_scan *s, bool last_ones)
{
	if (bpf_scan_runs(s))
		return true;
	if (s->link[0] < 0)
		return false;
	if (!make_iterators(s, s->fd)) {
		if (!last_ones || !s->spares)
			return false;
		memcpy(s->fd, s->spare[--s->spares], sizeof(s->fd));
	}
	s->begun = clock_now_ns();
	s->have = 0;
	s->failed = s->complete = false;
	return true;
}

static int running(const struct bpf_scan *s)
{
	for (int i = 0; i < BPF_SCAN_PARTS; i++)
		if (s->fd[i] >= 0)
			return i;
	return -1;
}

bool bpf_scan_runs(const struct bpf_scan *s)
{
	return running(s) >= 0;
}

/* Records follow each other without gaps. Returns how many bytes were complete records. */
static size_t parse_found(struct bpf_scan *s, const char *data, size_t size)
{
	size_t done = 0, len;

	for (; size - done >= sizeof(struct netlog_bpf_event); done += len) {
		const struct netlog_bpf_event *e = (const void *)(data + done);

		len = e->kind == NETLOG_BPF_EXE ? sizeof(struct netlog_bpf_exe) : sizeof(*e);
		if (len > size - done)
			break;
		if (e->kind == NETLOG_BPF_EXE)
			bpf_events_record(s->events, e, len);
		else if (!bpf_found_add(s->found, e))
			s->failed = true;
	}
	return done;
}

void bpf_scan_read(struct bpf_scan *s)
{
	int part = running(s);
	ssize_t n = read(s->fd[part], s->buf + s->have, sizeof(s->buf) - s->have);
	size_t done;

	if (n > 0) {
		s->have += n;
		done = parse_found(s, s->buf, s->have);
		memmove(s->buf, s->buf + done, s->have - done);
		s->have -= done;
	}
	if (n > 0 || (n < 0 && errno == EAGAIN))
		return;
	if (n < 0) {
		log_warn("BPF: cannot read the open sockets");
		s->failed = true;
	}
	close(s->fd[part]);
	s->fd[part] = -1;
	s->have = 0;
	s->complete = !bpf_scan_runs(s);
}

bool bpf_scan_is_complete(const struct bpf_scan *s)
{
	return s->complete;
}

int64_t bpf_scan_take(struct bpf_scan *s)
{
	s->complete = false;
	return s->failed ? 0 : s->begun;
}
