// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/setup: shows, does or undoes the plan for this host. */
#include "plugin/setup/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "plugin/doctor/files.h"

#define UNDO_MAX 256

/* ---- what is here ---- */

static void print_output(FILE *to, const struct doctor *d, const struct config_output *o)
{
	static const char *const logs[] = { "/var/log/auth.log", "/var/log/secure" };

	switch (o->transport) {
	case CONFIG_NOWHERE:
	case CONFIG_STDOUT:
		break;
	case CONFIG_SYSLOG:
		if (file_exists(d->root, "/run/systemd/journal/socket"))
			fprintf(to, "     journalctl -t audisp-netlog\n");
		for (size_t i = 0; i < sizeof(logs) / sizeof(*logs); i++)
			if (o->facility == LOG_AUTHPRIV && file_exists(d->root, logs[i]))
				fprintf(to, "     %s\n", logs[i]);
		break;
	case CONFIG_FILE:
	case CONFIG_LOG:
	case CONFIG_UNIX:
	case CONFIG_LISTEN:
		fprintf(to, "     %s\n", o->path);
		break;
	case CONFIG_UDP:
	case CONFIG_TCP:
	case CONFIG_TLS:
		fprintf(to, "     collector %s (output %s)\n", o->host, o->name);
		break;
	}
}

/* The choice first: the source, the rules, and where lines go. */
static void print_host(FILE *to, const struct doctor *d)
{
	struct config_output list[CONFIG_ALL_OUTPUTS];
	struct doctor_finding source = { .level = DOCTOR_OK }, rules = { .level = DOCTOR_OK };
	unsigned int n = d->config ? config_outputs(d->config, list) : 0;

	check_source(d, &source);
	check_rules(d, &rules);
	fprintf(to, "This host: %s\n", source.found);
	fprintf(to, "     %s\n", rules.found);
	fprintf(to, "Lines go to:\n");
	for (unsigned int i = 0; i < n; i++)
		print_output(to, d, &list[i]);
	if (!d->config)
		fprintf(to, "     nowhere: %s\n",
			d->config_error ? d->config_error : "the configuration was not read");
	fputc('\n', to);
}

static void print_steps(FILE *to, const struct setup_step *steps, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		fprintf(to, "%u. %s: %s\n     %s\n", i + 1, steps[i].what, steps[i].why,
			steps[i].command);
}

/* Only root may write to it: what it has is run. */
static FILE *open_state(const struct setup *s)
{
	char dir[512], *slash;
	int fd;

	snprintf(dir, sizeof(dir), "%s", s->state);
	slash = strrchr(dir, '/');
	if (slash) {
		*slash = 0;
		mkdir(dir, 0755);
	}
	fd = open(s->state, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? NULL : fdopen(fd, "a");
}

static int do_steps(const struct setup *s, const struct setup_step *steps, unsigned int count)
{
	FILE *state = open_state(s);
	int err = 0;

	if (!state) {
		fprintf(s->to, "%s: %s; nothing was done\n", s->state, strerror(errno));
		return 1;
	}
	/* the file is read from its end */
	for (unsigned int i = 0; i < count; i++)
		if (steps[i].undo_last)
			fprintf(state, "%s\n", steps[i].undo);
	for (unsigned int i = 0; i < count && !err; i++) {
		fprintf(s->to, "+ %s\n", steps[i].command);
		fflush(s->to);
		/* first, so that a step that was cut off can be undone as well */
		if (*steps[i].undo && !steps[i].undo_last)
			fprintf(state, "%s\n", steps[i].undo);
		if (fflush(state) || s->run(steps[i].command))
			err = 1;
	}
	fclose(state);
	if (err)
		fprintf(s->to, "That failed. To revert the changes: audisp-netlog --setup --undo\n");
	return err;
}

/* The last change first. */
static int undo(const struct setup *s)
{
	FILE *state = fopen(s->state, "re");
	char *lines[UNDO_MAX] = { NULL };
	unsigned int count = 0;
	size_t room = 0;
	struct stat st;
	int err = 0;

	if (!state || fstat(fileno(state), &st)) {
		fprintf(s->to, "%s: %s; there is nothing to undo\n", s->state, strerror(errno));
		return errno == ENOENT ? 0 : 1;
	}
	if (st.st_uid != geteuid() || st.st_mode & 022) {
		fprintf(s->to, "%s belongs to another user, or others may write to it\n", s->state);
		fclose(state);
		return 1;
	}
	for (; count < UNDO_MAX && getline(&lines[count], &room, state) > 0; room = 0)
		lines[count][strcspn(lines[count], "\n")] = 0, count++;
	fclose(state);
	for (unsigned int i = count; i-- > 0;) {
		fprintf(s->to, "+ %s\n", lines[i]);
		fflush(s->to);
		err |= s->run(lines[i]) != 0;
	}
	for (unsigned int i = 0; i <= count && i < UNDO_MAX; i++)
		free(lines[i]);
	if (!err)
		unlink(s->state);
	return err;
}

int setup_apply(const struct setup *s, const struct doctor *d, enum setup_mode mode)
{
	struct setup_step steps[SETUP_STEPS_MAX];
	unsigned int count;

	if (mode == SETUP_UNDO)
		return undo(s);
	print_host(s->to, d);
	count = setup_plan(d, steps);
	if (!count) {
		fprintf(s->to, "Nothing is missing.\n");
		return 0;
	}
	if (mode == SETUP_DO)
		return do_steps(s, steps, count);
	print_steps(s->to, steps, count);
	fprintf(s->to, "\nNothing was changed. To apply this: audisp-netlog --setup --yes\n");
	return 0;
}
