// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/privileges: drops capabilities with libcap-ng, and confines the program. */
#include "plugin/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "plugin/log.h"

static const unsigned int wanted[] = {
	CAP_AUDIT_CONTROL,
	CAP_AUDIT_READ,
	CAP_NET_ADMIN,
	CAP_SYS_PTRACE,
	CAP_DAC_READ_SEARCH,
	CAP_SYS_ADMIN,
};
#define WANTED (sizeof(wanted) / sizeof(*wanted))

static size_t wanted_count(const struct config *c)
{
	if (c->use == USE_NO)
		return 2;
	return c->netns_count ? WANTED : WANTED - 1;
}

static bool apply(void)
{
	if (!capng_apply(CAPNG_SELECT_CAPS))
		return true;
	log_warnx("capabilities cannot be dropped; refusing to run with all of root's");
	return false;
}

/* Without knowing its own, the program would drop all and watch nothing. */
static bool read_own(void)
{
	if (!capng_get_caps_process())
		return true;
	log_warnx("capabilities of this process cannot be read; refusing to run");
	return false;
}

bool privileges_drop(const struct config *c)
{
	size_t count = wanted_count(c);
	bool have[WANTED];

	if (!read_own())
		return false;
	for (size_t i = 0; i < count; i++)
		have[i] = capng_have_capability(CAPNG_PERMITTED, wanted[i]);
	if (geteuid())
		return true;
	capng_clear(CAPNG_SELECT_BOTH);
	for (size_t i = 0; i < count; i++)
		if (have[i])
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, wanted[i]);
	/* The bounding set matters only to a program that this one would execute, and it
	 * executes none; changing it takes CAP_SETPCAP, which some containers lack. */
	return !capng_apply(CAPNG_SELECT_BOTH) || apply();
}

bool privileges_drop_netns(void)
{
	if (geteuid() || !capng_have_capability(CAPNG_PERMITTED, CAP_SYS_ADMIN))
		return true;
	capng_update(CAPNG_DROP, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_SYS_ADMIN);
	return apply();
}

bool privileges_keep_only(unsigned int capability)
{
	bool have;

	if (!read_own())
		return false;
	have = capng_have_capability(CAPNG_PERMITTED, capability);
	capng_clear(CAPNG_SELECT_CAPS);
	if (have)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, capability);
	return apply();
}

bool privileges_keep_none(void)
{
	if (!read_own())
		return false;
	capng_clear(CAPNG_SELECT_CAPS);
	return apply();
}

/*
 * A list of refused calls, not of allowed ones. Libraries change their calls with each release, and
 * killing the plugin for a new call would leave the host unwatched.
 */
static const char *const refused[] = {
	"execve",
	"execveat",
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"init_module",
	"finit_module",
	"delete_module",
	"kexec_load",
	"kexec_file_load",
	"mount",
	"umount2",
	"pivot_root",
	"chroot",
	"move_mount",
	"open_tree",
	"fsopen",
	"reboot",
	"swapon",
	"swapoff",
	"add_key",
	"request_key",
	"keyctl",
	"userfaultfd",
	"perf_event_open",
	"open_by_handle_at",
	"personality",
	"settimeofday",
	"clock_settime",
	"adjtimex",
	"clock_adjtime",
	"setuid",
	"setgid",
	"setresuid",
	"setresgid",
	"sethostname",
	"io_uring_setup",
};

static int refuse_calls(scmp_filter_ctx filter)
{
	int err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused) && !err; i++) {
		int call = seccomp_syscall_resolve_name(refused[i]);

		/* not on this machine: no process can make it */
		if (call != __NR_SCMP_ERROR)
			err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
	}
	return err ? err : seccomp_load(filter);
}

bool privileges_confine(void)
{
	scmp_filter_ctx filter;
	int err;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		log_warn("PR_SET_NO_NEW_PRIVS");
		return false;
	}
	filter = seccomp_init(SCMP_ACT_ALLOW);
	err = filter ? refuse_calls(filter) : -ENOMEM;
	seccomp_release(filter);
	/* A kernel without seccomp is no reason to leave the host unwatched. */
	if (err)
		log_warnx("seccomp filter: %s; running without it", strerror(-err));
	return true;
}

bool privileges_has(unsigned int capability)
{
	return capng_have_capability(CAPNG_EFFECTIVE, capability);
}

bool privileges_sees_all(void)
{
	return privileges_has(CAP_SYS_PTRACE) && privileges_has(CAP_DAC_READ_SEARCH);
}
