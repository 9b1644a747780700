// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/continuity: whether a TCP packet continues a connection. */
#include "parser/packet/continuity.h"

#define AHEAD 65535		/* packets between them may be missing */
#define BEHIND (4 << 20)	/* data that is sent again */

static int32_t distance(const struct continuity_stream *s, uint32_t number)
{
	return (int32_t)(number - s->next);
}

static bool fits(const struct continuity_stream *s, uint32_t number)
{
	int32_t d = distance(s, number);

	return d <= AHEAD && d >= -BEHIND;
}

enum continues continuity_check(const struct continuity *c, const struct flow *f, bool outbound)
{
	const struct continuity_stream *own = outbound ? &c->sent : &c->received;
	const struct continuity_stream *other = outbound ? &c->received : &c->sent;
	bool has_own = own->known && f->has_seq && !(f->rst && !f->seq);
	bool has_other = other->known && f->has_seq && f->ack;
	bool own_fits = has_own && fits(own, f->seq);
	bool other_fits = has_other && fits(other, f->ack_seq);

	if (has_own && has_other)
		return own_fits && other_fits ? CONTINUES_YES :
		       own_fits || other_fits ? CONTINUES_UNKNOWN : CONTINUES_NO;
	return own_fits ? CONTINUES_YES : CONTINUES_UNKNOWN;
}

static void reach(struct continuity_stream *s, uint32_t next)
{
	if (!s->known || distance(s, next) > 0)
		s->next = next;
	s->known = true;
}

void continuity_see(struct continuity *c, const struct flow *f, bool outbound)
{
	struct continuity_stream *own = outbound ? &c->sent : &c->received;
	struct continuity_stream *other = outbound ? &c->received : &c->sent;

	/* the numbers of a reset may be the other side's, or zero */
	if (!f->has_seq || f->rst)
		return;
	reach(own, f->seq + f->syn + f->data + f->fin);
	if (f->ack)
		reach(other, f->ack_seq);
}
