// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/darwin: Apple's process blocks. */
#include "parser/packet/darwin.h"

#include <stdlib.h>
#include <string.h>

#include "parser/packet/wire.h"

#define FOREIGN_MAX 65536	/* blocks of the input, per section */
#define NAME 2			/* option of the block */
#define NAME_BYTES 15

void darwin_fini(struct darwin *d)
{
	free(d->foreign);
}

void darwin_section(struct darwin *d)
{
	d->count = d->added = d->foreign_count = 0;
}

void darwin_add(struct darwin *d, struct out *out, struct packet_process *p)
{
	const char *name = p->comm ? p->comm : "-";

	out_block(out, PCAPNG_DARWIN_PROCESS);
	out_u32(out, p->pid);
	out_option_text(out, NAME, name, strnlen(name, NAME_BYTES));
	out_end_of_options(out);
	out_block_end(out);
	p->index = d->count++;
	d->added++;
}

/* Notes the place of a block of the input. */
static void note_foreign(struct darwin *d)
{
	if (d->foreign_count == FOREIGN_MAX)
		return;
	if (d->foreign_count == d->foreign_room) {
		uint32_t room = 2 * d->foreign_room + 16;
		void *larger = reallocarray(d->foreign, room, sizeof(*d->foreign));

		if (!larger)
			return;
		d->foreign = larger;
		d->foreign_room = room;
	}
	d->foreign[d->foreign_count++] = d->count;
}

void darwin_copied(struct darwin *d)
{
	note_foreign(d);
	d->count++;
}

void darwin_renumber(const struct darwin *d, const struct pcapng_block *b, uint8_t *options)
{
	const uint8_t *at = b->options;
	struct pcapng_field f;

	while (pcapng_field_next(b, &at, &f)) {
		uint32_t index;

		if ((f.code != PCAPNG_DARWIN_INDEX && f.code != PCAPNG_DARWIN_EFFECTIVE) ||
		    f.len != 4)
			continue;
		index = wire_get32(f.value, b->big);
		if (index < d->foreign_count)
			wire_put32(options + (f.value - b->options), d->foreign[index], b->big);
	}
}
