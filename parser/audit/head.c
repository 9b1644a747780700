// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/head: the head of one line of an audit log. */
#include "parser/audit/head.h"

#include <string.h>

#define NODE_PRIME 0x100000001b3	/* of FNV-1a */
#define PREFIX_MAX 256		/* syslog's time, host and program */

#define STARTS(p, end, text)						\
	((size_t)((end) - (p)) >= sizeof(text) - 1 &&			\
	 !memcmp(p, text, sizeof(text) - 1))

/* Names as auditd writes them; the records of system calls come most often. */
static enum record_type type_of_name(const char *p, const char *end)
{
	switch (*p) {
	case 'S':
		return STARTS(p, end, "SYSCALL ") ? RECORD_SYSCALL :
		       STARTS(p, end, "SOCKADDR ") ? RECORD_SOCKADDR :
		       STARTS(p, end, "SOCKETCALL ") ? RECORD_SOCKETCALL :
		       STARTS(p, end, "SYSTEM_BOOT ") ? RECORD_BOOT : RECORD_OTHER;
	case 'P':
		return STARTS(p, end, "PROCTITLE ") ? RECORD_PROCTITLE : RECORD_OTHER;
	case 'E':
		return STARTS(p, end, "EOE ") ? RECORD_EOE : RECORD_OTHER;
	case 'K':
		return STARTS(p, end, "KERNEL ") ? RECORD_KERNEL : RECORD_OTHER;
	case 'U':
		return STARTS(p, end, "URINGOP ") ? RECORD_URINGOP : RECORD_OTHER;
	case 'D':
		return STARTS(p, end, "DAEMON_START ") ? RECORD_DAEMON_START :
		       STARTS(p, end, "DAEMON_") ? RECORD_DAEMON : RECORD_OTHER;
	}
	return RECORD_OTHER;
}

/* Numbers as the kernel's own log has them (linux/audit.h). */
static enum record_type type_of_number(const char *p, const char *end)
{
	switch (head_number(&p, end, 10)) {
	case 1127:		return RECORD_BOOT;
	case 1200:		return RECORD_DAEMON_START;
	case 1201 ... 1299:	return RECORD_DAEMON;
	case 1300:		return RECORD_SYSCALL;
	case 1304:		return RECORD_SOCKETCALL;
	case 1306:		return RECORD_SOCKADDR;
	case 1320:		return RECORD_EOE;
	case 1327:		return RECORD_PROCTITLE;
	case 1336:		return RECORD_URINGOP;
	case 2000:		return RECORD_KERNEL;
	}
	return RECORD_OTHER;
}

static enum record_type type_of(const char *p, const char *end)
{
	if (p == end)
		return RECORD_OTHER;
	return *p >= '0' && *p <= '9' ? type_of_number(p, end) : type_of_name(p, end);
}

uint64_t head_number(const char **p, const char *end, int base)
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

/* Reads 1 to most digits and the character after them. */
static bool read_part(const char **from, const char *end, int most, char after,
		      uint64_t *out)
{
	const char *p = *from, *last = end - p > most ? p + most : end;
	unsigned int digit;
	uint64_t v = 0;

	for (; p < last; p++) {
		digit = (unsigned char)*p - '0';
		if (digit > 9)
			break;
		v = v * 10 + digit;
	}
	*out = v;
	if (p == *from || p == end)
		return false;
	*from = p + 1;
	return *p == after;
}

static bool is_last(const struct head_stamp *last, const char *p, const char *end)
{
	size_t len = last->len;

	/* the last digit is what differs most */
	return len && (size_t)(end - p) > len && p[len] == ')' &&
	       p[len - 1] == last->text[len - 1] && !memcmp(p, last->text, len);
}

#define SEC_DIGITS 10		/* from 2001 to 2286 */

/* "SEC." The records of a second come together. */
static bool read_second(const char **p, const char *end, const struct head_stamp *last,
			uint64_t *sec)
{
	if (last->len > SEC_DIGITS && last->text[SEC_DIGITS] == '.' &&
	    end - *p > SEC_DIGITS && !memcmp(*p, last->text, SEC_DIGITS + 1)) {
		*p += SEC_DIGITS + 1;
		*sec = last->sec;
		return true;
	}
	return read_part(p, end, 11, '.', sec);
}

/* "SEC.MILLI:SERIAL)". auparse takes any number for a time. */
static const char *read_numbers(const char *p, const char *end, struct head_stamp *last)
{
	const char *start = p;
	uint64_t sec, milli, serial;

	if (is_last(last, p, end))
		return p + last->len;
	if (!read_second(&p, end, last, &sec) || !read_part(&p, end, 3, ':', &milli) ||
	    !read_part(&p, end, 19, ')', &serial))
		return NULL;
	last->sec = sec;
	last->time = sec * 1000 + milli;
	last->serial = serial;
	last->len = --p - start;
	memcpy(last->text, start, last->len);
	return p;
}

/* "… msg=audit(SEC.MILLI:SERIAL):": mixes the serial into the key. */
static bool read_stamp(struct head *h, const char *p, struct head_stamp *last)
{
	p = memchr(p, ' ', h->end - p);
	if (p && STARTS(p, h->end, " msg=audit("))
		p += 5;
	else if (p && h->prefixed && STARTS(p, h->end, " audit("))
		p += 1;
	else
		return false;
	h->stamp = p;
	h->no_msg = p[-1] == ' ';
	p = read_numbers(p + 6, h->end, last);
	if (!p)
		return false;
	h->time = last->time;
	h->serial = last->serial;
	/* serials are near each other, and so may the nodes' names be */
	h->key = h->node * 0x9e3779b97f4a7c15 + h->serial;
	h->body = h->end - p >= 3 ? p + 3 : h->end;
	return true;
}

uint64_t head_node(const char *name, size_t len)
{
	uint64_t h = 0;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * NODE_PRIME;
	return h;
}

static bool read_from(struct head *h, const char *p, struct head_stamp *last)
{
	h->text = p;
	h->node = h->key = h->serial = h->time = 0;
	h->node_name = NULL;
	if (STARTS(p, h->end, "node=")) {
		h->node_name = p += 5;
		while (p < h->end && *p != ' ')
			p++;
		h->node_len = p - h->node_name;
		h->node = head_node(h->node_name, h->node_len);
		if (p < h->end)
			p++;
	}
	if (!STARTS(p, h->end, "type="))
		return false;
	h->type = type_of(p + 5, h->end);
	/* auditd numbers its own events itself */
	if (h->type == RECORD_DAEMON || h->type == RECORD_DAEMON_START)
		return true;
	return read_stamp(h, p, last) || (h->type == RECORD_OTHER && !h->prefixed);
}

/* "Nov 21 06:00:51 host audispd: type=… msg=audit(…", "kernel: audit: type=1300
 * audit(…". */
static bool read_behind_prefix(struct head *h, const char *text, struct head_stamp *last_stamp)
{
	const char *last = text + PREFIX_MAX < h->end ? text + PREFIX_MAX : h->end;

	h->prefixed = true;
	for (const char *p = text; p && p < last; p = memchr(p, ' ', last - p)) {
		p += *p == ' ';
		if ((STARTS(p, h->end, "type=") || STARTS(p, h->end, "node=")) &&
		    read_from(h, p, last_stamp))
			return true;
	}
	return false;
}

bool head_read_clean(struct head *h, const char *text, size_t len, bool prefixes,
		     struct head_stamp *last)
{
	h->text = h->body = text;
	h->end = text + len;
	h->prefixed = h->no_msg = false;
	if (len && text[len - 1] == '\r')
		h->end--;
	return read_from(h, text, last) || (prefixes && read_behind_prefix(h, text, last));
}

bool head_read(struct head *h, const char *text, size_t len, bool prefixes,
	       struct head_stamp *last)
{
	if (!memchr(text, 0, len))
		return head_read_clean(h, text, len, prefixes, last);
	h->text = h->body = text;
	h->end = text + len;
	return false;
}
