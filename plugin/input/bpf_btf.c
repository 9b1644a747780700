// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/bpf_btf: the functions of the running kernel, by its BTF. */
#include "plugin/input/bpf_btf.h"

#include <bpf/btf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bpf_btf {
	const struct btf *btf;
	uint32_t mask;
	uint32_t id[];		/* of functions, by the hash of the name; 0: free */
};

static const char *function_name(const struct btf *btf, unsigned int id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	return btf_is_func(t) ? btf__name_by_offset(btf, t->name_off) : NULL;
}

/* Returns the place of the name, or the free one where it would be. */
static uint32_t *place(struct bpf_btf *b, const char *name)
{
	uint32_t hash = 2166136261U;	/* FNV-1a */

	for (const char *c = name; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619U;
	while (b->id[hash & b->mask] && strcmp(function_name(b->btf, b->id[hash & b->mask]), name))
		hash++;
	return &b->id[hash & b->mask];
}

struct bpf_btf *bpf_btf_new(const struct btf *btf)
{
	unsigned int types = btf__type_cnt(btf), size = 1;
	struct bpf_btf *b;

	while (size < types)	/* a third of them are functions */
		size *= 2;
	b = calloc(1, sizeof(*b) + size * sizeof(*b->id));
	if (!b)
		return NULL;
	b->btf = btf;
	b->mask = size - 1;
	for (unsigned int id = 1; id < types; id++) {
		const char *name = function_name(btf, id);

		if (name)
			*place(b, name) = id;
	}
	return b;
}

void bpf_btf_free(struct bpf_btf *b)
{
	free(b);
}

bool bpf_btf_has_function(struct bpf_btf *b, const char *name)
{
	return *place(b, name);
}
