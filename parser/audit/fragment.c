// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/fragment: fields of an audit event, to a fact. */
#include "parser/audit/fragment.h"
#include "parser/text.h"

#include <errno.h>
#include <fcntl.h>
#include <libaudit.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/track/process.h"
#include "parser/audit/head.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif
#define CLONE_THREAD_FLAG 0x10000
#define SOCK_CLOEXEC_FLAG 02000000
#define SOCK_TYPE_MASK 0xf

/* strcmp() == 0 for a constant of a few characters: cheaper than the call, and this is
 * asked a dozen times a record. */
static inline bool is_text(const char *s, const char *text, size_t len)
{
#ifndef __clang__ /* unrolls by itself */
#pragma GCC unroll 16
#endif
	for (size_t i = 0; i < len; i++)
		if (s[i] != text[i])
			return false;
	return !s[len];
}
#define IS(s, text) is_text(s, text, sizeof(text) - 1)

void fragment_init(struct fragment *p, int64_t sec, uint32_t milli, uint64_t serial,
		const char *node)
{
	static const struct task unknown = TASK_UNKNOWN;

	memset(p, 0, sizeof(*p));
	p->stamp = (struct stamp){ .sec = sec, .milli = milli, .serial = serial };
	p->node = node;
	p->task = unknown;
	p->a[1] = UINT64_MAX;	/* not read: see field_matters() in filter.c */
	p->complaint = "";
}

/* strtoull() without its locale, signs and spaces. */
static bool read_u64(const char *s, unsigned int base, uint64_t *out)
{
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		unsigned int c = (unsigned char)*s, digit = c - '0';

		if (digit > 9) {
			if (base != 16 || c < 'a' || c > 'f')
				return false;
			digit = c - 'a' + 10;
		}
		if (v > UINT64_MAX / 16)
			return false;
		v = v * base + digit;
	}
	*out = v;
	return true;
}

static bool read_s64(const char *s, int64_t *out)
{
	bool minus = *s == '-';
	uint64_t v;

	if (!read_u64(s + minus, 10, &v) || v > INT64_MAX)
		return false;
	*out = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

static void bad(struct fragment *p, const char *field)
{
	p->malformed = true;
	p->complaint = field;
}

static void take_id(struct fragment *p, int64_t *id, const char *value,
		    const char *field)
{
	uint64_t v;

	/* audit writes unset as 4294967295, older kernels as -1 */
	if (IS(value, "-1"))
		*id = ID_UNSET;
	else if (read_u64(value, 10, &v) && v <= ID_UNSET)
		*id = v;
	else
		bad(p, field);
}

static void take_text(const char **text, const char *value)
{
	if (*value != '(' ? *value : !IS(value, "(null)") && !IS(value, "(none)"))
		*text = value;
}

/* Fields of SYSCALL and of audit_log_task_info() alike. */
static void task_field(struct fragment *p, const char *name, const char *value)
{
	struct task *t = &p->task;

	switch (*name) {
	case 'p':
		if (IS(name, "pid"))
			take_id(p, &t->pid, value, "pid");
		else if (IS(name, "ppid"))
			take_id(p, &t->ppid, value, "ppid");
		break;
	case 'u':
		if (IS(name, "uid"))
			take_id(p, &t->uid, value, "uid");
		break;
	case 'a':
		if (IS(name, "auid"))
			take_id(p, &t->auid, value, "auid");
		break;
	case 's':
		if (IS(name, "ses"))
			take_id(p, &t->ses, value, "ses");
		else if (IS(name, "subj"))
			take_text(&t->subj, value);
		break;
	case 'c':
		if (IS(name, "comm"))
			take_text(&t->comm, value);
		break;
	case 'e':
		if (IS(name, "exe"))
			take_text(&t->exe, value);
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
	} else if (IS(name, "arch")) {
		take_arch(p, value);
	} else if (IS(name, "syscall")) {
		if (!read_u64(value, 10, &p->nr))
			bad(p, "syscall");
	} else if (IS(name, "exit")) {
		p->has_exit = read_s64(value, &p->exit);
		if (!p->has_exit)
			bad(p, "exit");
	} else if (IS(name, "key")) {
		p->unkeyed = IS(value, "(null)");
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

static bool module_number(struct fragment *p, const char *name, const char *value)
{
	struct event *m = &p->module;
	const struct { const char *name; int64_t *to; } wide[] = {
		{ NETLOG_F_NETNS, &m->netns }, { NETLOG_F_MONO, &m->mono },
		{ NETLOG_F_TX, &m->tx }, { NETLOG_F_RX, &m->rx },
		{ NETLOG_F_MISSED, &m->missed }, { NETLOG_F_LOST, &m->lost },
		{ NETLOG_F_SID, &p->task.sid },
	};
	const struct { const char *name; int *to; } narrow[] = {
		{ NETLOG_F_PROTO, &m->proto }, { NETLOG_F_FAMILY, &m->family },
		{ NETLOG_F_STATE, &m->state }, { NETLOG_F_ERR, &m->err },
	};
	int64_t v = 0;

	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (!strcmp(name, wide[i].name)) {
			if (!read_s64(value, wide[i].to) || *wide[i].to < 0)
				bad(p, wide[i].name);
			return true;
		}
	for (size_t i = 0; i < sizeof(narrow) / sizeof(*narrow); i++)
		if (!strcmp(name, narrow[i].name)) {
			if (!read_s64(value, &v) || v < 0 || v > INT_MAX)
				bad(p, narrow[i].name);
			else
				*narrow[i].to = v;
			return true;
		}
	return false;
}

/* auparse takes a colon at the end of a value for punctuation: "::" comes as ":",
 * "fd00::" as "fd00:". No address ends with one colon. */
static int parse_ip(const char *value, struct netaddr *a)
{
	char mended[64];
	size_t len = strlen(value);

	if (!len || value[len - 1] != ':' || len + 2 > sizeof(mended))
		return netaddr_parse_ip(value, a);
	memcpy(mended, value, len);
	memcpy(mended + len, ":", 2);
	return netaddr_parse_ip(mended, a);
}

static void module_end(struct fragment *p, struct netaddr *a, const char *name,
		       const char *value)
{
	uint64_t v;

	if (name[1] == 'p') {			/* lport, fport */
		if (!read_u64(value, 10, &v) || v > 65535) {
			bad(p, "lport or fport");
			return;
		}
		a->port = v;
		a->has_port = v != 0;
	} else if (parse_ip(value, a)) {
		bad(p, "laddr or faddr");
	}
}

static void module_op(struct fragment *p, const char *value)
{
	static const char *const names[NETLOG_OP_COUNT] = {
		[NETLOG_OP_NONE] = "",
#define OP_NAME(name, text) [NETLOG_OP_##name] = text,
		NETLOG_OPS(OP_NAME)
#undef OP_NAME
	};

	for (int op = 1; op < NETLOG_OP_COUNT; op++)
		if (!strcmp(value, names[op]))
			p->module.op = op;
	if (!p->module.op)
		bad(p, "op");
}

/* The first field of each record: whatever an earlier record left is gone. */
static void module_begin(struct fragment *p, const char *value)
{
	static const struct task unknown = TASK_UNKNOWN;
	uint64_t v = 0;

	memset(&p->module, 0, sizeof(p->module));
	p->module.proto = PROTO_UNKNOWN;
	p->module.netns = p->module.mono = p->module.tx = p->module.rx = -1;
	p->module.missed = p->module.lost = -1;
	p->task = unknown;
	p->malformed = false;
	if (!read_u64(value, 10, &v) || v < NETLOG_RECORD_OLDEST || v > NETLOG_RECORD_VERSION)
		bad(p, NETLOG_F_VERSION);
	p->module_version = v;
}

static void module_field(struct fragment *p, const char *name, const char *value)
{
	struct event *m = &p->module;
	uint64_t v = 0;

	if (IS(name, NETLOG_F_VERSION)) {
		module_begin(p, value);
	} else if (IS(name, NETLOG_F_OP)) {
		module_op(p, value);
	} else if (IS(name, NETLOG_F_INO)) {
		if (!read_u64(value, 10, &m->ino))
			bad(p, NETLOG_F_INO);
	} else if (IS(name, NETLOG_F_COOKIE)) {
		if (!read_u64(value, 16, &m->cookie))
			bad(p, NETLOG_F_COOKIE);
	} else if (IS(name, NETLOG_F_LADDR) || IS(name, NETLOG_F_LPORT)) {
		module_end(p, &m->local, name, value);
	} else if (IS(name, NETLOG_F_FADDR) || IS(name, NETLOG_F_FPORT)) {
		module_end(p, &m->remote, name, value);
	} else if (IS(name, NETLOG_F_OIF)) {
		if (read_u64(value, 10, &v) && v <= INT_MAX)
			m->newfd = v;	/* given to both ends at the end */
	} else if (IS(name, NETLOG_F_DATA)) {
		m->unused = !strcmp(value, "0");
	} else if (!module_number(p, name, value)) {
		task_field(p, name, value);
	}
}

void fragment_record(struct fragment *p)
{
	p->past_subj = false;
}

void fragment_field(struct fragment *p, int type, const char *name, const char *value)
{
	if (p->past_subj && (type != AUDIT_SYSCALL || !IS(name, "key")))
		return;
	p->past_subj |= IS(name, "subj");
	if (*name == 'b' && !strcmp(name, HEAD_BY_SYSLOG))
		p->by_syslog = true;
	switch (type) {
	case AUDIT_SYSCALL:
		p->has_syscall = true;
		syscall_field(p, name, value);
		break;
	case AUDIT_SOCKADDR:
		if (IS(name, "saddr")) {
			p->has_saddr = true;
			p->saddr = value;
		}
		break;
	case AUDIT_SOCKETCALL:
		call_field(p, name, value);
		break;
	case AUDIT_PROCTITLE:
		if (IS(name, "proctitle")) {
			p->has_proctitle = true;
			/* the kernel's quoted way to say that there is none */
			if (!IS(value, "\"(null)\""))
				take_text(&p->task.proctitle, value);
		}
		break;
	case AUDIT_KERNEL:
		module_field(p, name, value);
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
		.ses = s->ses, .sid = p->task.sid, .comm = terminated(&s->comm),
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

static enum syscall_id call_of(const struct fragment *p)
{
	enum syscall_id id = syscalls_id(p->arch, p->nr);

	return id == SC_SOCKETCALL ? syscalls_socketcall(p->a[0]) : id;
}

static const uint64_t *arguments(const struct fragment *p)
{
	return syscalls_id(p->arch, p->nr) == SC_SOCKETCALL ? p->call : p->a;
}

/* The kernel writes exit= as a long: a 32-bit error can come without its sign. */
static int64_t exit_of(const struct fragment *p)
{
	bool wide = p->arch & __AUDIT_ARCH_64BIT;

	return !wide && p->exit > UINT32_MAX - 4096LL && p->exit <= UINT32_MAX ?
	       (int32_t)p->exit : p->exit;
}

/* These have an address unless the kernel could not read one; it can come behind
 * PROCTITLE (lines.c). Without any rule the kernel keeps none, and yet writes SYSCALL
 * where a security module denies (AVC, LANDLOCK_ACCESS): key=(null). */
static bool has_address_coming(const struct fragment *p, enum syscall_id id)
{
	if ((id != SC_CONNECT && id != SC_BIND) || p->has_saddr || p->ended ||
	    p->unkeyed)
		return false;
	return p->has_exit && p->exit != -EFAULT && p->exit != -EINVAL &&
	       p->exit != -EBADF && p->exit != -ENOTSOCK;
}

bool fragment_complete(const struct fragment *p)
{
	enum syscall_id id = call_of(p);

	if (has_address_coming(p, id))
		return false;
	if (p->has_proctitle || p->ended)
		return true;
	if (syscalls_id(p->arch, p->nr) == SC_SOCKETCALL && !p->has_call)
		return false;
	if (id == SC_ACCEPT || id == SC_ACCEPT4)
		return p->has_saddr || !arguments(p)[1];
	return p->has_saddr || p->unkeyed || (id != SC_CONNECT && id != SC_BIND);
}

struct fragment *fragment_copy(const struct fragment *p)
{
	struct fragment *c = malloc(sizeof(*c) + audit_text_size(p->node) +
				 audit_text_size(p->task.comm) + audit_text_size(p->task.exe) +
				 audit_text_size(p->task.subj) +
				 audit_text_size(p->task.proctitle) + audit_text_size(p->saddr));
	char *to;

	if (!c)
		return NULL;
	*c = *p;
	to = c->text;
	c->node = audit_text_copy(p->node, &to);
	c->task.comm = audit_text_copy(p->task.comm, &to);
	c->task.exe = audit_text_copy(p->task.exe, &to);
	c->task.subj = audit_text_copy(p->task.subj, &to);
	c->task.proctitle = audit_text_copy(p->task.proctitle, &to);
	c->saddr = audit_text_copy(p->saddr, &to);
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

/* Which fact a call is; args are its arguments. FRAGMENT_NOTHING: none. */
static enum fragment_result call_fact(const struct fragment *p, enum syscall_id id,
				   const uint64_t *args, struct event *f)
{
	f->fd = f->newfd = (int)args[0];
	switch (id) {
	case SC_SOCKET:
		f->kind = EVENT_SOCKET;
		f->family = (int)args[0];
		f->type = args[1] & SOCK_TYPE_MASK;
		f->cloexec = args[1] & SOCK_CLOEXEC_FLAG;
		f->proto = (int)args[2];
		break;
	case SC_BIND:
		f->kind = EVENT_BIND;
		break;
	case SC_LISTEN:
		f->kind = EVENT_LISTEN;
		break;
	case SC_CONNECT:
		f->kind = EVENT_CONNECT;
		break;
	case SC_ACCEPT4:
		f->cloexec = args[3] & SOCK_CLOEXEC_FLAG;
		/* fall through */
	case SC_ACCEPT:
		f->kind = EVENT_ACCEPT;
		break;
	case SC_CLOSE_RANGE:
		f->newfd = (int)args[1];
		f->cloexec = args[2] & CLOSE_RANGE_CLOEXEC;
		/* fall through */
	case SC_CLOSE:
		f->kind = EVENT_CLOSE;
		break;
	case SC_FCNTL:
	case SC_FCNTL64:
		if (args[1] != F_DUPFD && args[1] != F_DUPFD_CLOEXEC)
			return FRAGMENT_NOTHING;
		f->cloexec = args[1] == F_DUPFD_CLOEXEC;
		/* fall through */
	case SC_DUP:
	case SC_DUP2:
		f->kind = EVENT_DUP;
		f->newfd = p->exit;
		break;
	case SC_DUP3:
		f->kind = EVENT_DUP;
		f->newfd = p->exit;
		f->cloexec = args[2] & O_CLOEXEC;
		break;
	case SC_CLONE:
		if (args[0] & CLONE_THREAD_FLAG)
			return FRAGMENT_NOTHING;
		/* fall through */
	case SC_FORK:
	case SC_VFORK:
		f->kind = EVENT_FORK;
		break;
	case SC_EXECVE:
	case SC_EXECVEAT:
		f->kind = EVENT_EXEC;
		break;
	default:
		return FRAGMENT_NOTHING;
	}
	/* Only connect is of interest when it fails. */
	if (f->kind != EVENT_CONNECT && p->exit < 0)
		return FRAGMENT_NOTHING;
	return FRAGMENT_FACT;
}

static enum fragment_result broken(struct fragment *p, const char *field,
				enum input_error_kind kind,
				enum input_error_kind *why)
{
	p->complaint = field;
	*why = kind;
	return FRAGMENT_BROKEN;
}

/* A record that the event should have; without any rule the kernel kept none. */
static enum fragment_result lacking(struct fragment *p, const char *record, enum input_error_kind *why)
{
	return p->unkeyed ? FRAGMENT_NOTHING : broken(p, record, INPUT_ERROR_INCOMPLETE, why);
}

/* The kernel writes none when it could not read the address; accept(fd, NULL,
 * NULL) has none. */
static bool lacks_saddr(const struct event *f)
{
	return f->kind == EVENT_BIND ||
	       (f->kind == EVENT_CONNECT && f->result != -EFAULT &&
		f->result != -EBADF && f->result != -EINVAL &&
		f->result != -ENOTSOCK && f->result != -ENOMEM);
}

enum fragment_result fragment_event(struct fragment *p, struct event *f,
			     enum input_error_kind *why)
{
	enum syscall_id id = syscalls_id(p->arch, p->nr);
	const uint64_t *args = p->a;
	enum fragment_result result;

	memset(f, 0, sizeof(*f));
	f->stamp = p->stamp;
	f->node = p->node;
	f->by_syslog = p->by_syslog;
	f->task = p->task;
	p->exit = exit_of(p);
	f->result = p->exit;
	f->mono = f->tx = f->rx = f->netns = f->missed = f->lost = -1;
	if (p->task.pid == ID_UNKNOWN)
		return broken(p, "pid", INPUT_ERROR_FIELD, why);
	if (id == SC_EXIT || id == SC_EXIT_GROUP) {
		f->kind = id == SC_EXIT ? EVENT_EXIT_THREAD : EVENT_EXIT_GROUP;
		return FRAGMENT_FACT;
	}
	if (id == SC_SOCKETCALL) {
		id = syscalls_socketcall(p->a[0]);
		if (id != SC_NONE && !p->has_call && (id != SC_CONNECT || !p->has_saddr))
			return lacking(p, "SOCKETCALL", why);
		args = p->call;
	}
	if (!p->has_exit || p->exit > INT_MAX || p->exit < -4095)
		return broken(p, "exit", INPUT_ERROR_FIELD, why);
	result = call_fact(p, id, args, f);
	/* Its descriptor is in the SOCKETCALL record that is missing: one of its own,
	 * which ends with the process. */
	if (args == p->call && !p->has_call)
		f->fd = f->newfd = -1 - (int)(p->stamp.serial % INT_MAX);
	if (result != FRAGMENT_FACT)
		return result;
	if (!p->has_saddr)
		return lacks_saddr(f) ? lacking(p, "SOCKADDR", why) : FRAGMENT_FACT;
	f->has_sockaddr = true;
	/* An address that the kernel itself refused is short or odd rightly. */
	if (netaddr_parse(p->saddr, strlen(p->saddr), !(p->arch & __AUDIT_ARCH_LE),
			  &f->sa_family, &f->addr) &&
	    p->exit >= 0)
		return broken(p, "saddr", INPUT_ERROR_SADDR, why);
	return FRAGMENT_FACT;
}

static void give_scope(struct netaddr *a, uint32_t scope)
{
	if (a->family == AF_INET6 && a->addr[0] == 0xfe &&
	    (a->addr[1] & 0xc0) == 0x80)
		a->scope = scope;
}

int fragment_module_event(struct fragment *p, struct event *f)
{
	bool malformed = p->malformed || !p->module.op;

	p->malformed = false;
	*f = p->module;
	f->kind = EVENT_MODULE;
	f->stamp = p->stamp;
	f->node = p->node;
	f->by_syslog = p->by_syslog;
	f->task = p->task;
	give_scope(&f->local, f->newfd);
	give_scope(&f->remote, f->newfd);
	if (f->remote.has_addr && !f->remote.has_port &&
	    netaddr_is_any(&f->remote))
		memset(&f->remote, 0, sizeof(f->remote));
	return malformed ? -EINVAL : 0;
}
