// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/syscalls: system call numbers by machine, from libaudit's tables. */
#include "parser/audit/syscalls.h"

#include <libaudit.h>
#include <stdbool.h>

#define MACHINES 64
#define NUMBERS 1024
#define X32_BIT 0x40000000

static const char *const names[] = {
	[SC_NONE] = "",
#define SYSCALL_TEXT(name, text) [SC_##name] = text,
	SYSCALL_NAMES(SYSCALL_TEXT)
#undef SYSCALL_TEXT
};

static void fill(uint8_t *numbers, int machine)
{
	for (int id = SC_NONE + 1; id < SC_COUNT; id++) {
		int nr = audit_name_to_syscall(names[id], machine);

		if (nr >= 0 && nr < NUMBERS)
			numbers[nr] = id;
	}
}

enum syscall_id syscalls_id(uint32_t arch, uint64_t nr)
{
	static _Thread_local uint8_t numbers[MACHINES][NUMBERS];
	static _Thread_local bool filled[MACHINES];
	static _Thread_local uint32_t last_arch;
	static _Thread_local int machine = -1;

	if (arch != last_arch || machine < 0) {
		machine = audit_elf_to_machine(arch);
		last_arch = arch;
	}
	if (machine < 0 || machine >= MACHINES)
		return SC_NONE;
	if (!filled[machine]) {
		fill(numbers[machine], machine);
		filled[machine] = true;
	}
	nr &= ~(uint64_t)X32_BIT;
	return nr < NUMBERS ? numbers[machine][nr] : SC_NONE;
}

bool syscalls_known(uint32_t arch)
{
	int machine = audit_elf_to_machine(arch);

	return machine >= 0 && machine < MACHINES;
}

enum syscall_id syscalls_socketcall(uint64_t call)
{
	switch (call) {
	case 1:		return SC_SOCKET;
	case 2:		return SC_BIND;
	case 3:		return SC_CONNECT;
	case 4:		return SC_LISTEN;
	case 5:		return SC_ACCEPT;
	case 18:	return SC_ACCEPT4;
	}
	return SC_NONE;
}

/* The arguments of each call that fragment.c uses; a0 is bit 0. None for a call that is not
 * listed, all for a record of unknown form. */
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
	[SC_FCNTL] = 0x7,
	[SC_FCNTL64] = 0x7,
	[SC_IOCTL] = 0x3,
	[SC_CLONE] = 0x1,
};

bool syscalls_uses_argument(enum syscall_id call, int n, char digit)
{
	if (n == 1 && (call == SC_ACCEPT || call == SC_ACCEPT4))
		return digit == '0';	/* no address is asked for */
	return arguments_used[call] >> n & 1;
}
