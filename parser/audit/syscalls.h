/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/audit/syscalls: the system call of an audit record, on any machine. */
#ifndef NETLOG_SYSCALLS_H
#define NETLOG_SYSCALLS_H

#include <stdbool.h>
#include <stdint.h>

#define SYSCALL_NAMES(X)		\
	X(SOCKET,	"socket")	\
	X(BIND,		"bind")		\
	X(LISTEN,	"listen")	\
	X(CONNECT,	"connect")	\
	X(ACCEPT,	"accept")	\
	X(ACCEPT4,	"accept4")	\
	X(SOCKETCALL,	"socketcall")	\
	X(CLOSE,	"close")	\
	X(CLOSE_RANGE,	"close_range")	\
	X(DUP,		"dup")		\
	X(DUP2,		"dup2")		\
	X(DUP3,		"dup3")		\
	X(FCNTL,	"fcntl")	\
	X(FCNTL64,	"fcntl64")	\
	X(IOCTL,	"ioctl")	\
	X(CLONE,	"clone")	\
	X(FORK,		"fork")		\
	X(VFORK,	"vfork")	\
	X(EXECVE,	"execve")	\
	X(EXECVEAT,	"execveat")	\
	X(EXIT,		"exit")		\
	X(EXIT_GROUP,	"exit_group")

enum syscall_id {
	SC_NONE,
#define SYSCALL_ENUM(name, text) SC_##name,
	SYSCALL_NAMES(SYSCALL_ENUM)
#undef SYSCALL_ENUM
	SC_COUNT
};

/* Returns the call of a SYSCALL record's arch= (hex) and syscall=, by libaudit's tables; SC_NONE: none
 * of the above. */
enum syscall_id syscalls_id(uint32_t arch, uint64_t nr);

/* Returns true if libaudit has a table for the machine of this arch=. */
bool syscalls_known(uint32_t arch);

/* Returns the call of a socketcall(2) number (include/uapi/linux/net.h). */
enum syscall_id syscalls_socketcall(uint64_t call);

/* Returns true if fragment.c uses argument n (0 to 3) of the call. digit: the first one of its
 * value in the record. */
bool syscalls_uses_argument(enum syscall_id call, int n, char digit);

#endif
