// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/filter_image: saves and loads the state of the filter. */
#include "parser/audit/filter.h"

void filter_image(struct filter *f, struct image *i)
{
	uint64_t block = f->block_used;

	i->bad |= lines_begun(&f->lines) || f->used || f->count_serials;
	image_same(i, sizeof(*f));
	IMAGE(i, f->number);
	IMAGE(i, f->begun);
	IMAGE(i, f->crowd);
	IMAGE(i, f->opened);
	IMAGE(i, f->titles);
	IMAGE(i, f->newest);
	IMAGE(i, f->newest_serial);
	IMAGE(i, f->newest_key);
	IMAGE(i, f->late);
	IMAGE(i, f->node);
	IMAGE(i, f->open);
	boots_image(&f->boots, i);
	IMAGE(i, f->in_block);
	image_count(i, &block);
	if (block > sizeof(f->block)) {
		i->bad = true;
		return;
	}
	f->block_used = block;
	image_bytes(i, f->block, block);
}
