// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/bpf_preempt: determines whether the kernel preempts BPF programs. */
#include "plugin/input/bpf_preempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* Kernels have had nothing but full and lazy since 7.0. */
#define ALWAYS_SINCE 7

/* Returns the value of the last preempt= of the kernel's command line, "" if there is none. */
static const char *asked(const char *cmdline)
{
	const char *word = "";

	for (const char *p = cmdline; (p = strstr(p, "preempt=")); p += 8)
		if (p == cmdline || p[-1] == ' ')
			word = p + 8;
	return word;
}

bool bpf_preempt_by(const char *release, const char *version, const char *cmdline, bool built_so)
{
	const char *kind = strstr(version, "PREEMPT"), *word = asked(cmdline);

	if (kind && strncmp(kind, "PREEMPT_DYNAMIC", 15))	/* PREEMPT, _RT, _LAZY */
		return true;
	if (atoi(release) >= ALWAYS_SINCE || !strncmp(word, "full", 4) || !strncmp(word, "lazy", 4))
		return true;
	return built_so && strncmp(word, "none", 4) && strncmp(word, "voluntary", 9);
}

static void read_cmdline(char *text, int size)
{
	FILE *f = fopen("/proc/cmdline", "re");

	*text = 0;
	if (!f)
		return;
	if (!fgets(text, size, f))
		*text = 0;
	fclose(f);
}

/* Returns true if the kernel was built to preempt, by default. */
static bool is_built_so(const char *release)
{
	char path[128], line[256];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/boot/config-%s", release);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = !strcmp(line, "CONFIG_PREEMPT=y\n") ||
			!strcmp(line, "CONFIG_PREEMPT_LAZY=y\n");
	fclose(f);
	return found;
}

bool bpf_preempt_happens(void)
{
	struct utsname name;
	char cmdline[4096];

	if (uname(&name))
		return false;
	read_cmdline(cmdline, sizeof(cmdline));
	return bpf_preempt_by(name.release, name.version, cmdline, false) ||
	       (is_built_so(name.release) &&
		bpf_preempt_by(name.release, name.version, cmdline, true));
}
