// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/unseen: connections of namespaces that are not watched, by their ends. */
#include "parser/track/unseen.h"

#include <stdlib.h>
#include <string.h>

void unseen_key(struct unseen_key *key, uint32_t node, int proto, bool listens,
		const struct netaddr *local, const struct netaddr *remote)
{
	memset(key, 0, sizeof(*key));
	key->node = node;
	key->proto = proto;
	key->listens = listens;
	key->local_port = local->port;
	if (listens || !remote->has_addr)
		return;
	key->remote_port = remote->port;
	key->family = remote->family;
	memcpy(key->remote, remote->addr, sizeof(key->remote));
}

struct unseen *unseen_add(struct unseen **index, const struct unseen_key *key)
{
	struct unseen *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	memcpy(&u->key, key, sizeof(*key));
	HASH_ADD(hh, *index, key, sizeof(u->key), u);
	return u;
}

void unseen_remove(struct unseen **index, struct unseen *u)
{
	HASH_DELETE(hh, *index, u);
	free(u);
}

static bool has(struct unseen *index, const struct unseen_key *key)
{
	struct unseen *u;

	HASH_FIND(hh, index, key, sizeof(*key), u);
	return u;
}

bool unseen_may_be(struct unseen *index, const struct unseen_key *socket)
{
	struct unseen_key key;

	for (int unknown = 0; unknown < 4; unknown++) {
		memcpy(&key, socket, sizeof(key));
		if (unknown & 1)
			key.local_port = 0;
		if (unknown & 2) {
			key.remote_port = 0;
			key.family = 0;
			memset(key.remote, 0, sizeof(key.remote));
		}
		if (has(index, &key))
			return true;
	}
	return false;
}
