// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/line: a record as one line of text. The table of extras is below. */
#include "parser/entry/line.h"
#include "parser/text.h"

#include <libaudit.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

/* Room for one string, so that the five of them leave room for the rest. */
#define TEXT_ROOM 1200

struct out {
	char *to;
	const char *end;
};

static const char *const what_names[ENTRY_KIND_COUNT] = {
	[CONNECT_START] = "connect start",
	[CONNECT_STOP] = "connect stop",
	[CONNECT_FAIL] = "connect fail",
	[LISTEN_START] = "listen start",
	[LISTEN_STOP] = "listen stop",
};

const char *entry_kind_name(enum entry_kind what)
{
	return what_names[what];
}

const char *entry_via_name(enum entry_via via)
{
	static const char *const names[] = {
#define VIA_NAME(name, text) text,
		ENTRY_VIAS(VIA_NAME)
#undef VIA_NAME
	};

	return names[via];
}

const char *entry_proto_name(int proto)
{
	switch (proto) {
	case IPPROTO_TCP:	return "TCP";
	case IPPROTO_UDP:	return "UDP";
	case IPPROTO_SCTP:	return "SCTP";
	case IPPROTO_DCCP:	return "DCCP";
	case IPPROTO_UDPLITE:	return "UDPLITE";
	case PROTO_MPTCP:	return "MPTCP";
	}
	return "-";
}

static void put(struct out *o, const char *text)
{
	size_t len = strlen(text), room = o->end - o->to;

	if (len > room)
		len = room;
	memcpy(o->to, text, len);
	o->to += len;
}

static void put_char(struct out *o, char c)
{
	if (o->to < o->end)
		*o->to++ = c;
}

static void put_uint(struct out *o, uint64_t v)
{
	char tmp[20];
	int n = 0;

	do
		tmp[n++] = '0' + v % 10;
	while (v /= 10);
	while (n)
		put_char(o, tmp[--n]);
}

static void put_hex(struct out *o, uint64_t v, int digits)
{
	static const char hex[] = "0123456789abcdef";

	while (digits < 16 && v >> 4 * digits)
		digits++;
	while (digits--)
		put_char(o, hex[v >> 4 * digits & 15]);
}

static void put_id(struct out *o, int64_t id)
{
	if (id == ID_UNKNOWN)
		put_char(o, '-');
	else if (id == ID_UNSET)
		put(o, "unset");
	else
		put_uint(o, id);
}

static void put_milli(struct out *o, uint64_t whole, unsigned int milli)
{
	put_uint(o, whole);
	put_char(o, '.');
	put_char(o, '0' + milli / 100 % 10);
	put_char(o, '0' + milli / 10 % 10);
	put_char(o, '0' + milli % 10);
}

static void put_end(struct out *o, const struct netaddr *a)
{
	char text[NETADDR_TEXT_MAX];

	netaddr_format(a, text);
	put(o, text);
}

char *format_escape(char *to, const char *end, const char *text, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";
	static const bool plain[256] = {
		['!'] = true, ['#' ... '&'] = true, ['(' ... '['] = true,
		[']' ... '~'] = true,
	};

	for (size_t i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (plain[c]) {
			if (to >= end)
				break;
			*to++ = c;
			continue;
		}
		if (end - to < 4)
			break;
		*to++ = '\\';
		*to++ = 'x';
		*to++ = hex[c >> 4];
		*to++ = hex[c & 15];
	}
	return to;
}

static void put_escaped(struct out *o, const char *text, size_t len)
{
	const char *end = o->end - o->to > TEXT_ROOM ? o->to + TEXT_ROOM : o->end;

	o->to = format_escape(o->to, end, text, len);
}

/* An audit-encoded string; a value that would look like "unknown" or nothing
 * is escaped too. */
static void put_text(struct out *o, const char *encoded, bool arguments)
{
	char text[1024];
	size_t len;

	if (!encoded) {
		put_char(o, '-');
		return;
	}
	len = audit_text(encoded, text, sizeof(text));
	if (arguments)
		for (size_t i = 0; i < len; i++)
			if (!text[i])
				text[i] = ' ';
	if (len == 1 && *text == '-')
		put(o, "\\x2D");
	else if (!len)
		put(o, "\\x00");
	else
		put_escaped(o, text, len);
}

static void put_errno(struct out *o, int err)
{
	const char *name = audit_errno_to_name(err);

	if (name)
		put(o, name);
	else
		put_uint(o, err);
}

/*
 * The extras, in the order in which they stand: first those of the task, then
 * those of the record. Each row: key, when it is written, how. exe and auid always
 * stand; the others where they are known or apply.
 */
#define WHO_EXTRAS(X)							\
	X("exe",	true,			put_text(o, w->exe, false))	\
	X("auid",	true,			put_id(o, w->auid))	\
	X("ses",	w->ses != ID_UNKNOWN,	put_id(o, w->ses))	\
	X("ppid",	w->ppid != ID_UNKNOWN,	put_id(o, w->ppid))	\
	X("subj",	w->subj,		put_text(o, w->subj, false))	\
	X("proctitle",	w->proctitle,		put_text(o, w->proctitle, true))

#define EXTRAS(X)							\
	X("opener",	r->opener != ID_UNKNOWN, put_id(o, r->opener))	\
	X("netns",	r->netns >= 0,		put_uint(o, r->netns))	\
	X("via",	r->via != VIA_NONE,	put(o, entry_via_name(r->via))) \
	X("errno",	r->err,			put_errno(o, r->err))	\
	X("dur",	r->dur_ms >= 0,	\
		put_milli(o, r->dur_ms / 1000, r->dur_ms % 1000))	\
	X("tx",		r->tx >= 0,		put_uint(o, r->tx))	\
	X("rx",		r->rx >= 0,		put_uint(o, r->rx))	\
	X("unseen",	r->other_netns,		put(o, "netns"))	\
	X("incomplete",	r->incomplete,		put(o, "yes"))		\
	X("id",		r->id.nth,		put_conn_id(o, &r->id))	\
	X("ev",		true,			put_event(o, &r->ev))	\
	X("node",	r->node,		put_node(o, r->node))

/* BOOT-NUMBER.N; an "s" before a number that is an audit serial. */
static void put_conn_id(struct out *o, const struct conn_id *id)
{
	if (id->has_boot)
		put_hex(o, id->boot, 8);
	else
		put_char(o, '-');
	put_char(o, '-');
	if (id->by_serial)
		put_char(o, 's');
	put_hex(o, id->number, 1);
	put_char(o, '.');
	put_uint(o, id->nth);
}

static void put_event(struct out *o, const struct stamp *ev)
{
	if (!ev->serial) {	/* no audit event: sock_diag, BPF */
		put_char(o, '-');
		return;
	}
	put_milli(o, ev->sec, ev->milli);
	put_char(o, ':');
	put_uint(o, ev->serial);
}

static void put_node(struct out *o, const char *name)
{
	put_escaped(o, name, strlen(name));
}

#define EXTRA(key, when, how)			\
	if (when) {				\
		put(o, " " key "=");		\
		how;				\
	}

/* A task's extras are the same in all its lines: made with the first. */
static const char *who_extras(struct identity *w)
{
	char buf[FORMAT_LINE_MAX / 2];
	struct out out = { .to = buf, .end = buf + sizeof(buf) - 1 }, *o = &out;

	if (w->extras)
		return w->extras;
	WHO_EXTRAS(EXTRA)
	*o->to = 0;
	w->extras = strdup(buf);
	return w->extras;
}

static void put_extras(struct out *o, const struct entry *r)
{
	const char *extras = who_extras(r->identity);

	if (extras)
		put(o, extras);
	EXTRAS(EXTRA)
}
#undef EXTRA

static void put_connection(struct out *o, const struct entry *r)
{
	put_end(o, &r->local);
	if (r->what == LISTEN_START || r->what == LISTEN_STOP)
		return;
	/* who opened it was at its start */
	put(o, r->incomplete || r->unknown_direction ? " - " : r->inbound ? " <- " : " -> ");
	put_end(o, &r->remote);
}

size_t format_line(const struct entry *r, char *buf)
{
	struct out o = { .to = buf, .end = buf + FORMAT_LINE_MAX - 1 };

	put(&o, what_names[r->what]);
	put_char(&o, ' ');
	put(&o, entry_proto_name(r->proto));
	put_char(&o, ' ');
	put_connection(&o, r);
	put_char(&o, ' ');
	put_id(&o, r->identity->sid);
	put_char(&o, ' ');
	put_id(&o, r->identity->pid);
	put_char(&o, ' ');
	put_id(&o, r->identity->uid);
	put_char(&o, ' ');
	put_text(&o, r->identity->comm, false);
	put_extras(&o, r);
	*o.to = 0;
	return o.to - buf;
}

/* localtime_r costs a lock and a search: ask once a second. */
size_t format_time(const struct stamp *time, char *buf)
{
	static _Thread_local int64_t last = -1;
	static _Thread_local char text[32];
	static _Thread_local size_t len;
	struct out o = { .to = buf, .end = buf + 40 };

	if (time->sec != last) {
		time_t sec = time->sec;
		struct tm tm;

		if (!localtime_r(&sec, &tm))
			memset(&tm, 0, sizeof(tm));
		len = strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
		last = time->sec;
	}
	memcpy(buf, text, len);
	o.to += len;
	put_char(&o, '.');
	put_char(&o, '0' + time->milli / 100 % 10);
	put_char(&o, '0' + time->milli / 10 % 10);
	put_char(&o, '0' + time->milli % 10);
	put_char(&o, ' ');
	*o.to = 0;
	return o.to - buf;
}
