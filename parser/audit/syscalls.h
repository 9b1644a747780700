/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/audit/syscalls: which system call an audit record means, on any machine. */
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

/* arch and nr as in a SYSCALL record's arch= (hex) and syscall=. SC_NONE when
 * it is none of the above. Numbers come from libaudit's tables. */
enum syscall_id syscalls_id(uint32_t arch, uint64_t nr);

/* Returns true if libaudit has a table for the machine of this arch=. */
bool syscalls_known(uint32_t arch);

/* The call a socketcall(2) number means (include/uapi/linux/net.h). */
enum syscall_id syscalls_socketcall(uint64_t call);

#endif
