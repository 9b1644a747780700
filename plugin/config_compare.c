// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/config_compare: the outputs of a configuration, and the differences of two configurations. */
#include <string.h>

#include "plugin/config.h"

unsigned int config_outputs(const struct config *c, struct config_output *list)
{
	struct config_output o = {
		.format = CONFIG_FORMAT,
		.facility = c->facility,
		.priority = c->priority,
		.path = c->file,
		.queue_kib = c->queue_kib,
		.command_line = c->command_line,
		.exe_path = c->exe_path,
	};
	unsigned int n = 0;

	o.name = "syslog";
	o.transport = CONFIG_SYSLOG;
	if (c->to_syslog)
		list[n++] = o;
	o.name = "file";
	o.transport = CONFIG_FILE;
	if (c->file)
		list[n++] = o;
	o.name = "log";
	o.transport = CONFIG_LOG;
	o.path = c->log.file;
	o.log = &c->log;
	o.command_line = o.exe_path = true; /* for root's eyes */
	if (c->log.file)
		list[n++] = o;
	o.log = NULL;
	o.command_line = c->command_line;
	o.exe_path = c->exe_path;
	o.name = "stdout";
	o.transport = CONFIG_STDOUT;
	if (c->stdout_format)
		o.format = (char *)c->stdout_format;
	if (c->to_stdout)
		list[n++] = o;
	for (unsigned int i = 0; i < c->named_count; i++) {
		list[n] = c->named[i];
		if (!list[n].format)
			list[n].format = CONFIG_FORMAT;
		n++;
	}
	return n;
}

bool config_uses_syslog(const struct config *c)
{
	struct config_output list[CONFIG_ALL_OUTPUTS];
	unsigned int n = config_outputs(c, list);

	for (unsigned int i = 0; i < n; i++)
		if (list[i].transport == CONFIG_SYSLOG)
			return true;
	return false;
}

/* NULL equals only NULL. */
static bool same_text(const char *a, const char *b)
{
	return !a || !b ? a == b : !strcmp(a, b);
}

static bool same_limits(const struct config_log *a, const struct config_log *b)
{
	return !a || !b ? a == b : a->size_mib == b->size_mib &&
		      a->total_mib == b->total_mib && a->days == b->days &&
		      a->compress == b->compress;
}

static bool same_output(const struct config_output *a, const struct config_output *b)
{
	return same_text(a->name, b->name) && same_text(a->format, b->format) &&
	       a->transport == b->transport && a->facility == b->facility &&
	       a->priority == b->priority && same_text(a->path, b->path) &&
	       same_text(a->host, b->host) && a->port == b->port &&
	       a->mode == b->mode && a->command_line == b->command_line &&
	       a->exe_path == b->exe_path && a->sequence == b->sequence &&
	       same_text(a->ca, b->ca) && same_text(a->cert, b->cert) &&
	       same_text(a->key, b->key) &&
	       a->queue_kib == b->queue_kib && same_limits(a->log, b->log);
}

bool config_same_outputs(const struct config *a, const struct config *b)
{
	struct config_output of_a[CONFIG_ALL_OUTPUTS], of_b[CONFIG_ALL_OUTPUTS];
	unsigned int count = config_outputs(a, of_a);

	if (config_outputs(b, of_b) != count)
		return false;
	for (unsigned int i = 0; i < count; i++)
		if (!same_output(&of_a[i], &of_b[i]))
			return false;
	return true;
}

bool config_same_sockdiag(const struct config *a, const struct config *b)
{
	if (a->netns_count != b->netns_count)
		return false;
	for (unsigned int i = 0; i < a->netns_count; i++)
		if (strcmp(a->netns[i], b->netns[i]))
			return false;
	return a->use == b->use && a->wait == b->wait && a->sweep == b->sweep &&
	       a->snapshot == b->snapshot && same_text(a->state, b->state);
}
