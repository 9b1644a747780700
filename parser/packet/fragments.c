// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/fragments: the ports of first fragments, for the fragments that follow. */
#include "parser/packet/fragments.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS 1024
#define LIFE_NS (30 * INT64_C(1000000000))	/* the kernel's ipfrag_time */

struct fragments {
	struct slot {
		struct fragment_key key;
		int64_t ns;
		uint16_t src, dst;
		bool used;
	} slots[SLOTS];
};

struct fragments *fragments_new(void)
{
	return calloc(1, sizeof(struct fragments));
}

void fragments_free(struct fragments *f)
{
	free(f);
}

struct fragment_key fragment_key(const uint8_t *addresses, uint32_t size, uint8_t proto,
				 uint32_t id)
{
	struct fragment_key key;

	memset(&key, 0, sizeof(key));
	memcpy(key.addresses, addresses, 2 * size);
	key.proto = proto;
	key.id = id;
	return key;
}

static size_t place(const struct fragment_key *key)
{
	const uint8_t *bytes = (const uint8_t *)key;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < sizeof(*key); i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return (hash ^ hash >> 16) % SLOTS;
}

void fragments_add(struct fragments *f, const struct fragment_key *key, int64_t ns,
		   uint16_t src, uint16_t dst)
{
	if (f)
		f->slots[place(key)] = (struct slot){ *key, ns, src, dst, true };
}

bool fragments_find(const struct fragments *f, const struct fragment_key *key, int64_t ns,
		    uint16_t *src, uint16_t *dst)
{
	const struct slot *s = f ? &f->slots[place(key)] : NULL;

	if (!s || !s->used || memcmp(&s->key, key, sizeof(*key)) || ns < s->ns ||
	    ns - s->ns > LIFE_NS)
		return false;
	*src = s->src;
	*dst = s->dst;
	return true;
}
