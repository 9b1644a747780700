/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/ignore/item: one entry of the ignore list, in the spelling of CERN's netlog:
 *
 *	/usr/sbin/sshd|i<10.0.0.0/8>|p<22>
 *
 * A program's path, or * for any; then conditions that must all hold, each once:
 *	i ADDRESS or NETWORK	remote address
 *	p PORT or FIRST-LAST	port of the service: the remote one of an outgoing connection,
 *				the local one of an accepted connection or a listener
 *	u UID or user name
 *	c CONTAINER		its id, 12 digits of it or more, or its name
 * Brackets around a value are optional. ! in front keeps what other entries drop.
 */
#ifndef NETLOG_IGNORE_ITEM_H
#define NETLOG_IGNORE_ITEM_H

#include "parser/entry/entry.h"
#include "parser/netaddr_range.h"

#define IGNORE_TEXT_MAX 4300 /* a path of PATH_MAX and its conditions */

struct ignore_item {
	char *text; /* as it was written, without blanks around it; owned */
	unsigned int line;
	bool keep;
	char *exe; /* owned; NULL: any */
	bool has_net, has_port, has_uid;
	struct netaddr_range net; /* its address and prefix */
	uint16_t first, last;	  /* ports */
	int64_t uid_low, uid_high;
	char *container;	  /* owned; NULL: any */
	struct ignore_item *next; /* of the list that it is in */
};

/*
 * Reads an entry. Returns NULL with the reason in error ("port 0 is not allowed; …"), or
 * an empty reason without memory.
 */
struct ignore_item *ignore_item_parse(const char *text, size_t len, char *error, size_t size);
void ignore_item_free(struct ignore_item *item);

/* Returns true if the conditions match, except program and network, which the list's index
 * compares. An unknown value never matches. */
bool ignore_item_holds(const struct ignore_item *item, const struct entry *e);

#endif
