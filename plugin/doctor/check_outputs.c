// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/doctor/check_outputs: can each output of the configuration take lines? */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "plugin/doctor/check.h"
#include "plugin/doctor/files.h"
#include "plugin/transports.h"

#define ROOM_MIB 64 /* less than this is full soon */

struct fault {
	bool soon; /* lines are still written */
	char text[320];
	char fix[256];
};

/* A collector, or a program at a unix socket: by a connection that sends no line. */
static bool connects(const struct config_output *o, struct fault *x)
{
	struct transport *t = transports_new(o);
	int err = t ? t->ops->open(t) : -ENOMEM;

	if (err)
		snprintf(x->text, sizeof(x->text), "%s: %.100s: %.190s", o->name,
			 t ? t->target : "-", t && *t->reason ? t->reason : strerror(-err));
	if (err && o->transport == CONFIG_UNIX)
		snprintf(x->fix, sizeof(x->fix), "start the program that listens at %.200s", o->path);
	else if (err)
		snprintf(x->fix, sizeof(x->fix), "start the collector, or correct [output %.40s] in "
						 "audisp-netlog.conf, then: auditctl --signal HUP",
			 o->name);
	if (t)
		t->ops->close(t);
	return !err;
}

/* Cuts off the last part of a path that is longer than root. */
static void up(char *path, size_t root)
{
	char *slash = strrchr(path + root, '/');

	if (slash)
		slash[slash == path + root] = 0;
}

static const char *file_fault(const struct doctor *d, const struct config_output *o,
			      struct fault *x)
{
	char path[PATH_MAX], dir[PATH_MAX];
	struct statvfs fs;
	struct stat st;
	bool special;

	snprintf(path, sizeof(path), "%s%s", d->root, o->path);
	strcpy(dir, path);
	up(dir, strlen(d->root));
	if (o->transport == CONFIG_LOG && stat(dir, &st)) /* the plugin makes it */
		up(dir, strlen(d->root));
	if (!stat(path, &st) && S_ISDIR(st.st_mode)) {
		snprintf(x->fix, sizeof(x->fix), "name a file, not a directory");
		return strerror(EISDIR);
	}
	special = !stat(path, &st) && !S_ISREG(st.st_mode); /* a FIFO, /dev/null */
	snprintf(x->fix, sizeof(x->fix), "mkdir -p %.200s", dir + strlen(d->root));
	if (special || statvfs(dir, &fs))
		return special ? NULL : strerror(errno);
	snprintf(x->fix, sizeof(x->fix), "make room: df -h %.100s; or lower total and days in [log]",
		 dir + strlen(d->root));
	if (fs.f_flag & ST_RDONLY)
		return strerror(EROFS);
	if (!fs.f_bavail)
		return strerror(ENOSPC);
	x->soon = true;
	return fs.f_bavail * fs.f_frsize >> 20 < ROOM_MIB ? "its file system is almost full" : NULL;
}

static bool has_room(const struct doctor *d, const struct config_output *o, struct fault *x)
{
	const char *text = file_fault(d, o, x);

	if (text)
		snprintf(x->text, sizeof(x->text), "%s: %.200s: %s", o->name, o->path, text);
	return !text;
}

static bool has_syslogd(const struct doctor *d, const struct config_output *o, struct fault *x)
{
	if (file_exists(d->root, "/dev/log") && (*d->root || connects(o, x)))
		return true;
	snprintf(x->text, sizeof(x->text), "%s: no syslogd listens at /dev/log", o->name);
	snprintf(x->fix, sizeof(x->fix), "systemctl enable --now rsyslog; or syslog = no in "
					 "[output] if no one reads it");
	return false;
}

static bool is_good(const struct doctor *d, const struct config_output *o, struct fault *x)
{
	switch (o->transport) {
	case CONFIG_SYSLOG: return has_syslogd(d, o, x);
	case CONFIG_FILE:
	case CONFIG_LOG: return has_room(d, o, x);
	case CONFIG_UNIX:
	case CONFIG_UDP:
	case CONFIG_TCP:
	case CONFIG_TLS: return connects(o, x);
	case CONFIG_STDOUT:
	case CONFIG_LISTEN:
	case CONFIG_NOWHERE: break;
	}
	return true;
}

void check_outputs(const struct doctor *d, struct doctor_finding *f)
{
	struct config_output list[CONFIG_ALL_OUTPUTS];
	unsigned int count = d->config ? config_outputs(d->config, list) : 0, bad = 0, soon = 0;
	size_t used = 0;

	for (unsigned int i = 0; i < count; i++) {
		struct fault x = { 0 };

		if (is_good(d, &list[i], &x))
			continue;
		soon += x.soon;
		if (!bad++)
			mend(f, "%s", x.fix);
		if (used < sizeof(f->found))
			used += snprintf(f->found + used, sizeof(f->found) - used, "%s%s",
					 used ? "; " : "", x.text);
	}
	if (!bad) {
		found(f, d->config ? DOCTOR_OK : DOCTOR_UNKNOWN,
		      d->config ? "each output accepts lines (%u)" : "the configuration is not valid",
		      count);
		if (!d->config)
			because(f, "the outputs are not known");
		return;
	}
	f->level = bad - soon == count ? DOCTOR_BROKEN : DOCTOR_WARNING;
	because(f, "lines of such an output wait in its queue and are dropped when it is full, or "
		   "are dropped at once");
}
