// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/filter: splits the stream and drops what cannot matter. */
#include "parser/audit/filter.h"

#include <string.h>

#include "kpatch/netlog_record.h"
#include "parser/audit/syscalls.h"

enum open_state { OPEN_UNKNOWN, OPEN_DROPPED, OPEN_KEPT, OPEN_ENDED };

#define ENRICHED_SEPARATOR 0x1d

struct line {
	struct head head;
	enum syscall_id call;	/* of a SYSCALL record */
};

void filter_init(struct filter *f)
{
	f->number = f->dropped = f->prefixed = f->opened = f->titles = f->newest = 0;
	f->late = 0;
	f->node = f->serials_since = 0;
	f->begun = f->skipping = f->in_block = false;
	f->last.len = 0;
	f->boots = (struct boots){ 0 };
	serials_init(&f->serials);
	f->carried = f->used = f->block_used = 0;
	memset(f->open, 0, sizeof(f->open));
}

void filter_fini(struct filter *f)
{
	boots_fini(&f->boots);
}

static bool has_prefix(const char *p, const char *end, const char *prefix,
		       size_t len)
{
	return (size_t)(end - p) >= len && !memcmp(p, prefix, len);
}
#define PREFIX(p, end, text) has_prefix(p, end, text, sizeof(text) - 1)

/* "arch=c000003e syscall=42 …": when it does not look so, let auparse see it. */
static bool syscall_matters(struct filter *f, struct line *line)
{
	const struct head *h = &line->head;
	const char *p = h->body;
	uint64_t arch, nr;

	if (!PREFIX(p, h->end, "arch="))
		return true;
	p += 5;
	arch = head_number(&p, h->end, 16);
	if (!PREFIX(p, h->end, " syscall="))
		return true;
	p += 9;
	nr = head_number(&p, h->end, 10);
	line->call = syscalls_id(arch, nr);
	if (line->call == SC_NONE && !syscalls_known(arch))
		input_error(f->complaints, INPUT_ERROR_MACHINE, h->body, p - h->body);
	/* exit(2) ends a thread: it says nothing of the process */
	return line->call != SC_NONE && line->call != SC_EXIT;
}

static void open_event(struct filter *f, const struct head *h, enum open_state state)
{
	unsigned int slot = h->key % FILTER_OPEN;

	f->open[slot].key = h->key;
	f->open[slot].state = state;
	f->open[slot].followers = 0;
}

static bool keep_syscall(struct filter *f, struct line *line)
{
	bool keep = syscall_matters(f, line);

	open_event(f, &line->head, keep ? OPEN_KEPT : OPEN_DROPPED);
	f->opened += keep;
	return keep;
}

/* A record that follows its event's SYSCALL record. */
static bool keep_follower(struct filter *f, const struct head *h)
{
	unsigned int slot = h->key % FILTER_OPEN;
	enum open_state state = f->open[slot].key == h->key ?
				f->open[slot].state : OPEN_UNKNOWN;

	if (state == OPEN_UNKNOWN && h->type == RECORD_SOCKADDR)
		input_error(f->complaints, INPUT_ERROR_ORPHAN, h->text,
			    h->end - h->text);
	/* With audit=1 the kernel sends again what auditd did not take, behind what it
	 * took: a SOCKADDR can come after PROCTITLE. The EOE then ends it once more. */
	if (state == OPEN_ENDED &&
	    (h->type == RECORD_SOCKADDR || h->type == RECORD_SOCKETCALL))
		state = f->open[slot].state = OPEN_KEPT;
	if (state != OPEN_KEPT)
		return false;
	if (h->type == RECORD_PROCTITLE || h->type == RECORD_EOE) {
		f->open[slot].state = OPEN_ENDED;
	} else if (f->open[slot].followers++ >= FILTER_FOLLOWERS) {
		f->open[slot].followers = FILTER_FOLLOWERS;
		input_error(f->complaints, INPUT_ERROR_RECORDS, h->text, h->end - h->text);
		return false;
	}
	f->titles += h->type == RECORD_PROCTITLE;
	return true;
}

static bool keep(struct filter *f, struct line *line)
{
	const struct head *h = &line->head;

	switch (h->type) {
	case RECORD_SYSCALL:
		return keep_syscall(f, line);
	case RECORD_SOCKADDR:
	case RECORD_SOCKETCALL:
	case RECORD_PROCTITLE:
	case RECORD_EOE:
		return keep_follower(f, h);
	case RECORD_URINGOP:	/* its SOCKADDR says nothing that is not in it */
		open_event(f, h, OPEN_DROPPED);
		return false;
	case RECORD_KERNEL:
		return PREFIX(h->body, h->end, NETLOG_F_VERSION "=");
	default:
		return false;
	}
}

static void copy(struct filter *f, const char *from, const char *to)
{
	memcpy(f->buffer + f->used, from, to - from);
	f->used += to - from;
}

/* The arguments that fragment.c uses of each call, a0 is bit 0. Of a call not listed
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

/* The fields of a SYSCALL record that fragment.c reads; others may slip through. */
static bool field_matters(const char *p, enum syscall_id call)
{
	switch (*p) {
	case 'a':			/* arch auid a0 a1 a2 a3 */
		if (p[1] < '0' || p[1] > '3')
			return true;
		if (p[1] == '1' && (call == SC_ACCEPT || call == SC_ACCEPT4))
			return p[3] == '0';	/* no address is asked for */
		return arguments_used[call] >> (p[1] - '0') & 1;
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
 * Where a value ends by its kind: behind the closing quote or bracket, or with the last
 * hex digit. What ENRICHED appends follows the last field of a record, and its separator
 * 0x1d is lost or altered on many a way (syslog writes #035 or drops it).
 */
static const char *value_end(const char *value, const char *end)
{
	const char *p = value, *close;
	char last = *value == '"' ? '"' : *value == '(' ? ')' : 0;

	if (last) {
		close = memchr(p + 1, last, end - p - 1);
		return close ? close + 1 : end;
	}
	while (p < end && ((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'F') ||
			   (*p >= 'a' && *p <= 'f')))
		p++;
	return p;
}

static const char *record_end(const struct head *h)
{
	const char *cut = memchr(h->body, ENRICHED_SEPARATOR, h->end - h->body);

	if (cut)
		return cut;
	/* what is appended to it ends with "}" */
	if (h->type == RECORD_SOCKADDR && h->end > h->body && h->end[-1] == '}')
		return PREFIX(h->body, h->end, "saddr=") ? value_end(h->body + 6, h->end) : h->end;
	return h->end;
}

/* The end of a record by its key=, the last field; one that another key= follows is a part
 * of subj=, which the kernel writes as it is. */
static const char *end_of_key(const char *value, const char *end)
{
	const char *p = value_end(value, end);

	return p == end || memmem(p, end - p, " key=", 5) ? end : p;
}

/*
 * auparse's cost is by the byte and the field: a SYSCALL record is copied without
 * the fields that are never read. Values hold no spaces: audit writes those that
 * would in hex. key= is the last one.
 */
static void copy_syscall(struct filter *f, const char *from, const struct line *line,
			 const char *end)
{
	const char *p = line->head.body, *next;

	for (; p < end; p = next) {
		if (PREFIX(p, end, "key=") && p + 4 < end)
			end = end_of_key(p + 4, end);
		next = memchr(p, ' ', end - p);
		next = next ? next + 1 : end;
		/* key=(null) elsewhere is a part of subj= */
		if (end - p > 3 && field_matters(p, line->call) &&
		    (*p != 'k' || next == end))
			continue;
		copy(f, from, p);
		from = next;
	}
	copy(f, from, end);
}

#define MARKS_MAX 32		/* "msg=", HEAD_BY_SYSLOG, a newline */

/*
 * auparse gives what it has in one go in order of time; a call's entry can be older
 * than what came before. What comes out must not depend on how the input was cut, so
 * a line older than the newest one never shares a go with it. Should the newest be a
 * wrong one, far ahead, it is given up after a while.
 */
static bool is_late(struct filter *f, const struct head *h)
{
	bool late = h->time < f->newest;

	f->late = late ? f->late + 1 : 0;
	if (!late || f->late > FILTER_LATE) {
		f->newest = h->time;
		f->late = 0;
	}
	return late;
}

static void flush(struct filter *f)
{
	if (f->used)
		f->out(f->buffer, f->used, f->arg);
	f->used = 0;
}

/* Copies the head of a record that syslog or the like passed on, marked as such. */
static const char *copy_marked(struct filter *f, const struct head *h, const char *from)
{
	static const char mark[] = HEAD_BY_SYSLOG "=1 ";

	f->prefixed++;
	if (h->type != RECORD_SYSCALL && h->type != RECORD_KERNEL)
		return from;
	copy(f, from, h->body);
	copy(f, mark, mark + sizeof(mark) - 1);
	return h->body;
}

static void pass_on(struct filter *f, const struct line *line)
{
	const struct head *h = &line->head;
	const char *end = record_end(h), *from = h->text;

	if (is_late(f, h) || f->used + (end - h->text) + MARKS_MAX > sizeof(f->buffer))
		flush(f);
	if (h->no_msg) {
		copy(f, from, h->stamp);
		copy(f, "msg=", "msg=" + 4);
		from = h->stamp;
	}
	if (h->prefixed)
		from = copy_marked(f, h, from);
	if (h->type == RECORD_SYSCALL)
		copy_syscall(f, from, line, end);
	else
		copy(f, from, end);
	f->buffer[f->used++] = '\n';
}

/* Not one of those that follow it. */
static bool is_first(enum record_type type)
{
	return type == RECORD_SYSCALL || type == RECORD_KERNEL || type == RECORD_OTHER ||
	       type == RECORD_BOOT || type == RECORD_URINGOP;
}

/* When auditd starts it is first given what the kernel held back for it: events of
 * before, and those between them another auditd may have had. Of several nodes only the
 * first is counted: on a host that collects from others that is mostly the host. */
static void count_serial(struct filter *f, const struct head *h)
{
	if (!h->serial)
		return;
	if (!f->serials.started && h->time < f->serials_since)
		return;
	if (!f->serials.started)
		f->node = h->node;
	if (h->node == f->node)
		serials_came(&f->serials, h->serial, is_first(h->type));
}

static void look_for_boot(struct filter *f, const struct head *h)
{
	if (!f->boot || !boots_before(&f->boots, h))
		return;
	flush(f);
	if (h->node == f->node)
		serials_init(&f->serials);
	f->newest = f->late = 0;
	memset(f->open, 0, sizeof(f->open));
	f->boot(h, f->arg);
}

static void one_record(struct filter *f, struct line *line)
{
	look_for_boot(f, &line->head);
	count_serial(f, &line->head);
	if (keep(f, line))
		pass_on(f, line);
	else
		f->dropped++;
}

/* ---- ausearch's output: "----", "time->…", then an event's records in reverse order ---- */

static bool is_ausearch_heading(const struct head *h)
{
	return h->text == h->end || PREFIX(h->text, h->end, "----") ||
	       PREFIX(h->text, h->end, "time->");
}

static void pass_on_block_line(struct filter *f, const char *text, size_t len, bool first)
{
	struct line line = { .call = SC_NONE };

	if (head_read(&line.head, text, len, true, &f->last) && is_first(line.head.type) == first)
		one_record(f, &line);
}

/* The first record of the event, or else all others, from the last line on: PROCTITLE
 * is to come last, as in the kernel's order. */
static void pass_on_block(struct filter *f, bool first)
{
	const char *end = f->block + f->block_used - 1, *start;

	for (; end > f->block; end = start - 1) {
		start = memrchr(f->block, '\n', end - f->block);
		start = start ? start + 1 : f->block;
		pass_on_block_line(f, start, end - start, first);
	}
}

static void end_block(struct filter *f)
{
	if (f->block_used) {
		pass_on_block(f, true);
		pass_on_block(f, false);
	}
	f->block_used = 0;
	f->in_block = false;
}

static void add_to_block(struct filter *f, const struct head *h)
{
	size_t len = h->end - h->text;

	if (f->block_used + len + 1 > sizeof(f->block)) {
		end_block(f);
		f->in_block = true;
	}
	memcpy(f->block + f->block_used, h->text, len);
	f->block_used += len;
	f->block[f->block_used++] = '\n';
}

/* ---- lines ---- */

static void one_line(struct filter *f, const char *text, size_t len)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	struct line line = { .call = SC_NONE };
	struct head *h = &line.head;

	f->number++;
	if (!f->begun && len >= 3 && !memcmp(text, byte_order_mark, 3)) {
		text += 3;
		len -= 3;
	}
	f->begun = true;
	if (!head_read(h, text, len, f->pasted, &f->last)) {
		f->dropped++;
		if (!is_ausearch_heading(h)) {
			input_error(f->complaints, INPUT_ERROR_LINE_GARBAGE, text, len);
			return;
		}
		end_block(f);
		f->in_block = f->pasted && PREFIX(h->text, h->end, "time->");
	} else if (f->in_block) {
		add_to_block(f, h);
	} else {
		one_record(f, &line);
	}
}

static void line_too_long(struct filter *f, const char *data, size_t len)
{
	f->number += !f->skipping;
	if (!f->skipping)
		input_error(f->complaints, INPUT_ERROR_LINE_LONG,
			 f->carried ? f->carry : data,
			 f->carried ? f->carried : len);
	f->skipping = true;
	f->carried = 0;
}

/* The rest of the data has no newline: keep it for the next time. */
static void carry(struct filter *f, const char *data, size_t len)
{
	if (f->skipping)
		return;
	if (f->carried + len > sizeof(f->carry)) {
		line_too_long(f, data, len);
		return;
	}
	memcpy(f->carry + f->carried, data, len);
	f->carried += len;
}

static void end_of_line(struct filter *f, const char *data, size_t len)
{
	if (!f->skipping && !f->carried && len <= sizeof(f->carry)) {
		one_line(f, data, len);
		return;
	}
	carry(f, data, len);
	if (f->skipping)
		f->dropped++;
	else
		one_line(f, f->carry, f->carried);
	f->skipping = false;
	f->carried = 0;
}

void filter_feed(struct filter *f, const char *data, size_t len)
{
	const char *end = data + len, *newline;

	while (data < end) {
		newline = memchr(data, '\n', end - data);
		if (!newline) {
			carry(f, data, end - data);
			return;
		}
		end_of_line(f, data, newline - data);
		data = newline + 1;
	}
}

void filter_push(struct filter *f, bool end)
{
	if (end) {
		if (f->carried || f->skipping)
			end_of_line(f, "", 0);
		end_block(f);
		f->begun = false;
	}
	flush(f);
}
