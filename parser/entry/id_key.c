// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/id_key: what start and stop of one connection share. */
#include "parser/entry/id_key.h"

#include <string.h>

static uint32_t hash_name(const char *name)
{
	uint32_t h = 2166136261u;	/* FNV-1a */

	while (name && *name)
		h = (h ^ (unsigned char)*name++) * 16777619u;
	return h;
}

struct id_key id_key(const struct entry *e)
{
	struct id_key k;

	memset(&k, 0, sizeof(k));
	k.number = e->id.number;
	k.boot = e->id.has_boot ? e->id.boot : 0;
	k.nth = e->id.nth;
	k.node = hash_name(e->node);
	k.flags = e->id.has_boot | e->id.by_serial << 1 | entry_is_listen(e) << 2;
	return k;
}
