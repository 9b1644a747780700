// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/cern: the four lines of CERN's netlog 1.30. It had none for TCP listeners and for
 * failures, and called the any-address by a name. */
#include <netinet/in.h>
#include <stdlib.h>

#include "parser/entry/formats.h"
#include "parser/entry/template.h"

enum cern_line { CERN_START, CERN_STOP, CERN_BIND, CERN_BIND_ANY, CERN_LINES };

static const char *const cern_lines[CERN_LINES] = {
	[CERN_START] = "netlog: {comm}[{pid}] {proto} {local} {dir} {remote} (uid={uid})",
	[CERN_STOP] = "netlog: {comm}[{pid}] {proto} {local} <-> {remote} (uid={uid})",
	[CERN_BIND] = "netlog: {comm}[{pid}] {proto} bind {local} (uid={uid})",
	[CERN_BIND_ANY] = "netlog: {comm}[{pid}] {proto} bind (any IP address):{local_port} "
			  "(uid={uid})",
};

struct cern {
	struct template *lines[CERN_LINES];
};

static void cern_close(void *self)
{
	struct cern *c = self;

	for (int i = 0; i < CERN_LINES; i++)
		template_free(c->lines[i]);
	free(c);
}

static void *cern_open(const char *argument, const struct format_host *host, char *error,
		       size_t size)
{
	struct cern *c = calloc(1, sizeof(*c));

	(void)argument;
	(void)host;
	if (!c) {
		snprintf(error, size, "out of memory");
		return NULL;
	}
	for (int i = 0; i < CERN_LINES; i++) {
		c->lines[i] = template_new(cern_lines[i], error, size);
		if (c->lines[i])
			continue;
		cern_close(c);
		return NULL;
	}
	return c;
}

static void cern_entry(void *self, const struct entry *e, struct put *p)
{
	const struct cern *c = self;

	if (e->what == CONNECT_START)
		template_put(p, c->lines[CERN_START], e);
	else if (e->what == CONNECT_STOP)
		template_put(p, c->lines[CERN_STOP], e);
	else if (e->what == LISTEN_START && e->proto == IPPROTO_UDP)
		template_put(p, c->lines[netaddr_is_any(&e->local) ? CERN_BIND_ANY : CERN_BIND], e);
}

static void cern_note(const void *self, struct note *n, struct put *p)
{
	(void)self;
	put_bytes(p, n->text, n->len);
}

const struct format_ops format_cern = {
	.name = "cern",
	.open = cern_open, .close = cern_close, .entry = cern_entry, .note = cern_note,
};
