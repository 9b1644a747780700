// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/module_record: a record of the kernel module, to an event. */
#include "parser/audit/module_record.h"

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/audit/field.h"
#include "parser/audit/head.h"

enum kind { VERSION, OP, NUMBER, HEX, AMOUNT, SMALL, ADDRESS, PORT, ID, TEXT, SUBJ, DATA,
	    NOTHING };

/* Fields in the order of a record, so that each is mostly the one after the last. */
static const struct row {
	char name[8];		/* with its "=" */
	uint8_t len;
	uint8_t kind;
	size_t at;		/* of the value in struct module_record; of NOTHING, no matter */
} rows[] = {
#define ROW(name, kind, member) \
	{ name "=", sizeof(name), kind, offsetof(struct module_record, member) }
	ROW(NETLOG_F_VERSION,	VERSION,	event),
	ROW(NETLOG_F_OP,	OP,	event),
	ROW(NETLOG_F_INO,	NUMBER,	event.ino),
	ROW(NETLOG_F_COOKIE,	HEX,	event.cookie),
	ROW(NETLOG_F_PROTO,	SMALL,	event.proto),
	ROW(NETLOG_F_FAMILY,	SMALL,	event.family),
	ROW(NETLOG_F_STATE,	SMALL,	event.state),
	ROW(NETLOG_F_LADDR,	ADDRESS,	event.local),
	ROW(NETLOG_F_LPORT,	PORT,	event.local),
	ROW(NETLOG_F_FADDR,	ADDRESS,	event.remote),
	ROW(NETLOG_F_FPORT,	PORT,	event.remote),
	ROW(NETLOG_F_OIF,	SMALL,	oif),
	ROW(NETLOG_F_NETNS,	AMOUNT,	event.netns),
	ROW(NETLOG_F_ERR,	SMALL,	event.err),
	ROW(NETLOG_F_TX,	AMOUNT,	event.tx),
	ROW(NETLOG_F_RX,	AMOUNT,	event.rx),
	ROW(NETLOG_F_DATA,	DATA,	event),
	ROW(NETLOG_F_MISSED,	AMOUNT,	event.missed),
	ROW(NETLOG_F_LOST,	AMOUNT,	event.lost),
	ROW(NETLOG_F_VER,	NOTHING,	event),
	ROW(NETLOG_F_MONO,	AMOUNT,	event.mono),
	ROW(NETLOG_F_SID,	AMOUNT,	event.task.sid),
	ROW("ppid",	ID,	event.task.ppid),
	ROW("pid",	ID,	event.task.pid),
	ROW("auid",	ID,	event.task.auid),
	ROW("uid",	ID,	event.task.uid),
	ROW("gid",	NOTHING,	event),
	ROW("euid",	NOTHING,	event),
	ROW("suid",	NOTHING,	event),
	ROW("fsuid",	NOTHING,	event),
	ROW("egid",	NOTHING,	event),
	ROW("sgid",	NOTHING,	event),
	ROW("fsgid",	NOTHING,	event),
	ROW("tty",	NOTHING,	event),
	ROW("ses",	ID,	event.task.ses),
	ROW("comm",	TEXT,	event.task.comm),
	ROW("exe",	TEXT,	event.task.exe),
	ROW("subj",	SUBJ,	event.task.subj),
#undef ROW
};
#define ROWS (sizeof(rows) / sizeof(*rows))

/* Returns the first eight bytes, the lowest first; zeros after the end. */
static inline uint64_t first_bytes(const char *p, const char *end)
{
	uint64_t word = 0;

	if (end - p >= 8)
		memcpy(&word, p, 8);
	else
		memcpy(&word, p, end - p);
	return le64toh(word);
}

/* Returns the row of the field that begins with these bytes, or NULL. Moves m->next past it. */
static inline const struct row *find_row(struct module_record *m, uint64_t begin)
{
	unsigned int n = m->next;

	for (unsigned int tries = ROWS; tries; tries--, n++) {
		const struct row *row;

		if (n >= ROWS)
			n = 0;
		row = &rows[n];
		if ((begin ^ first_bytes(row->name, row->name + 8)) << (64 - 8 * row->len))
			continue;
		m->next = n + 1;
		return row;
	}
	return NULL;
}

/* ---- values ---- */

static bool read_op(const char *value, size_t len, enum netlog_op *op)
{
	static const struct {
		const char *name;
		size_t len;
	} ops[NETLOG_OP_COUNT] = {
#define OP_NAME(name, text) [NETLOG_OP_##name] = { text, sizeof(text) - 1 },
		NETLOG_OPS(OP_NAME)
#undef OP_NAME
	};

	for (int i = 1; i < NETLOG_OP_COUNT; i++)
		if (len == ops[i].len && !memcmp(value, ops[i].name, len)) {
			*op = i;
			return true;
		}
	return false;
}

/* auparse takes a colon at the end of a value for punctuation: "::" comes as ":",
 * "fd00::" as "fd00:". No address ends with one colon. */
static bool read_address(const char *value, size_t len, struct netaddr *a)
{
	char text[64];

	if (!len || len + 2 > sizeof(text))
		return false;
	memcpy(text, value, len);
	if (text[len - 1] == ':' && (len == 1 || text[len - 2] != ':'))
		text[len++] = ':';
	text[len] = 0;
	return !netaddr_parse_ip(text, a);
}

static bool read_port(const char *value, const char *end, struct netaddr *a)
{
	uint64_t v;

	if (!field_u64(value, end, 10, &v) || v > 65535)
		return false;
	a->port = v;
	a->has_port = v != 0;
	return true;
}

static bool read_small(const char *value, const char *end, int *to)
{
	uint64_t v;

	if (!field_u64(value, end, 10, &v) || v > INT_MAX)
		return false;
	*to = v;
	return true;
}

static bool read_amount(const char *value, const char *end, int64_t *to)
{
	uint64_t v;

	if (!field_u64(value, end, 10, &v) || v > INT64_MAX)
		return false;
	*to = v;
	return true;
}

static bool is_known_version(const char *value, const char *end)
{
	uint64_t v;

	return field_u64(value, end, 10, &v) && v >= NETLOG_RECORD_OLDEST &&
	       v <= NETLOG_RECORD_VERSION;
}

static bool read_value(struct module_record *m, const struct row *row, const char *value,
		       const char *end)
{
	void *to = (char *)m + row->at;

	switch (row->kind) {
	case VERSION:	return is_known_version(value, end);
	case OP:	return read_op(value, end - value, &m->event.op);
	case NUMBER:	return field_u64(value, end, 10, to);
	case HEX:	return field_u64(value, end, 16, to);
	case AMOUNT:	return read_amount(value, end, to);
	case SMALL:	return read_small(value, end, to);
	case ADDRESS:	return read_address(value, end - value, to);
	case PORT:	return read_port(value, end, to);
	case ID:	return field_id(value, end, to);
	case SUBJ:
		m->past_subj = true;
		/* fall through */
	case TEXT:
		if (value < end && !field_is_none(value, end))
			*(const char **)to = value;
		break;
	case DATA:
		m->event.unused = end - value == 1 && *value == '0';
		break;
	}
	return true;
}

static void take_value(struct module_record *m, const struct row *row, const char *value,
		       const char *end)
{
	if (!read_value(m, row, value, end) && !m->complaint)
		m->complaint = row->name;
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
	size_t len = strlen(name);
	const struct row *row;
	char begin[8] = "";

	if (m->past_subj)
		return;
	if (!strcmp(name, HEAD_BY_SYSLOG))
		m->event.by_syslog = true;
	if (len > sizeof(begin) - 1)
		return;
	memcpy(begin, name, len);
	begin[len] = '=';
	row = find_row(m, first_bytes(begin, begin + sizeof(begin)));
	if (row)
		take_value(m, row, value, value + strlen(value));
}

/* Returns true if auparse would leave the value as it is, or if it is known what it takes
 * off: the colon of an address. */
static bool is_plain(const char *value, const char *end)
{
	if (value == end)
		return false;
	return !field_is_trimmed(value, end) || field_is_none(value, end) ||
	       (*value != '(' && end - value >= 2 && !memcmp(end - 2, "::", 2));
}

static void terminate(const char *text)
{
	if (text)
		*strchrnul(text, ' ') = 0;
}

bool module_record_read(struct module_record *m, char *text, char *end)
{
	const char *p, *value, *blank;

	for (p = text; p < end && !m->past_subj; p = blank + 1) {
		const struct row *row = find_row(m, first_bytes(p, end));

		value = row ? p + row->len - 1 : field_name_end(p, end);
		if (value == p || value == end || *value != '=')
			return false;
		blank = field_end(++value, end);
		if (!is_plain(value, blank))
			return false;
		if (row)
			take_value(m, row, value, blank);
	}
	*end = 0;
	terminate(m->event.task.comm);
	terminate(m->event.task.exe);
	terminate(m->event.task.subj);
	return true;
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
