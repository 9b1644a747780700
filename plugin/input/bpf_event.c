// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/bpf_event: turns a record of the BPF ring buffer into an event. */
#include "plugin/input/bpf_event.h"

#include <errno.h>
#include <linux/types.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <uthash.h>

#include "kpatch/bpf/netlog_bpf.h"

#define PROGRAMS_MAX 32768	/* twice as many as the kernel's side remembers */
#define STATE_LISTEN 10
#define PATH_TEXT (NETLOG_BPF_PATH + 16)	/* with " (deleted)" */

/* The program of one process; texts as audit writes them. */
struct program {
	uint32_t pid;
	uint64_t id, key;
	UT_hash_handle hh;
	TAILQ_ENTRY(program) lru;
	const char *title;	/* in text, or NULL */
	const char *exe;	/* in text, or NULL */
	size_t size;		/* of text */
	char text[];
};

struct bpf_events {
	struct bpf_callbacks to;
	int64_t real_minus_mono;
	struct program *by_pid;
	TAILQ_HEAD(, program) lru;	/* oldest first */
};

struct bpf_events *bpf_events_new(const struct bpf_callbacks *c)
{
	struct bpf_events *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->to = *c;
	TAILQ_INIT(&e->lru);
	return e;
}

static void program_remove(struct bpf_events *e, struct program *p)
{
	HASH_DEL(e->by_pid, p);
	TAILQ_REMOVE(&e->lru, p, lru);
	free(p);
}

static struct program *program_find(struct bpf_events *e, uint32_t pid)
{
	struct program *p;

	HASH_FIND(hh, e->by_pid, &pid, sizeof(pid), p);
	return p;
}

static void program_forget(struct bpf_events *e, uint32_t pid)
{
	struct program *p = program_find(e, pid);

	if (p)
		program_remove(e, p);
}

/* Takes p, in place of the earlier process with its pid. */
static const struct program *program_add(struct bpf_events *e, struct program *p)
{
	program_forget(e, p->pid);
	if (HASH_COUNT(e->by_pid) >= PROGRAMS_MAX)
		program_remove(e, TAILQ_FIRST(&e->lru));
	HASH_ADD(hh, e->by_pid, pid, sizeof(p->pid), p);
	TAILQ_INSERT_TAIL(&e->lru, p, lru);
	return p;
}

void bpf_events_free(struct bpf_events *e)
{
	struct program *p;

	if (!e)
		return;
	while ((p = TAILQ_FIRST(&e->lru)))
		program_remove(e, p);
	free(e);
}

void bpf_events_clock(struct bpf_events *e, int64_t real_minus_mono)
{
	e->real_minus_mono = real_minus_mono;
}

/* Encodes like audit_log_untrustedstring(): quoted when harmless, hex otherwise. to holds
 * ENCODED(len) bytes. Returns the byte after the output. */
#define ENCODED(len) (2 * (len) + 3)
static char *encode(char *to, const char *s, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";
	bool plain = true;

	for (size_t i = 0; i < len; i++)
		plain = plain && s[i] > 0x20 && s[i] < 0x7f && s[i] != '"';
	if (plain) {
		*to++ = '"';
		memcpy(to, s, len);
		to[len] = '"';
		to[len + 1] = 0;
		return to + len + 2;
	}
	for (size_t i = 0; i < len; i++) {
		*to++ = hex[(unsigned char)s[i] >> 4];
		*to++ = hex[s[i] & 15];
	}
	*to = 0;
	return to + 1;
}

/*
 * The path, from its components in reverse. Returns its length, or 0 if it is not
 * complete. path holds PATH_TEXT bytes.
 */
static size_t join(const struct netlog_bpf_exe *x, char *path)
{
	char *at = path + NETLOG_BPF_PATH;
	const char *part = x->text, *end = x->text + x->len;
	size_t len;

	if (x->cut || x->len > sizeof(x->text))
		return 0;
	for (uint32_t i = 0; i < x->parts; i++, part += len + 1) {
		len = strnlen(part, end - part);
		if (part + len >= end || len + 1 > (size_t)(at - path))
			return 0;
		at -= len;
		memcpy(at, part, len);
		*--at = '/';
	}
	len = path + NETLOG_BPF_PATH - at;
	memmove(path, at, len);
	if (len && x->deleted)
		len += sprintf(path + len, " (deleted)");
	return len;
}

/* As in the kernel: for Latin 1, too. */
static bool is_printable(unsigned char c)
{
	return c >= 0x20 && c != 0x7f && (c < 0x80 || c >= 0xa0);
}

/* As audit does: without what cannot be printed at the end. */
static size_t args_length(const struct netlog_bpf_exe *x)
{
	size_t len = x->args_len <= sizeof(x->args) ? x->args_len : 0;

	while (len && !is_printable(x->args[len - 1]))
		len--;
	return len;
}

static int on_exe(struct bpf_events *e, const struct netlog_bpf_exe *x)
{
	char path[PATH_TEXT], *end;
	size_t len = join(x, path), args = args_length(x);
	struct program *p = program_find(e, x->pid);

	/* a scan; the process has reported itself, with its command line */
	if (p && x->key && p->key == x->key && x->id == x->key)
		return 0;
	program_forget(e, x->pid);
	if (!len && !args)
		return 0;
	p = malloc(sizeof(*p) + ENCODED(len) + ENCODED(args));
	if (!p)
		return -ENOMEM;
	p->pid = x->pid;
	p->id = x->id;
	p->key = x->key;
	p->size = ENCODED(len) + ENCODED(args);
	p->exe = len ? p->text : NULL;
	end = encode(p->text, path, len);
	p->title = args ? end : NULL;
	encode(end, x->args, args);
	program_add(e, p);
	return 0;
}

/* Returns NULL if it is unknown, or replaced by another one. */
static const struct program *program_of(struct bpf_events *e, const struct netlog_bpf_task *t)
{
	struct program *p = program_find(e, t->pid);

	if (!p || !t->exe || (p->id != t->exe && p->key != t->exe))
		return NULL;
	TAILQ_REMOVE(&e->lru, p, lru);
	TAILQ_INSERT_TAIL(&e->lru, p, lru);
	return p;
}

/* A child runs its parent's program. NULL if that is not known. */
static const struct program *inherit(struct bpf_events *e, const struct netlog_bpf_event *fork)
{
	struct netlog_bpf_task parent = { .pid = fork->err, .exe = fork->task.exe };
	const struct program *p = program_of(e, &parent);
	size_t size = p ? p->size : 0;
	struct program *child = p ? malloc(sizeof(*p) + size) : NULL;

	if (!child)
		return NULL;
	*child = (struct program){ .pid = fork->task.pid, .id = p->id, .size = size };
	memcpy(child->text, p->text, size);
	child->exe = p->exe ? child->text + (p->exe - p->text) : NULL;
	child->title = p->title ? child->text + (p->title - p->text) : NULL;
	return program_add(e, child);
}

static void set_end(struct netaddr *a, const struct netlog_bpf_sock *s, const void *ip,
		    uint16_t port)
{
	const uint8_t *bytes = ip;

	netaddr_set_ip(a, s->family, ip);
	a->port = port;
	a->has_port = port != 0;
	if (s->family == AF_INET6 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80)
		a->scope = s->oif;
}

static void set_socket(struct event *f, const struct netlog_bpf_sock *s)
{
	bool bytes = (f->op == NETLOG_OP_RELEASE || f->op == NETLOG_OP_DISCONNECT ||
		      f->op == NETLOG_OP_USE) &&
		     s->proto == IPPROTO_TCP && s->state != STATE_LISTEN;

	f->ino = s->ino;
	f->cookie = s->cookie;
	f->netns = s->netns;
	f->family = s->family;
	f->proto = s->proto;
	f->state = s->state;
	f->unused = s->unused;
	f->direction = s->direction == NETLOG_BPF_OUTBOUND ? EVENT_OUTBOUND :
		       s->direction == NETLOG_BPF_INBOUND ? EVENT_INBOUND : EVENT_EITHER;
	if (bytes) {
		f->tx = s->tx;
		f->rx = s->rx;
	}
	if (s->lport)
		set_end(&f->local, s, s->laddr, s->lport);
	if (s->faddr[0] || s->faddr[1] || s->fport)
		set_end(&f->remote, s, s->faddr, s->fport);
}

static int on_event(struct bpf_events *e, const struct netlog_bpf_event *r)
{
	int64_t real = (int64_t)r->mono + e->real_minus_mono;
	char comm[ENCODED(NETLOG_BPF_COMM)], pcomm[NETLOG_BPF_COMM + 1] = "";
	struct event f = {
		.kind = EVENT_MODULE, .op = r->op, .err = r->err, .mono = r->mono,
		.stamp = { .sec = real / 1000000000, .milli = real / 1000000 % 1000 },
		.task = TASK_UNKNOWN,
		.tx = -1, .rx = -1, .missed = -1, .lost = -1,
	};

	if (r->op <= NETLOG_OP_NONE || r->op >= NETLOG_OP_COUNT)
		return -EINVAL;
	if (r->task.pid) {
		const struct netlog_bpf_task *t = &r->task;
		const struct program *p = r->op == NETLOG_OP_FORK ? inherit(e, r) : program_of(e, t);

		encode(comm, t->comm, strnlen(t->comm, sizeof(t->comm)));
		memcpy(pcomm, t->pcomm, sizeof(t->pcomm));
		f.task = (struct task){ t->pid, t->ppid, t->uid, t->auid, t->ses, t->sid,
					comm, p ? p->exe : NULL, NULL, p ? p->title : NULL,
					{ true, t->egid }, { t->cgroup, t->cgroup }, *pcomm ? pcomm : NULL };
	}
	set_socket(&f, &r->sock);
	if (r->op == NETLOG_OP_END) {
		f.status = r->err;
		f.err = 0;
		f.born = r->sock.rx;
	}
	e->to.event(&f, e->to.arg);
	return 0;
}

static int on_stamp(struct bpf_events *e, const struct netlog_bpf_stamp *s)
{
	e->to.stamp(s->pid, s->mono, s->serial, e->to.arg);
	return 0;
}

int bpf_events_record(struct bpf_events *e, const void *data, size_t size)
{
	const struct netlog_bpf_event *r = data;

	/* the ring rounds sizes up to 8 */
	if (size >= sizeof(*r) && r->kind == NETLOG_BPF_EVENT)
		return on_event(e, r);
	if (size >= sizeof(struct netlog_bpf_exe) && r->kind == NETLOG_BPF_EXE)
		return on_exe(e, data);
	if (size >= sizeof(struct netlog_bpf_stamp) && r->kind == NETLOG_BPF_STAMP)
		return on_stamp(e, data);
	return -EINVAL;
}
