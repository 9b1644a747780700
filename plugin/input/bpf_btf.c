// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/bpf_btf: the functions of the running kernel, by its BTF. */
#include "plugin/input/bpf_btf.h"

#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct function {
	const char *name;
	UT_hash_handle hh;
};

struct bpf_btf {
	struct function *by_name;
	struct function all[];
};

static const char *function_name(const struct btf *btf, unsigned int id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	return btf_is_func(t) ? btf__name_by_offset(btf, t->name_off) : NULL;
}

struct bpf_btf *bpf_btf_new(const struct btf *btf)
{
	unsigned int types = btf__type_cnt(btf), count = 0;
	struct bpf_btf *b;

	for (unsigned int id = 1; id < types; id++)
		count += function_name(btf, id) != NULL;
	b = malloc(sizeof(*b) + count * sizeof(*b->all));
	if (!b)
		return NULL;
	b->by_name = NULL;
	count = 0;
	for (unsigned int id = 1; id < types; id++) {
		const char *name = function_name(btf, id);
		struct function *f;

		if (!name)
			continue;
		f = &b->all[count++];
		f->name = name;
		HASH_ADD_KEYPTR(hh, b->by_name, name, strlen(name), f);
	}
	return b;
}

void bpf_btf_free(struct bpf_btf *b)
{
	if (b)
		HASH_CLEAR(hh, b->by_name);
	free(b);
}

bool bpf_btf_has_function(const struct bpf_btf *b, const char *name)
{
	struct function *f;

	HASH_FIND(hh, b->by_name, name, strlen(name), f);
	return f;
}
