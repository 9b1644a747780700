// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/record: one line by itself. record_fields.c reads its fields. */
#include "parser/audit/record.h"

#include <string.h>

#include "kpatch/netlog_record.h"
#include "parser/audit/record_fields.h"

#define ENRICHED_SEPARATOR 0x1d

static bool has_prefix(const char *p, const char *end, const char *prefix, size_t len)
{
	return (size_t)(end - p) >= len && !memcmp(p, prefix, len);
}
#define PREFIX(p, end, text) has_prefix(p, end, text, sizeof(text) - 1)

/* "arch=c000003e syscall=42 …": auparse reads a record in another form. */
static bool syscall_matters(struct record *r)
{
	const struct head *h = &r->head;
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
	r->call = syscalls_id(arch, nr);
	if (r->call == SC_NONE && !syscalls_known(arch))
		r->unknown_machine = p - h->body;
	/* exit(2) ends a thread, not the process */
	return r->call != SC_NONE && r->call != SC_EXIT;
}

static bool matters(struct record *r)
{
	const struct head *h = &r->head;

	switch (h->type) {
	case RECORD_SYSCALL:
		return syscall_matters(r);
	case RECORD_SOCKADDR:
	case RECORD_SOCKETCALL:
	case RECORD_PROCTITLE:
	case RECORD_EOE:
		return true;
	case RECORD_KERNEL:
		return PREFIX(h->body, h->end, NETLOG_F_VERSION "=");
	default:
		return false;
	}
}

/*
 * Returns the end of a value by its kind: after the closing quote or bracket, or after the last hex
 * digit. ENRICHED appends its text to the last field; the separator 0x1d may be lost
 * or altered on the way (syslog writes #035 or drops it).
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

static const char *record_end(const struct head *h, bool raw)
{
	const char *cut = raw ? NULL : memchr(h->body, ENRICHED_SEPARATOR, h->end - h->body);

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

/* The fields of a SYSCALL record that fragment.c reads; others may slip through. */
static bool field_matters(const char *p, enum syscall_id call)
{
	switch (*p) {
	case 'a':			/* arch auid a0 a1 a2 a3 */
		if (p[1] < '0' || p[1] > '3')
			return true;
		return syscalls_uses_argument(call, p[1] - '0', p[3]);
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
 * would in hex. key= is the last one.
 */
static char *copy_syscall(char *to, const char *from, const struct record *r)
{
	const char *p = r->head.body, *end = r->end, *next;

	for (; p < end; p = next) {
		if (PREFIX(p, end, "key=") && p + 4 < end)
			end = end_of_key(p + 4, end);
		next = memchr(p, ' ', end - p);
		next = next ? next + 1 : end;
		/* key=(null) elsewhere is a part of subj= */
		if (end - p > 3 && field_matters(p, r->call) && (*p != 'k' || next == end))
			continue;
		to = mempcpy(to, from, p - from);
		from = next;
	}
	return mempcpy(to, from, end - from);
}

char *record_copy(const struct record *r, char *to)
{
	static const char mark[] = HEAD_BY_SYSLOG "=1 ";
	const struct head *h = &r->head;
	const char *from = h->text;

	if (h->no_msg) {
		to = mempcpy(to, from, h->stamp - from);
		to = mempcpy(to, "msg=", 4);
		from = h->stamp;
	}
	if (h->prefixed && (h->type == RECORD_SYSCALL || h->type == RECORD_KERNEL)) {
		to = mempcpy(to, from, h->body - from);
		to = mempcpy(to, mark, sizeof(mark) - 1);
		from = h->body;
	}
	if (h->type == RECORD_SYSCALL)
		return copy_syscall(to, from, r);
	return mempcpy(to, from, r->end - from);
}

void record_scan(struct record_how *how, const char *text, size_t len)
{
	how->clean = !memchr(text, 0, len);
	how->raw = !memchr(text, ENRICHED_SEPARATOR, len);
}

void record_read(struct record *r, const char *text, size_t len, struct record_how *how)
{
	r->call = SC_NONE;
	r->matters = r->too_long = false;
	r->unknown_machine = 0;
	if (how->clean)
		r->valid = head_read_clean(&r->head, text, len, how->prefixes, &how->last);
	else
		r->valid = head_read(&r->head, text, len, how->prefixes, &how->last);
	if (!r->valid)
		return;
	r->matters = matters(r);
	if (!r->matters)
		return;
	r->end = record_end(&r->head, how->raw);
	r->odd = !how->fields || !record_fields_read(r, how->tails);
}

void record_too_long(struct record *r, const char *text, size_t len)
{
	r->valid = r->matters = false;
	r->too_long = true;
	r->head.text = r->head.body = text;
	r->head.end = text + len;
}
