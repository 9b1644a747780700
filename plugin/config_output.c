// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/config_output: the sections [output NAME] of the configuration. */
#include "plugin/config_output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "parser/entry/format.h"

#define PREFIX 7 /* "output " */
#define SOCKET_PATH_MAX 107

const char *config_output_section(const char *section)
{
	return strncmp(section, "output ", PREFIX) ? NULL :
	       section + PREFIX + strspn(section + PREFIX, " \t");
}

static bool name_allowed(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";
	size_t len = strlen(name);

	return len && len <= 32 && strspn(name, letters) == len && strcmp(name, "syslog") &&
	       strcmp(name, "file") && strcmp(name, "log") && strcmp(name, "stdout");
}

struct config_output *config_output_find(struct config *c, const char *name)
{
	for (unsigned int i = 0; i < c->named_count; i++)
		if (!strcmp(c->named[i].name, name))
			return &c->named[i];
	return NULL;
}

int config_output_begin(struct config *c, const char *name, unsigned int line, char *what, size_t size)
{
	struct config_output *o = &c->named[c->named_count];

	if (!name_allowed(name)) {
		snprintf(what, size, "[output %.64s]: the name is not allowed; allowed are up to "
				     "32 letters, digits, - and _, but not syslog, file, log, stdout",
			 name);
		return -EINVAL;
	}
	if (config_output_find(c, name))
		return 0;
	if (c->named_count == CONFIG_OUTPUTS_MAX) {
		snprintf(what, size, "[output %s]: at most %d outputs are allowed", name,
			 CONFIG_OUTPUTS_MAX);
		return -EINVAL;
	}
	*o = (struct config_output){
		.name = strdup(name),
		.line = line,
		.facility = LOG_AUTHPRIV,
		.priority = LOG_INFO,
		.mode = 0600,
		.command_line = true,
		.exe_path = true,
		.queue_kib = 1024,
	};
	if (!o->name)
		return -ENOMEM;
	c->named_count++;
	return 0;
}

static bool needs_path(enum config_transport t)
{
	return t == CONFIG_FILE || t == CONFIG_UNIX || t == CONFIG_LISTEN;
}

/* sun_path has 108 bytes. */
static bool path_too_long(const struct config_output *o)
{
	return (o->transport == CONFIG_UNIX || o->transport == CONFIG_LISTEN) &&
	       strlen(o->path) > SOCKET_PATH_MAX;
}

int config_output_check(const struct config *c, unsigned int *line, char *what, size_t size)
{
	for (unsigned int i = 0; i < c->named_count; i++) {
		const struct config_output *o = &c->named[i];
		const char *missing = NULL;

		if (o->transport == CONFIG_NOWHERE)
			missing = "transport";
		else if (needs_path(o->transport) && !o->path)
			missing = "path";
		else if (o->transport >= CONFIG_UDP && !o->host)
			missing = "host";
		else if (!o->cert != !o->key)
			missing = o->cert ? "key" : "cert";
		if (missing)
			snprintf(what, size, "[output %s]: %s is missing", o->name, missing);
		else if (o->path && path_too_long(o))
			snprintf(what, size, "[output %s]: path is too long for a socket: "
					     "at most %d bytes", o->name, SOCKET_PATH_MAX);
		else if (o->sequence && !(o->format && format_can_number(o->format)))
			snprintf(what, size, "[output %s]: sequence = yes needs format = json",
				 o->name);
		else
			continue;
		*line = o->line;
		return -EINVAL;
	}
	return 0;
}
