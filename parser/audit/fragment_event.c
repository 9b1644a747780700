// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/fragment_event: what the records of a system call mean. */
#include "parser/audit/fragment.h"

#include <errno.h>
#include <fcntl.h>
#include <libaudit.h>
#include <limits.h>
#include <string.h>

#include "parser/audit/syscalls.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif
/* FIOCLEX and FIONCLEX of every machine but alpha, mips, parisc, powerpc and sparc */
#define IOCTL_SET_CLOEXEC 0x5451
#define IOCTL_CLEAR_CLOEXEC 0x5450
#define CLONE_THREAD_FLAG 0x10000
#define SOCK_CLOEXEC_FLAG 02000000
#define SOCK_TYPE_MASK 0xf

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

/* These have an address unless the kernel could not read one; it can follow
 * PROCTITLE (filter.c). Without any rule the kernel keeps none, and yet writes SYSCALL
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

static bool fcntl_fact(const struct fragment *p, const uint64_t *args, struct event *f)
{
	switch (args[1]) {
	case F_SETFD:
		f->kind = EVENT_CLOEXEC;
		f->cloexec = args[2] & FD_CLOEXEC;
		return true;
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		f->kind = EVENT_DUP;
		f->newfd = p->exit;
		f->cloexec = args[1] == F_DUPFD_CLOEXEC;
		return true;
	default:
		return false;
	}
}

static bool ioctl_fact(const uint64_t *args, struct event *f)
{
	f->kind = EVENT_CLOEXEC;
	f->cloexec = args[1] == IOCTL_SET_CLOEXEC;
	return f->cloexec || args[1] == IOCTL_CLEAR_CLOEXEC;
}

static void socket_fact(const uint64_t *args, struct event *f)
{
	f->kind = EVENT_SOCKET;
	f->family = (int)args[0];
	f->type = args[1] & SOCK_TYPE_MASK;
	f->cloexec = args[1] & SOCK_CLOEXEC_FLAG;
	f->proto = (int)args[2];
}

/* Sets the kind of a call's event, and its numbers; args are its arguments. Returns
 * FRAGMENT_NOTHING for an irrelevant call. */
static enum fragment_result call_fact(const struct fragment *p, enum syscall_id id,
				   const uint64_t *args, struct event *f)
{
	f->fd = f->newfd = (int)args[0];
	switch (id) {
	case SC_SOCKET:
		socket_fact(args, f);
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
		if (!fcntl_fact(p, args, f))
			return FRAGMENT_NOTHING;
		break;
	case SC_DUP3:
		f->cloexec = args[2] & O_CLOEXEC;
		/* fall through */
	case SC_DUP:
	case SC_DUP2:
		f->kind = EVENT_DUP;
		f->newfd = p->exit;
		break;
	case SC_IOCTL:
		if (!ioctl_fact(args, f))
			return FRAGMENT_NOTHING;
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
