// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/filter: splits the stream and drops what cannot matter. */
#include "parser/audit/filter.h"

#include <string.h>

#include "kpatch/netlog_record.h"
#include "parser/audit/syscalls.h"

enum open_state { OPEN_UNKNOWN, OPEN_DROPPED, OPEN_KEPT, OPEN_ENDED };

#define ENRICHED_SEPARATOR 0x1d

enum line_type {
	TYPE_OTHER, TYPE_SYSCALL, TYPE_SOCKADDR, TYPE_SOCKETCALL, TYPE_PROCTITLE,
	TYPE_EOE, TYPE_KERNEL, TYPE_BOOT, TYPE_DAEMON,
};

struct line {
	const char *text, *end;
	const char *body;	/* behind "msg=audit(…): " */
	enum line_type type;
	uint64_t key;		/* of the event: serial and node */
	uint64_t node, serial;	/* 0: not read */
	uint64_t time;		/* milliseconds */
	enum syscall_id call;	/* of a SYSCALL record */
};

void filter_init(struct filter *l)
{
	l->number = l->dropped = l->opened = l->newest = 0;
	l->late = 0;
	l->node = l->gaps_since = 0;
	serials_init(&l->gaps);
	l->skipping = false;
	l->carried = l->used = 0;
	memset(l->open, 0, sizeof(l->open));
}

static bool has_prefix(const char *p, const char *end, const char *prefix,
		       size_t len)
{
	return (size_t)(end - p) >= len && !memcmp(p, prefix, len);
}
#define PREFIX(p, end, text) has_prefix(p, end, text, sizeof(text) - 1)

static enum line_type type_of(const char *p, const char *end)
{
	if (PREFIX(p, end, "SYSCALL "))
		return TYPE_SYSCALL;
	if (PREFIX(p, end, "PROCTITLE "))
		return TYPE_PROCTITLE;
	if (PREFIX(p, end, "SOCKADDR "))
		return TYPE_SOCKADDR;
	if (PREFIX(p, end, "EOE "))
		return TYPE_EOE;
	if (PREFIX(p, end, "KERNEL "))
		return TYPE_KERNEL;
	if (PREFIX(p, end, "SOCKETCALL "))
		return TYPE_SOCKETCALL;
	if (PREFIX(p, end, "SYSTEM_BOOT "))
		return TYPE_BOOT;
	if (PREFIX(p, end, "DAEMON_"))
		return TYPE_DAEMON;
	return TYPE_OTHER;
}

static uint64_t read_number(const char **p, const char *end, int base)
{
	uint64_t v = 0;

	for (; *p < end; (*p)++) {
		int c = **p, digit;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if (base == 16 && c >= 'a' && c <= 'f')
			digit = c - 'a' + 10;
		else
			break;
		v = v * base + digit;
	}
	return v;
}

/* 1 to most digits and what stands behind them. */
static bool read_part(const char **p, const char *end, int most, char behind,
		      uint64_t *v)
{
	const char *start = *p;

	*v = read_number(p, end, 10);
	if (*p == start || *p - start > most || *p == end)
		return false;
	return *(*p)++ == behind;
}

/* "…audit(SEC.MILLI:SERIAL):": mixes the serial into the key. auparse takes any
 * number for a time. */
static bool read_stamp(struct line *l, const char *p)
{
	uint64_t sec, milli, serial;

	p = memchr(p, ' ', l->end - p);
	if (!p || !PREFIX(p, l->end, " msg=audit("))
		return false;
	p += 11;
	if (!read_part(&p, l->end, 11, '.', &sec) ||
	    !read_part(&p, l->end, 3, ':', &milli) ||
	    !read_part(&p, l->end, 19, ')', &serial))
		return false;
	l->time = sec * 1000 + milli;
	l->node = l->key;
	l->serial = serial;
	/* serials are near each other, and so may the nodes' names be */
	l->key = l->key * 0x9e3779b97f4a7c15 + serial;
	l->body = l->end - p >= 2 ? p + 2 : l->end;
	return true;
}

/* False when it is not an audit record at all. */
static bool read_head(struct line *l)
{
	const char *p = l->text;

	l->key = l->serial = 0;
	if (PREFIX(p, l->end, "node=")) {
		for (p += 5; p < l->end && *p != ' '; p++)
			l->key = l->key * 31 + (unsigned char)*p;
		if (p < l->end)
			p++;
	}
	if (!PREFIX(p, l->end, "type="))
		return false;
	l->type = type_of(p + 5, l->end);
	if (l->type == TYPE_DAEMON)	/* auditd numbers its own events itself */
		return true;
	return read_stamp(l, p) || l->type == TYPE_OTHER;
}

/* "arch=c000003e syscall=42 …": when it does not look so, let auparse see it. */
static bool syscall_matters(struct line *l)
{
	const char *p = l->body;
	uint64_t arch, nr;

	if (!PREFIX(p, l->end, "arch="))
		return true;
	p += 5;
	arch = read_number(&p, l->end, 16);
	if (!PREFIX(p, l->end, " syscall="))
		return true;
	p += 9;
	nr = read_number(&p, l->end, 10);
	l->call = syscalls_id(arch, nr);
	/* exit(2) ends a thread: it says nothing of the process */
	return l->call != SC_NONE && l->call != SC_EXIT;
}

static bool keep_syscall(struct filter *l, struct line *line)
{
	bool keep = syscall_matters(line);
	unsigned int slot = line->key % FILTER_OPEN;

	l->open[slot].key = line->key;
	l->open[slot].state = keep ? OPEN_KEPT : OPEN_DROPPED;
	l->opened += keep;
	return keep;
}

/* A record that follows its event's SYSCALL record. */
static bool keep_follower(struct filter *l, const struct line *line)
{
	unsigned int slot = line->key % FILTER_OPEN;
	enum open_state state = l->open[slot].key == line->key ?
				l->open[slot].state : OPEN_UNKNOWN;

	if (state == OPEN_UNKNOWN && line->type == TYPE_SOCKADDR)
		input_error(l->complaints, INPUT_ERROR_ORPHAN, line->text,
			 line->end - line->text);
	/* With audit=1 the kernel sends again what auditd did not take, behind what it
	 * took: a SOCKADDR can come after PROCTITLE. The EOE then ends it once more. */
	if (state == OPEN_ENDED &&
	    (line->type == TYPE_SOCKADDR || line->type == TYPE_SOCKETCALL))
		state = l->open[slot].state = OPEN_KEPT;
	if (state != OPEN_KEPT)
		return false;
	if (line->type == TYPE_PROCTITLE || line->type == TYPE_EOE)
		l->open[slot].state = OPEN_ENDED;
	return true;
}

static bool keep(struct filter *l, struct line *line)
{
	switch (line->type) {
	case TYPE_SYSCALL:
		return keep_syscall(l, line);
	case TYPE_SOCKADDR:
	case TYPE_SOCKETCALL:
	case TYPE_PROCTITLE:
	case TYPE_EOE:
		return keep_follower(l, line);
	case TYPE_KERNEL:
		return PREFIX(line->body, line->end, NETLOG_F_VERSION "=");
	case TYPE_BOOT:
		return true;
	default:
		return false;
	}
}

/* Between events, ausearch writes "----" and "time->…". */
static bool is_ausearch_heading(const struct line *l)
{
	return l->text == l->end || PREFIX(l->text, l->end, "----") ||
	       PREFIX(l->text, l->end, "time->");
}

static void copy(struct filter *l, const char *from, const char *to)
{
	memcpy(l->buffer + l->used, from, to - from);
	l->used += to - from;
}

/* The arguments that piece.c uses of each call, a0 is bit 0. Of a call not listed
 * here, none; of a record that does not look as expected, all. */
static const uint8_t arguments_used[SC_COUNT] = {
	[SC_NONE] = 0xf,
	[SC_SOCKET] = 0x7,
	[SC_BIND] = 0x1,
	[SC_LISTEN] = 0x1,
	[SC_CONNECT] = 0x1,
	[SC_ACCEPT] = 0x1,
	[SC_ACCEPT4] = 0x9,
	[SC_SOCKETCALL] = 0x1,
	[SC_CLOSE] = 0x1,
	[SC_CLOSE_RANGE] = 0x7,
	[SC_DUP] = 0x1,
	[SC_DUP2] = 0x1,
	[SC_DUP3] = 0x5,
	[SC_FCNTL] = 0x3,
	[SC_FCNTL64] = 0x3,
	[SC_CLONE] = 0x1,
};

/* The fields of a SYSCALL record that piece.c reads; others may slip through. */
static bool field_matters(const char *p, enum syscall_id call)
{
	switch (*p) {
	case 'a':			/* arch auid a0 a1 a2 a3 */
		return p[1] < '0' || p[1] > '3' ||
		       arguments_used[call] >> (p[1] - '0') & 1;
	case 's':			/* syscall ses subj; success suid sgid */
		return p[1] == 'y' || p[1] == 'e' || (p[1] == 'u' && p[2] == 'b');
	case 'e':			/* exit exe; euid egid */
		return p[1] == 'x';
	case 'p':			/* ppid pid */
	case 'u':			/* uid */
	case 'c':			/* comm */
		return true;
	case 'k':			/* key=(null); key="netlog" */
		return p[4] == '(';
	}
	return false;			/* items gid fsuid fsgid tty */
}

/*
 * auparse's cost is by the byte and the field: a SYSCALL record is copied without
 * the fields that are never read. Values hold no spaces: audit writes those that
 * would in hex.
 */
static void copy_syscall(struct filter *l, const char *from, const char *body,
			 const char *end, enum syscall_id call)
{
	const char *p = body, *next;

	for (; p < end; p = next) {
		next = memchr(p, ' ', end - p);
		next = next ? next + 1 : end;
		/* key=(null) elsewhere is a part of subj= */
		if (end - p > 3 && field_matters(p, call) && (*p != 'k' || next == end))
			continue;
		copy(l, from, p);
		from = next;
	}
	copy(l, from, end);
}

/*
 * auparse gives what it has in one go in order of time; a call's entry can be older
 * than what came before. What comes out must not depend on how the input was cut, so
 * a line older than the newest one never shares a go with it. Should the newest be a
 * wrong one, far ahead, it is given up after a while.
 */
static bool is_late(struct filter *l, const struct line *line)
{
	bool late = line->time < l->newest;

	l->late = late ? l->late + 1 : 0;
	if (!late || l->late > FILTER_LATE) {
		l->newest = line->time;
		l->late = 0;
	}
	return late;
}

static void pass_on(struct filter *l, const struct line *line)
{
	const char *cut = memchr(line->body, ENRICHED_SEPARATOR,
				 line->end - line->body);
	const char *end = cut ? cut : line->end;

	if (is_late(l, line) ||
	    l->used + (end - line->text) + 1 > sizeof(l->buffer))
		filter_push(l, false);
	if (line->type == TYPE_SYSCALL)
		copy_syscall(l, line->text, line->body, end, line->call);
	else
		copy(l, line->text, end);
	l->buffer[l->used++] = '\n';
}

/* Not one of those that follow it. */
static bool is_head(enum line_type type)
{
	return type == TYPE_SYSCALL || type == TYPE_KERNEL || type == TYPE_OTHER ||
	       type == TYPE_BOOT;
}

/* When auditd starts it is first given what the kernel held back for it: events of
 * before, and those between them another auditd may have had. Of several nodes only the
 * first is looked at: on a host that collects from others that is mostly the host. */
static void look_for_gaps(struct filter *l, const struct line *line)
{
	if (!line->serial)
		return;
	if (!l->gaps.started && line->time < l->gaps_since)
		return;
	if (!l->gaps.started)
		l->node = line->node;
	if (line->node == l->node)
		serials_came(&l->gaps, line->serial, is_head(line->type));
}

static void one_line(struct filter *l, const char *text, size_t len)
{
	struct line line = { .text = text, .end = text + len, .body = text };

	l->number++;
	if (len && text[len - 1] == '\r')
		line.end--;
	if (memchr(text, 0, len) || !read_head(&line)) {
		l->dropped++;
		if (!is_ausearch_heading(&line))
			input_error(l->complaints, INPUT_ERROR_LINE_GARBAGE, text, len);
	} else if (look_for_gaps(l, &line), keep(l, &line)) {
		pass_on(l, &line);
	} else {
		l->dropped++;
	}
}

static void line_too_long(struct filter *l, const char *data, size_t len)
{
	l->number += !l->skipping;
	if (!l->skipping)
		input_error(l->complaints, INPUT_ERROR_LINE_LONG,
			 l->carried ? l->carry : data,
			 l->carried ? l->carried : len);
	l->skipping = true;
	l->carried = 0;
}

/* The rest of the data has no newline: keep it for the next time. */
static void carry(struct filter *l, const char *data, size_t len)
{
	if (l->skipping)
		return;
	if (l->carried + len > sizeof(l->carry)) {
		line_too_long(l, data, len);
		return;
	}
	memcpy(l->carry + l->carried, data, len);
	l->carried += len;
}

static void end_of_line(struct filter *l, const char *data, size_t len)
{
	if (!l->skipping && !l->carried && len <= sizeof(l->carry)) {
		one_line(l, data, len);
		return;
	}
	carry(l, data, len);
	if (l->skipping)
		l->dropped++;
	else
		one_line(l, l->carry, l->carried);
	l->skipping = false;
	l->carried = 0;
}

void filter_feed(struct filter *l, const char *data, size_t len)
{
	const char *end = data + len, *newline;

	while (data < end) {
		newline = memchr(data, '\n', end - data);
		if (!newline) {
			carry(l, data, end - data);
			return;
		}
		end_of_line(l, data, newline - data);
		data = newline + 1;
	}
}

void filter_push(struct filter *l, bool end)
{
	if (end && (l->carried || l->skipping))
		end_of_line(l, "", 0);
	if (l->used)
		l->out(l->buffer, l->used, l->arg);
	l->used = 0;
}
