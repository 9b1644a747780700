/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/packet/host_id: Hone's id of a machine: a GUID, or a name. */
#ifndef NETLOG_PACKET_HOST_ID_H
#define NETLOG_PACKET_HOST_ID_H

#include <stdbool.h>
#include <stdint.h>

#define HOST_ID_MAX 255

struct host_id {
	uint8_t bytes[1 + HOST_ID_MAX + 1];	/* as in option 257 of a section */
	uint32_t len;				/* 0: unknown */
	bool is_guid;				/* 16 bytes, after the first four */
};

/* text: a GUID with or without braces and hyphens, or else a name; NULL: machine-id(5).
 * Returns false if it is too long. */
bool host_id_set(struct host_id *h, const char *text);

#endif
