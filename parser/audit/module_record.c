// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/module_record: a record of the kernel module, to an event. */
#include "parser/audit/module_record.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/audit/field.h"
#include "parser/audit/head.h"

enum kind {
	VERSION, OP, NUMBER, HEX, AMOUNT, SMALL, ADDRESS, PORT, ID, TEXT, SUBJ, SYSLOG, DATA,
	NOTHING
};

/* Fields in the order of a record, so that each is mostly the one behind the last. */
static const struct row {
	const char *name;
	enum kind kind;
	size_t at;		/* of the value in struct module_record */
} rows[] = {
#define AT(member) offsetof(struct module_record, member)
	{ HEAD_BY_SYSLOG,	SYSLOG,		0 },
	{ NETLOG_F_VERSION,	VERSION,	0 },
	{ NETLOG_F_OP,		OP,		0 },
	{ NETLOG_F_INO,		NUMBER,		AT(event.ino) },
	{ NETLOG_F_COOKIE,	HEX,		AT(event.cookie) },
	{ NETLOG_F_PROTO,	SMALL,		AT(event.proto) },
	{ NETLOG_F_FAMILY,	SMALL,		AT(event.family) },
	{ NETLOG_F_STATE,	SMALL,		AT(event.state) },
	{ NETLOG_F_LADDR,	ADDRESS,	AT(event.local) },
	{ NETLOG_F_LPORT,	PORT,		AT(event.local) },
	{ NETLOG_F_FADDR,	ADDRESS,	AT(event.remote) },
	{ NETLOG_F_FPORT,	PORT,		AT(event.remote) },
	{ NETLOG_F_OIF,		SMALL,		AT(oif) },
	{ NETLOG_F_NETNS,	AMOUNT,		AT(event.netns) },
	{ NETLOG_F_ERR,		SMALL,		AT(event.err) },
	{ NETLOG_F_TX,		AMOUNT,		AT(event.tx) },
	{ NETLOG_F_RX,		AMOUNT,		AT(event.rx) },
	{ NETLOG_F_DATA,	DATA,		0 },
	{ NETLOG_F_MISSED,	AMOUNT,		AT(event.missed) },
	{ NETLOG_F_LOST,	AMOUNT,		AT(event.lost) },
	{ NETLOG_F_VER,		NOTHING,	0 },
	{ NETLOG_F_MONO,	AMOUNT,		AT(event.mono) },
	{ NETLOG_F_SID,		AMOUNT,		AT(event.task.sid) },
	{ "ppid",		ID,		AT(event.task.ppid) },
	{ "pid",		ID,		AT(event.task.pid) },
	{ "auid",		ID,		AT(event.task.auid) },
	{ "uid",		ID,		AT(event.task.uid) },
	{ "gid",		NOTHING,	0 },
	{ "euid",		NOTHING,	0 },
	{ "suid",		NOTHING,	0 },
	{ "fsuid",		NOTHING,	0 },
	{ "egid",		NOTHING,	0 },
	{ "sgid",		NOTHING,	0 },
	{ "fsgid",		NOTHING,	0 },
	{ "tty",		NOTHING,	0 },
	{ "ses",		ID,		AT(event.task.ses) },
	{ "comm",		TEXT,		AT(event.task.comm) },
	{ "exe",		TEXT,		AT(event.task.exe) },
	{ "subj",		SUBJ,		AT(event.task.subj) },
#undef AT
};
#define ROWS (sizeof(rows) / sizeof(*rows))

/* The row of this name, or NULL. Moves m->next behind it. */
static const struct row *find_row(struct module_record *m, const char *name)
{
	unsigned int n = m->next;

	for (unsigned int tries = ROWS; tries; tries--, n++) {
		if (n >= ROWS)
			n = 0;
		if (*rows[n].name == *name && !strcmp(rows[n].name, name)) {
			m->next = n + 1;
			return &rows[n];
		}
	}
	return NULL;
}

/* ---- values ---- */

static bool read_op(const char *value, enum netlog_op *op)
{
	static const char *const names[NETLOG_OP_COUNT] = {
		[NETLOG_OP_NONE] = "",
#define OP_NAME(name, text) [NETLOG_OP_##name] = text,
		NETLOG_OPS(OP_NAME)
#undef OP_NAME
	};

	for (int i = 1; i < NETLOG_OP_COUNT; i++)
		if (!strcmp(value, names[i])) {
			*op = i;
			return true;
		}
	return false;
}

/* auparse takes a colon at the end of a value for punctuation: "::" comes as ":",
 * "fd00::" as "fd00:". No address ends with one colon. */
static bool read_address(const char *value, struct netaddr *a)
{
	char mended[64];
	size_t len = strlen(value);

	if (!len || value[len - 1] != ':' || (len > 1 && value[len - 2] == ':') ||
	    len + 2 > sizeof(mended))
		return !netaddr_parse_ip(value, a);
	memcpy(mended, value, len);
	memcpy(mended + len, ":", 2);
	return !netaddr_parse_ip(mended, a);
}

static bool read_port(const char *value, struct netaddr *a)
{
	uint64_t v;

	if (!field_u64(value, 10, &v) || v > 65535)
		return false;
	a->port = v;
	a->has_port = v != 0;
	return true;
}

static bool read_small(const char *value, int *to)
{
	uint64_t v;

	if (!field_u64(value, 10, &v) || v > INT_MAX)
		return false;
	*to = v;
	return true;
}

static bool read_amount(const char *value, int64_t *to)
{
	return field_s64(value, to) && *to >= 0;
}

static bool is_known_version(const char *value)
{
	uint64_t v;

	return field_u64(value, 10, &v) && v >= NETLOG_RECORD_OLDEST &&
	       v <= NETLOG_RECORD_VERSION;
}

static bool read_value(struct module_record *m, const struct row *row, const char *value)
{
	void *to = (char *)m + row->at;

	switch (row->kind) {
	case VERSION:	return is_known_version(value);
	case OP:	return read_op(value, &m->event.op);
	case NUMBER:	return field_u64(value, 10, to);
	case HEX:	return field_u64(value, 16, to);
	case AMOUNT:	return read_amount(value, to);
	case SMALL:	return read_small(value, to);
	case ADDRESS:	return read_address(value, to);
	case PORT:	return read_port(value, to);
	case ID:	return field_id(value, to);
	case SUBJ:
		m->past_subj = true;
		/* fall through */
	case TEXT:
		field_text(to, value);
		break;
	case DATA:
		m->event.unused = !strcmp(value, "0");
		break;
	case SYSLOG:
		m->event.by_syslog = true;
		break;
	case NOTHING:
		break;
	}
	return true;
}

/* ---- the record ---- */

void module_record_begin(struct module_record *m)
{
	static const struct module_record empty = {
		.event = {
			.kind = EVENT_MODULE,
			.task = TASK_UNKNOWN,
			.proto = PROTO_UNKNOWN,
			.netns = -1, .mono = -1, .tx = -1, .rx = -1, .missed = -1, .lost = -1,
		},
	};

	*m = empty;
}

void module_record_field(struct module_record *m, const char *name, const char *value)
{
	const struct row *row = m->past_subj ? NULL : find_row(m, name);

	if (row && !read_value(m, row, value) && !m->complaint)
		m->complaint = row->name;
}

void module_record_read(struct module_record *m, char *text, char *end)
{
	char *name = text, *value, *blank;

	for (; name < end && !m->past_subj; name = blank + 1) {
		blank = memchr(name, ' ', end - name);
		if (!blank)
			blank = end;
		*blank = 0;
		value = strchr(name, '=');
		if (!value)
			continue;
		*value++ = 0;
		module_record_field(m, name, value);
	}
}

static void give_scope(struct netaddr *a, uint32_t scope)
{
	if (a->family == AF_INET6 && a->addr[0] == 0xfe &&
	    (a->addr[1] & 0xc0) == 0x80)
		a->scope = scope;
}

int module_record_end(struct module_record *m)
{
	struct event *e = &m->event;

	if (!m->complaint && !e->op)
		m->complaint = NETLOG_F_OP;
	if (m->complaint)
		return -EINVAL;
	give_scope(&e->local, m->oif);
	give_scope(&e->remote, m->oif);
	if (e->remote.has_addr && !e->remote.has_port && netaddr_is_any(&e->remote))
		memset(&e->remote, 0, sizeof(e->remote));
	return 0;
}
