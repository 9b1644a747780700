// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/ignore/decide: whether a connection is left out. */
#include "plugin/ignore/decide.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static bool is_loopback(const struct netaddr *a)
{
	if (!a->has_addr)
		return false;
	if (a->family == AF_INET)
		return a->addr[0] == IN_LOOPBACKNET;
	return !memcmp(a->addr, &in6addr_loopback, sizeof(in6addr_loopback));
}

static bool same_address(const struct netaddr *a, const struct netaddr *b)
{
	return a->has_addr && b->has_addr && a->family == b->family &&
	       !memcmp(a->addr, b->addr, a->family == AF_INET ? 4 : 16);
}

bool ignore_is_local(const struct entry *e)
{
	if (entry_is_listen(e))
		return is_loopback(&e->local);
	return is_loopback(&e->remote) || same_address(&e->local, &e->remote);
}

bool ignore_entry(const struct ignore_list *list, const struct config *c,
		  const struct entry *e)
{
	enum ignore_decision d = ignore_list_decide(list, e);

	if (d != IGNORE_NOTHING)
		return d == IGNORE_DROP;
	return (!c->loopback && ignore_is_local(e)) || config_ignores(c, e);
}
