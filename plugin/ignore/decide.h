/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/ignore/decide: decides whether a connection is left out, by the ignore list, the match keys
 * and the switch for loopback. */
#ifndef NETLOG_IGNORE_DECIDE_H
#define NETLOG_IGNORE_DECIDE_H

#include "plugin/config.h"
#include "plugin/ignore/list.h"

/* Returns true if the entry's connection is left out. An entry of the list with ! overrides everything
 * else. list may be NULL. */
bool ignore_entry(const struct ignore_list *list, const struct config *c,
		  const struct entry *e);

/* Returns true if the connection does not leave the host: its peer is a loopback address,
 * or both addresses are the same; or if the listener is bound to a loopback address. */
bool ignore_is_local(const struct entry *e);

#endif
