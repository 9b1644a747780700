// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/entry/hone: the lines of Hone's plain text view, /dev/honet:
 *   SEC.NSEC SOCK O|C PID PPID UID GID SOCKET
 *   SEC.NSEC FORK|EXEC|EXIT PID PPID UID GID "PATH" ARGUMENTS
 * O: opened, C: closed. SOCKET is eight digits of the number in id=. The gid is BPF's.
 */
#include "parser/entry/flat.h"
#include "parser/entry/formats.h"
#include "parser/text.h"

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

/* "PATH" ARGUMENTS, a blank between two. */
static void put_program(struct put *p, const struct identity *id)
{
	char text[FLAT_MAX];
	size_t len = id->exe ? audit_text(id->exe, text, sizeof(text)) : 0;

	put_char(p, '"');
	p->to = text_escape(p->to, p->end, text, len);
	put_string(p, "\" ");
	len = id->proctitle ? audit_text(id->proctitle, text, sizeof(text)) : 0;
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = ' ';
	p->to = text_escape(p->to, p->end, text, len);
}

/* A failure has no line: Hone reports only that sockets open and close. */
static void hone_entry(void *self, const struct entry *e, struct put *p)
{
	const struct identity *id = e->identity;
	bool closes = e->what == CONNECT_STOP || e->what == LISTEN_STOP;

	(void)self;
	if (e->what == CONNECT_FAIL)
		return;
	put_milli(p, e->time.sec, e->time.milli);
	put_string(p, "000000 ");
	if (entry_is_process(e))
		put_string(p, e->what == PROC_FORK ? "FORK" : e->what == PROC_END ? "EXIT" : "EXEC");
	else
		put_string(p, closes ? "SOCK C" : "SOCK O");
	put_known(p, id->pid);
	put_known(p, id->ppid);
	put_known(p, id->uid);
	put_known(p, id->egid.known ? id->egid.number : ID_UNKNOWN);
	put_char(p, ' ');
	if (entry_is_process(e)) {
		put_program(p, id);
		return;
	}
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
	.name = "hone", .has_time = true,
	.processes = true,
	.open = hone_open, .close = hone_close, .entry = hone_entry, .note = hone_note,
};
