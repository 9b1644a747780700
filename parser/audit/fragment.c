// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/fragment: the fields of an audit event's records. */
#include "parser/audit/fragment.h"

#include <libaudit.h>
#include <stdlib.h>
#include <string.h>

#include "parser/audit/field.h"
#include "parser/audit/head.h"
#include "parser/text.h"

void fragment_init(struct fragment *p, int64_t sec, uint32_t milli, uint64_t serial,
		const char *node)
{
	static const struct task unknown = TASK_UNKNOWN;

	memset(p, 0, sizeof(*p));
	p->stamp = (struct stamp){ .sec = sec, .milli = milli, .serial = serial };
	p->node = node;
	p->task = unknown;
	p->a[1] = UINT64_MAX;	/* not read: see field_matters() in record.c */
	p->complaint = "";
}

static void bad(struct fragment *p, const char *field)
{
	p->malformed = true;
	p->complaint = field;
}

/* auparse's values are terminated. */
static bool read_u64(const char *value, unsigned int base, uint64_t *out)
{
	return field_u64(value, value + strlen(value), base, out);
}

static void take_id(struct fragment *p, int64_t *id, const char *value,
		    const char *field)
{
	if (!field_id(value, value + strlen(value), id))
		bad(p, field);
}

/* The task of a SYSCALL record. */
static void task_field(struct fragment *p, const char *name, const char *value)
{
	struct task *t = &p->task;

	switch (*name) {
	case 'p':
		if (FIELD_IS(name, "pid"))
			take_id(p, &t->pid, value, "pid");
		else if (FIELD_IS(name, "ppid"))
			take_id(p, &t->ppid, value, "ppid");
		break;
	case 'u':
		if (FIELD_IS(name, "uid"))
			take_id(p, &t->uid, value, "uid");
		break;
	case 'a':
		if (FIELD_IS(name, "auid"))
			take_id(p, &t->auid, value, "auid");
		break;
	case 's':
		if (FIELD_IS(name, "ses"))
			take_id(p, &t->ses, value, "ses");
		else if (FIELD_IS(name, "subj"))
			field_text(&t->subj, value);
		break;
	case 'c':
		if (FIELD_IS(name, "comm"))
			field_text(&t->comm, value);
		break;
	case 'e':
		if (FIELD_IS(name, "exe"))
			field_text(&t->exe, value);
		break;
	}
}

static void take_arch(struct fragment *p, const char *value)
{
	uint64_t v;

	if (read_u64(value, 16, &v) && v <= UINT32_MAX)
		p->arch = v;
	else
		bad(p, "arch");
}

static void syscall_field(struct fragment *p, const char *name, const char *value)
{
	if (*name == 'a' && name[1] >= '0' && name[1] <= '3' && !name[2]) {
		if (!read_u64(value, 16, &p->a[name[1] - '0']))
			bad(p, "a0..a3");
	} else if (FIELD_IS(name, "arch")) {
		take_arch(p, value);
	} else if (FIELD_IS(name, "syscall")) {
		if (!read_u64(value, 10, &p->nr))
			bad(p, "syscall");
	} else if (FIELD_IS(name, "exit")) {
		p->has_exit = field_s64(value, value + strlen(value), &p->exit);
		if (!p->has_exit)
			bad(p, "exit");
	} else if (FIELD_IS(name, "key")) {
		p->unkeyed = FIELD_IS(value, "(null)");
	} else {
		task_field(p, name, value);
	}
}

static void call_field(struct fragment *p, const char *name, const char *value)
{
	if (*name != 'a' || name[1] < '0' || name[1] > '5' || name[2])
		return;
	if (read_u64(value, 16, &p->call[name[1] - '0']))
		p->has_call = true;
	else
		bad(p, "a0..a5");
}

void fragment_record(struct fragment *p)
{
	p->past_subj = false;
}

void fragment_field(struct fragment *p, int type, const char *name, const char *value)
{
	if (p->past_subj && (type != AUDIT_SYSCALL || !FIELD_IS(name, "key")))
		return;
	p->past_subj |= FIELD_IS(name, "subj");
	if (*name == 'b' && !strcmp(name, HEAD_BY_SYSLOG))
		p->by_syslog = true;
	switch (type) {
	case AUDIT_SYSCALL:
		p->has_syscall = true;
		syscall_field(p, name, value);
		break;
	case AUDIT_SOCKADDR:
		if (FIELD_IS(name, "saddr")) {
			p->has_saddr = true;
			p->saddr = value;
		}
		break;
	case AUDIT_SOCKETCALL:
		call_field(p, name, value);
		break;
	case AUDIT_PROCTITLE:
		if (FIELD_IS(name, "proctitle")) {
			p->has_proctitle = true;
			/* the kernel writes this, quoted, if there is none */
			if (!FIELD_IS(value, "\"(null)\""))
				field_text(&p->task.proctitle, value);
		}
		break;
	}
}

static const char *terminated(const struct record_text *t)
{
	if (t->at)
		((char *)t->at)[t->len] = 0;
	return t->at;
}

static void read_syscall(struct fragment *p, const struct record_syscall *s)
{
	p->has_syscall = true;
	p->arch = s->arch;
	p->nr = s->nr;
	memcpy(p->a, s->a, sizeof(p->a));
	p->exit = s->exit;
	p->has_exit = s->has_exit;
	p->unkeyed = s->unkeyed;
	p->task = (struct task){
		.pid = s->pid, .ppid = s->ppid, .uid = s->uid, .auid = s->auid,
		.ses = s->ses, .sid = ID_UNKNOWN, .comm = terminated(&s->comm),
		.exe = terminated(&s->exe), .subj = terminated(&s->subj),
		.proctitle = p->task.proctitle,
	};
}

void fragment_read(struct fragment *p, const struct record *r)
{
	const char *value;

	switch (r->head.type) {
	case RECORD_SYSCALL:
		p->by_syslog |= r->head.prefixed;
		read_syscall(p, &r->syscall);
		break;
	case RECORD_SOCKADDR:
		p->has_saddr = true;
		p->saddr = terminated(&r->value);
		break;
	case RECORD_PROCTITLE:
		p->has_proctitle = true;
		value = terminated(&r->value);
		if (value)
			p->task.proctitle = value;
		break;
	case RECORD_EOE:
		p->ended = true;
		break;
	default:
		break;
	}
}

struct fragment *fragment_copy(const struct fragment *p)
{
	struct fragment *c = malloc(sizeof(*c) + text_size(p->node) +
				 text_size(p->task.comm) + text_size(p->task.exe) +
				 text_size(p->task.subj) +
				 text_size(p->task.proctitle) + text_size(p->saddr));
	char *to;

	if (!c)
		return NULL;
	*c = *p;
	to = c->text;
	c->node = text_copy(p->node, &to);
	c->task.comm = text_copy(p->task.comm, &to);
	c->task.exe = text_copy(p->task.exe, &to);
	c->task.subj = text_copy(p->task.subj, &to);
	c->task.proctitle = text_copy(p->task.proctitle, &to);
	c->saddr = text_copy(p->saddr, &to);
	return c;
}

void fragment_free(struct fragment *p)
{
	free(p);
}

struct fragment *fragment_merge(struct fragment *first, const struct fragment *more)
{
	struct fragment sum = *first, *c;

	if (more->has_saddr) {
		sum.has_saddr = true;
		sum.saddr = more->saddr;
	}
	if (more->has_call) {
		sum.has_call = true;
		memcpy(sum.call, more->call, sizeof(sum.call));
	}
	if (more->has_proctitle) {
		sum.has_proctitle = true;
		sum.task.proctitle = more->task.proctitle;
	}
	sum.by_syslog |= more->by_syslog;
	c = fragment_copy(&sum);
	if (c)
		fragment_free(first);
	return c;
}

struct fragment *fragment_image(const struct fragment *p, struct image *i)
{
	struct fragment f = { 0 };

	if (p)
		f = *p;
	image_same(i, sizeof(f));
	IMAGE(i, f);
	image_text(i, &f.node);
	image_text(i, &f.task.comm);
	image_text(i, &f.task.exe);
	image_text(i, &f.task.subj);
	image_text(i, &f.task.proctitle);
	image_text(i, &f.saddr);
	f.complaint = "";
	f.task.pcomm = NULL;
	return i->loading && !i->bad ? fragment_copy(&f) : NULL;
}
