// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/sysmon: Sysmon's event 3, network connection, with the names that Sigma's rules
 * use. */
#include "parser/entry/formats.h"
#include "parser/entry/template.h"

static void *sysmon_open(const char *argument, const struct format_host *host, char *error,
			 size_t size)
{
	(void)argument;
	(void)host;
	return template_new("EventID=3 UtcTime={utc} ProcessId={pid} Image={exe} User={uid} "
			 "Protocol={proto} Initiated={initiated} SourceIp={src_ip} "
			 "SourcePort={src_port} DestinationIp={dst_ip} "
			 "DestinationPort={dst_port}", error, size);
}

static void sysmon_close(void *self)
{
	template_free(self);
}

static void sysmon_entry(void *self, const struct entry *e, struct put *p)
{
	if (e->what == CONNECT_START)
		template_put(p, self, e);
}

static void sysmon_note(const void *self, struct note *n, struct put *p)
{
	(void)self;
	put_string(p, "UtcTime=");
	template_put_utc(p, n->time);
	put_char(p, ' ');
	put_bytes(p, n->text, n->len);
}

const struct format_ops format_sysmon = {
	.name = "sysmon",
	.has_time = true, .open = sysmon_open, .close = sysmon_close,
	.entry = sysmon_entry, .note = sysmon_note,
};
