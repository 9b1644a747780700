// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/privileges: which capabilities the program keeps, by libcap-ng. */
#include "plugin/privileges.h"

#include <cap-ng.h>
#include <stddef.h>
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

bool privileges_drop(const struct config *c)
{
	size_t count = wanted_count(c);
	bool have[WANTED];

	capng_get_caps_process();
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

bool privileges_has(unsigned int capability)
{
	return capng_have_capability(CAPNG_EFFECTIVE, capability);
}

bool privileges_sees_all(void)
{
	return privileges_has(CAP_SYS_PTRACE) && privileges_has(CAP_DAC_READ_SEARCH);
}
