// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/ignore/index: entries of the ignore list by program, then by network. */
#include "plugin/ignore/index.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uthash.h>

#include "parser/text.h"

#define LENGTHS 129 /* of a prefix: 0 to 128 */

/* Entries of one program and one network. */
struct net_key {
	uint8_t family, prefix; /* 0, 0: entries without an address */
	uint8_t addr[16];
};

struct net {
	struct net_key key;
	struct member *members;
	UT_hash_handle hh;
};

struct member {
	const struct ignore_item *item;
	struct member *next;
};

/* Entries of one program. */
struct ignore_program {
	const char *exe; /* borrowed from an item; "": any program */
	struct net *nets;
	/* which lengths of prefixes there are */
	uint8_t lengths[2][LENGTHS];
	unsigned int length_count[2];
	UT_hash_handle hh;
};

/* ---- filling ---- */

static struct ignore_program *find_program(const struct ignore_index *x, const char *exe)
{
	struct ignore_program *p;

	HASH_FIND_STR(x->programs, exe, p);
	return p;
}

static struct ignore_program *get_program(struct ignore_index *x, const char *exe)
{
	struct ignore_program *p = find_program(x, exe);

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->exe = exe;
	HASH_ADD_KEYPTR(hh, x->programs, p->exe, strlen(p->exe), p);
	return p;
}

/* The address with all bits after the prefix cleared. */
static void set_key(struct net_key *key, const struct netaddr *a, unsigned int prefix)
{
	unsigned int whole = prefix / 8, rest = prefix % 8;

	memset(key, 0, sizeof(*key));
	key->family = a->family;
	key->prefix = prefix;
	memcpy(key->addr, a->addr, whole);
	if (rest)
		key->addr[whole] = a->addr[whole] & (0xff00 >> rest);
}

static void note_length(struct ignore_program *p, uint8_t family, uint8_t prefix)
{
	unsigned int which = family == AF_INET6;

	for (unsigned int i = 0; i < p->length_count[which]; i++)
		if (p->lengths[which][i] == prefix)
			return;
	p->lengths[which][p->length_count[which]++] = prefix;
}

static struct net *get_net(struct ignore_program *p, const struct ignore_item *item)
{
	struct net_key key = { 0 };
	struct net *n;

	if (item->has_net) {
		set_key(&key, &item->net.addr, item->net.prefix);
		note_length(p, key.family, key.prefix);
	}
	HASH_FIND(hh, p->nets, &key, sizeof(key), n);
	if (n)
		return n;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->key = key;
	HASH_ADD(hh, p->nets, key, sizeof(n->key), n);
	return n;
}

int ignore_index_add(struct ignore_index *x, const struct ignore_item *item)
{
	struct ignore_program *p = get_program(x, item->exe ? item->exe : "");
	struct net *n = p ? get_net(p, item) : NULL;
	struct member *m = n ? malloc(sizeof(*m)) : NULL;

	if (!m)
		return -ENOMEM;
	m->item = item;
	m->next = n->members;
	n->members = m;
	return 0;
}

static void free_program(struct ignore_program *p)
{
	struct net *n, *next;

	HASH_ITER(hh, p->nets, n, next) {
		HASH_DEL(p->nets, n);
		while (n->members) {
			struct member *m = n->members;

			n->members = m->next;
			free(m);
		}
		free(n);
	}
	free(p);
}

void ignore_index_fini(struct ignore_index *x)
{
	struct ignore_program *p, *next;

	HASH_ITER(hh, x->programs, p, next) {
		HASH_DEL(x->programs, p);
		free_program(p);
	}
}

/* ---- deciding ---- */

static enum ignore_decision of_net(const struct ignore_program *p, const struct net_key *key,
				   const struct entry *e)
{
	enum ignore_decision d = IGNORE_NOTHING;
	struct net *n;

	HASH_FIND(hh, p->nets, key, sizeof(*key), n);
	for (const struct member *m = n ? n->members : NULL; m; m = m->next) {
		if (!ignore_item_holds(m->item, e))
			continue;
		if (m->item->keep)
			return IGNORE_KEEP;
		d = IGNORE_DROP;
	}
	return d;
}

static enum ignore_decision stronger(enum ignore_decision a, enum ignore_decision b)
{
	return a > b ? a : b;
}

static enum ignore_decision of_program(const struct ignore_program *p, const struct entry *e)
{
	unsigned int which = e->remote.family == AF_INET6;
	struct net_key key = { 0 };
	enum ignore_decision d;

	if (!p)
		return IGNORE_NOTHING;
	d = of_net(p, &key, e);
	if (entry_is_listen(e) || !e->remote.has_addr)
		return d;
	for (unsigned int i = 0; i < p->length_count[which]; i++) {
		set_key(&key, &e->remote, p->lengths[which][i]);
		d = stronger(d, of_net(p, &key, e));
	}
	return d;
}

enum ignore_decision ignore_index_decide(const struct ignore_index *x, const struct entry *e)
{
	char exe[PATH_MAX + 1];
	enum ignore_decision d;
	size_t len;

	d = of_program(find_program(x, ""), e);
	if (!e->identity->exe)
		return d;
	len = audit_text(e->identity->exe, exe, sizeof(exe));
	if (!len || strlen(exe) != len)
		return d;
	return stronger(d, of_program(find_program(x, exe), e));
}
