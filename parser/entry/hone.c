// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/entry/hone: the line of a socket in Hone's plain text view, /dev/honet:
 *   SEC.NSEC SOCK O|C PID PPID UID GID SOCKET
 * O: opened, C: closed. SOCKET is eight digits of the number in id=. No source has the gid.
 */
#include "parser/entry/formats.h"

static void *hone_open(const char *argument, const struct format_host *host, char *error,
		       size_t size)
{
	(void)argument;
	(void)host;
	(void)error;
	(void)size;
	return (void *)&format_hone;	/* it keeps nothing; NULL would be an error */
}

static void hone_close(void *self)
{
	(void)self;
}

static void put_known(struct put *p, int64_t v)
{
	put_char(p, ' ');
	if (v < 0)
		put_char(p, '-');
	else
		put_uint(p, v);
}

/* A failure has no line: Hone's sockets open and close, and do not say why. */
static void hone_entry(void *self, const struct entry *e, struct put *p)
{
	const struct identity *id = e->identity;
	bool closes = e->what == CONNECT_STOP || e->what == LISTEN_STOP;

	(void)self;
	if (e->what == CONNECT_FAIL)
		return;
	put_milli(p, e->time.sec, e->time.milli);
	put_string(p, closes ? "000000 SOCK C" : "000000 SOCK O");
	put_known(p, id->pid);
	put_known(p, id->ppid);
	put_known(p, id->uid);
	put_string(p, " - ");
	if (e->id.nth)
		put_hex(p, (uint32_t)e->id.number, 8);
	else
		put_char(p, '-');
}

/* It has no line for the plugin's own messages. */
static void hone_note(const void *self, struct note *n, struct put *p)
{
	(void)self;
	(void)n;
	(void)p;
}

const struct format_ops format_hone = {
	.name = "hone", .help = "sockets as in Hone's /dev/honet", .has_time = true,
	.open = hone_open, .close = hone_close, .entry = hone_entry, .note = hone_note,
};
