// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/config: the configuration: its defaults, and functions that query it. */
#include "plugin/config.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

void config_init(struct config *c)
{
	memset(c, 0, sizeof(*c));
	c->to_syslog = true;
	c->facility = LOG_AUTHPRIV;
	c->priority = LOG_INFO;
	c->queue_kib = 1024;
	c->command_line = c->exe_path = true;
	c->log.file = strdup(LOG_DEFAULT); /* without memory: none */
	c->log.size_mib = 64;
	c->log.compress = true;
	c->log.total_mib = 1024;
	c->log.days = 90;
	c->sockets = 65536;
	c->processes = 32768;
	c->wants.scan = 300;
	c->wait = 1000;
	c->sweep = 30;
	c->snapshot = true;
	c->state = strdup(STATE_DEFAULT); /* without memory: none */
	c->interval = 60;
	c->loopback = true;
	c->udp_unused = true;
}

static void free_output(struct config_output *o)
{
	free(o->name);
	free(o->format);
	free(o->path);
	free(o->host);
	free(o->ca);
	free(o->cert);
	free(o->key);
}

void config_fini(struct config *c)
{
	free(c->file);
	free(c->log.file);
	for (unsigned int i = 0; i < c->named_count; i++)
		free_output(&c->named[i]);
	free(c->state);
	free(c->metrics);
	free(c->ignore_file);
	for (unsigned int i = 0; i < c->netns_count; i++)
		free(c->netns[i]);
	for (unsigned int i = 0; i < c->ignores; i++) {
		match_fini(&c->ignore[i]);
		free(c->ignore_text[i]);
	}
	memset(c, 0, sizeof(*c));
}

bool config_netns_all(const struct config *c)
{
	for (unsigned int i = 0; i < c->netns_count; i++)
		if (!strcmp(c->netns[i], CONFIG_NETNS_ALL))
			return true;
	return false;
}

bool config_ignores(const struct config *c, const struct entry *r)
{
	for (unsigned int i = 0; i < c->ignores; i++)
		if (match_entry(&c->ignore[i], r))
			return true;
	return false;
}
