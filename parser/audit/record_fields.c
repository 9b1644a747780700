// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/audit/record_fields: the fields of one record, as the kernel writes them
 * (audit_log_exit() in kernel/auditsc.c): always the same ones in the same order, one blank
 * apart. auparse reads a record that deviates by a byte.
 */
#include "parser/audit/record_fields.h"

#include <string.h>

#include "parser/audit/field.h"
#include "parser/event.h"

/* The record from here on. */
struct cursor {
	const char *at, *end;
};

/* Compares a few bytes of a constant length, without a call. */
static inline __attribute__((always_inline)) bool same(const char *a, const char *b, size_t len)
{
	uint64_t x, y;
	uint32_t v, w;

	if (len > 16 || len < 4)
		return !memcmp(a, b, len);
	if (len >= 8) {
		memcpy(&x, a, 8);
		memcpy(&y, b, 8);
		if (x != y)
			return false;
		memcpy(&x, a + len - 8, 8);
		memcpy(&y, b + len - 8, 8);
		return x == y;
	}
	memcpy(&v, a, 4);
	memcpy(&w, b, 4);
	if (v != w)
		return false;
	memcpy(&v, a + len - 4, 4);
	memcpy(&w, b + len - 4, 4);
	return v == w;
}

/* Steps over text, or returns false. */
static inline __attribute__((always_inline)) bool step(struct cursor *c, const char *text,
						       size_t len)
{
	if ((size_t)(c->end - c->at) < len || !same(c->at, text, len))
		return false;
	c->at += len;
	return true;
}
#define STEP(c, text) step(c, text, sizeof(text) - 1)

/* 1 to most digits, and then a blank or the end. */
static inline bool digits(struct cursor *c, int most, uint64_t *out)
{
	const char *p = c->at;
	unsigned int digit;
	uint64_t v = 0;

	for (; p < c->end; p++) {
		digit = (unsigned char)*p - '0';
		if (digit > 9)
			break;
		v = v * 10 + digit;
	}
	if (p == c->at || p - c->at > most || (p < c->end && *p != ' '))
		return false;
	c->at = p;
	*out = v;
	return true;
}

static inline bool hex_number(struct cursor *c, uint64_t *out)
{
	const char *p = c->at;
	uint64_t v = 0;

	for (; p < c->end && *p != ' '; p++) {
		unsigned int digit = (unsigned char)*p - '0';

		if (digit > 9) {
			digit = (unsigned char)*p - 'a' + 10;
			if (digit < 10 || digit > 15)
				return false;
		}
		v = v << 4 | digit;
	}
	if (p == c->at || p - c->at > 16)
		return false;
	c->at = p;
	*out = v;
	return true;
}

/* A user, process or session. */
static inline bool id(struct cursor *c, int64_t *out)
{
	uint64_t v;

	if (!digits(c, 10, &v) || v > ID_UNSET)
		return false;
	*out = v;
	return true;
}

/* A value that is not needed. */
static inline bool skip_value(struct cursor *c)
{
	const char *p = field_end(c->at, c->end);

	if (p == c->at)
		return false;
	c->at = p;
	return true;
}
#define SKIP(c, text) (STEP(c, text) && skip_value(c))

/* "quoted" or hex, as audit_log_untrustedstring() writes it: neither has a blank. (null) and
 * (none) are none. */
static bool text(struct cursor *c, struct record_text *out)
{
	const char *start = c->at, *stop = field_end(start, c->end);

	c->at = stop;
	*out = (struct record_text){ NULL, 0 };
	if (stop == start)
		return false;
	if (!field_is_trimmed(start, stop))
		*out = (struct record_text){ start, stop - start };
	else
		return field_is_none(start, stop);
	return true;
}

/* A security context up to its first blank; auparse would remove punctuation at the end. */
static bool context(struct cursor *c, struct record_text *out)
{
	const char *start = c->at;

	if (!skip_value(c) || field_is_trimmed(start, c->at))
		return false;
	*out = (struct record_text){ start, c->at - start };
	return true;
}

/* Behind subj=: words that are no fields, as AppArmor's "(enforce)". */
static bool rest_of_context(struct cursor *c)
{
	while (c->at < c->end && !STEP(c, " key=")) {
		const char *word = ++c->at;

		if (!skip_value(c) || memchr(word, '=', c->at - word))
			return false;
	}
	return c->at < c->end;
}

static bool is_key_end(const char *p, const char *end)
{
	return p == end || !memmem(p, end - p, " key=", 5);
}

/* key="netlog", key=(null), or several in hex. It is the last field. */
static bool key(struct cursor *c, struct record_syscall *s)
{
	const char *p = c->at, *close;
	size_t left = c->end - p;

	s->unkeyed = left >= 6 && !memcmp(p, "(null)", 6);
	if (s->unkeyed)
		return is_key_end(p + 6, c->end);
	if (*p == '"') {
		close = memchr(p + 1, '"', left - 1);
		return close && is_key_end(close + 1, c->end);
	}
	for (; p < c->end; p++)
		if (!((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'F')))
			return false;
	return true;
}

static bool outcome(struct cursor *c, struct record_syscall *s)
{
	bool minus;
	uint64_t v;

	if (!STEP(c, " success="))
		return true;		/* exit(2) has none */
	if ((!STEP(c, "yes") && !STEP(c, "no")) || !STEP(c, " exit="))
		return false;
	minus = STEP(c, "-");
	if (!digits(c, 18, &v))
		return false;
	s->exit = minus ? -(int64_t)v : (int64_t)v;
	s->has_exit = true;
	return true;
}

static inline bool argument(struct cursor *c, struct record *r, int n)
{
	if (c->at == c->end)
		return false;
	if (!syscalls_uses_argument(r->call, n, *c->at))
		return skip_value(c);
	return hex_number(c, &r->syscall.a[n]);
}

static bool arguments(struct cursor *c, struct record *r)
{
	return STEP(c, " a0=") && argument(c, r, 0) && STEP(c, " a1=") && argument(c, r, 1) &&
	       STEP(c, " a2=") && argument(c, r, 2) && STEP(c, " a3=") && argument(c, r, 3);
}

/* From auid= to the end. */
static bool read_tail(struct cursor *c, struct record_syscall *s)
{
	if (!STEP(c, " auid=") || !id(c, &s->auid) ||
	    !STEP(c, " uid=") || !id(c, &s->uid) || !SKIP(c, " gid=") || !SKIP(c, " euid=") ||
	    !SKIP(c, " suid=") || !SKIP(c, " fsuid=") || !SKIP(c, " egid=") ||
	    !SKIP(c, " sgid=") || !SKIP(c, " fsgid=") || !SKIP(c, " tty=") ||
	    !STEP(c, " ses=") || !id(c, &s->ses) ||
	    !STEP(c, " comm=") || !text(c, &s->comm) || !STEP(c, " exe=") || !text(c, &s->exe))
		return false;
	if (STEP(c, " subj=")) {
		if (!context(c, &s->subj))
			return false;
		if (c->at == c->end)
			return true;
		return rest_of_context(c) && key(c, s);
	}
	if (c->at == c->end)
		return true;
	return STEP(c, " key=") && c->at < c->end && key(c, s);
}

/* ---- tails that were read before ---- */

#define TAIL_MIN 64

static struct record_tail *tail_of(struct record_tails *t, const struct cursor *c)
{
	size_t len = c->end - c->at;
	uint64_t users, program;

	if (!t || len < TAIL_MIN)
		return NULL;
	memcpy(&users, c->at + sizeof(" auid=") - 1, sizeof(users));
	memcpy(&program, c->end - 24, sizeof(program));	/* before key="netlog" */
	program = ((program ^ len) + users * 31) * 0x9e3779b97f4a7c15;
	return &t->tails[program >> 32 & (RECORD_TAILS - 1)];
}

static struct record_text moved(const struct record_text *x, const char *from, const char *to)
{
	return (struct record_text){ x->at ? to + (x->at - from) : NULL, x->len };
}

/* Takes the fields from a tail of the same bytes. */
static bool take_tail(const struct record_tail *t, const struct cursor *c, struct record_syscall *s)
{
	const struct record_syscall *f = &t->fields;

	if (!t->at || t->len != (size_t)(c->end - c->at) || memcmp(t->at, c->at, t->len))
		return false;
	s->auid = f->auid;
	s->uid = f->uid;
	s->ses = f->ses;
	s->unkeyed = f->unkeyed;
	s->comm = moved(&f->comm, t->at, c->at);
	s->exe = moved(&f->exe, t->at, c->at);
	s->subj = moved(&f->subj, t->at, c->at);
	return true;
}

static bool tail(struct cursor *c, struct record_syscall *s, struct record_tails *tails)
{
	struct record_tail *known = tail_of(tails, c);
	const struct cursor from = *c;

	if (known && take_tail(known, c, s))
		return true;
	if (!read_tail(c, s))
		return false;
	if (known)
		*known = (struct record_tail){ from.at, from.end - from.at, *s };
	return true;
}

static bool read_syscall(struct record *r, struct record_tails *tails)
{
	struct record_syscall *s = &r->syscall;
	struct cursor c = { r->head.body, r->end };
	uint64_t arch;

	if (r->call == SC_NONE || !STEP(&c, "arch=") || !hex_number(&c, &arch) ||
	    arch > UINT32_MAX || !STEP(&c, " syscall=") || !digits(&c, 18, &s->nr))
		return false;
	s->arch = arch;
	s->a[0] = s->a[2] = s->a[3] = 0;
	s->a[1] = UINT64_MAX;
	s->has_exit = s->unkeyed = false;
	s->exit = 0;
	s->subj = (struct record_text){ NULL, 0 };
	if (STEP(&c, " per=") && !skip_value(&c))
		return false;
	return outcome(&c, s) && arguments(&c, r) && SKIP(&c, " items=") &&
	       STEP(&c, " ppid=") && id(&c, &s->ppid) && STEP(&c, " pid=") && id(&c, &s->pid) &&
	       tail(&c, s, tails);
}

/* The one value of a record, which goes to its end. */
static bool read_value(struct record *r, struct cursor c)
{
	const char *blank = memchr(c.at, ' ', c.end - c.at);

	r->value = (struct record_text){ c.at, c.end - c.at };
	/* auparse ignores an empty value; "(null)" is the kernel's text for none */
	return c.at < c.end && !blank && !field_is_trimmed(c.at, c.end) &&
	       !(r->value.len == 8 && !memcmp(c.at, "\"(null)\"", 8));
}

bool record_fields_read(struct record *r, struct record_tails *tails)
{
	struct cursor c = { r->head.body, r->end };

	switch (r->head.type) {
	case RECORD_SYSCALL:	return read_syscall(r, tails);
	case RECORD_SOCKADDR:	return STEP(&c, "saddr=") && read_value(r, c);
	case RECORD_PROCTITLE:	return STEP(&c, "proctitle=") && read_value(r, c);
	case RECORD_KERNEL:	return true;	/* module_record.c reads them */
	case RECORD_EOE:	return true;
	default:		return false;
	}
}
