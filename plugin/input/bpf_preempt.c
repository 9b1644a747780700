// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/bpf_preempt: whether the kernel preempts BPF programs. */
#include "plugin/input/bpf_preempt.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "plugin/input/bpf_btf.h"

/* Returns a debugfs that is mounted nowhere, or -1. */
static int debugfs(void)
{
	int context = syscall(SYS_fsopen, "debugfs", FSOPEN_CLOEXEC), mount;

	if (context < 0)
		return -1;
	mount = syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
			? -1 : (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	close(context);
	return mount;
}

/* Returns false if the mode cannot be read: no debugfs, or lockdown. */
static bool read_mode(char *text, size_t size)
{
	int dir = debugfs(), fd = -1;
	ssize_t n = -1;

	if (dir >= 0) {
		fd = openat(dir, "sched/preempt", O_RDONLY | O_CLOEXEC);
		close(dir);
	}
	if (fd >= 0) {
		n = read(fd, text, size - 1);
		close(fd);
	}
	text[n > 0 ? n : 0] = 0;
	return n > 0;
}

/* Without CONFIG_PREEMPTION there is no preempt_schedule(). */
bool bpf_preempt_happens(struct bpf_btf *functions)
{
	char text[128];

	if (!bpf_btf_has_function(functions, "preempt_schedule"))
		return false;
	return !read_mode(text, sizeof(text)) || bpf_preempt_by_mode(text);
}
