// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/users: which of its users a connection's packet belongs to. */
#include "parser/packet/users.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "parser/packet/ends.h"

#define OPENER (-1)		/* index of the time before the first change */

static void user_free(struct owner_user *user)
{
	process_put(user->process);
	free(user->comment);
	free(user->kept);
}

void users_free(struct owner_users *u)
{
	struct owner_user *next;

	for (struct owner_user *user = u->opener.next; user; user = next) {
		next = user->next;
		user_free(user);
		free(user);
	}
	user_free(&u->opener);
	free(u->uses);
}

struct owner_user *users_get(struct owner_users *u, struct packet_process *process)
{
	struct owner_user *user = &u->opener, *last = user;

	for (; user; last = user, user = user->next) {
		if (user->process != process)
			continue;
		process_put(process);
		return user;
	}
	user = calloc(1, sizeof(*user));
	if (!user) {
		process_put(process);
		return NULL;
	}
	user->process = process;
	last->next = user;
	return user;
}

/* Drops the earlier half. */
static void cut(struct owner_users *u)
{
	size_t half = u->count / 2;

	memmove(u->uses, u->uses + half, (u->count - half) * sizeof(*u->uses));
	u->count -= half;
	u->cut = true;
}

bool users_add(struct owner_users *u, const struct owner_use *use, size_t most)
{
	if (most && u->count >= most)
		cut(u);
	if (u->count == u->room) {
		size_t room = u->room ? 2 * u->room : 2;
		void *larger = reallocarray(u->uses, room, sizeof(*u->uses));

		if (!larger)
			return false;
		u->uses = larger;
		u->room = room;
	}
	u->uses[u->count++] = *use;
	u->unplaced |= use->tx < 0 || use->rx < 0;
	return true;
}

/* ---- places in the streams ---- */

/* A repeated SYN has the same number. Another number means that the attempt before failed, as
 * long as no data followed. */
static void begin(struct owner_stream *s, uint32_t syn_seq)
{
	if (s->known && s->last)
		return;
	*s = (struct owner_stream){ .known = true, .first = syn_seq + 1 };
}

void users_see(struct owner_users *u, const struct flow *f, bool outbound)
{
	if (!f->has_seq || !f->syn || f->rst)
		return;
	begin(outbound ? &u->sent : &u->received, f->seq);
	if (f->ack)
		begin(outbound ? &u->received : &u->sent, f->ack_seq - 1);
}

/* The byte with that sequence number, from 0; the 32 bits wrap around. -1: a keepalive's,
 * before the first. */
static int64_t place_of(const struct owner_stream *s, uint32_t seq)
{
	uint32_t number = seq - s->first;

	return s->last + (int32_t)(number - (uint32_t)s->last);
}

/* The latest change at or before that byte. */
static int64_t change_at(const struct owner_users *u, bool sent, int64_t byte)
{
	int64_t low = OPENER, high = (int64_t)u->count - 1;

	while (low < high) {
		int64_t middle = low + (high - low + 1) / 2;
		const struct owner_use *use = &u->uses[middle];

		if ((sent ? use->tx : use->rx) <= byte)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static struct owner_user *user_at(struct owner_users *u, int64_t change)
{
	if (change != OPENER)
		return u->uses[change].user;
	return u->cut ? NULL : &u->opener;
}

/* NULL: not one alone. */
static struct owner_user *user_between(struct owner_users *u, int64_t first, int64_t last)
{
	struct owner_user *user = user_at(u, first);

	for (int64_t i = first + 1; i <= last; i++)
		if (user_at(u, i) != user)
			return NULL;
	return user;
}

static struct owner_user *by_data(struct owner_users *u, struct owner_stream *s,
				  const struct flow *f, bool outbound)
{
	int64_t at = place_of(s, f->seq + f->syn), end = at + f->data - 1;

	if (at > s->last)
		s->last = at;
	return user_between(u, change_at(u, outbound, at), change_at(u, outbound, end));
}

/* Without data the kernel made it: it belongs to the latest user of the data before it and
 * of the data that it acknowledges. */
static struct owner_user *by_order(struct owner_users *u, const struct flow *f, bool outbound)
{
	const struct owner_stream *own = outbound ? &u->sent : &u->received;
	const struct owner_stream *other = outbound ? &u->received : &u->sent;
	int64_t change = OPENER, acked;

	if (f->syn)
		return user_at(u, OPENER);
	if (!f->rst || f->seq)
		change = change_at(u, outbound, place_of(own, f->seq) - 1);
	if (f->ack) {
		acked = change_at(u, !outbound, place_of(other, f->ack_seq) - 1);
		change = acked > change ? acked : change;
	}
	return user_at(u, change);
}

/* ---- time ---- */

/*
 * A line is written when the call returns: a send's packets are slightly older. Data that
 * arrived may be read by the next user. TCP data can also be sent later than it was written,
 * and a long call sends before its line.
 */
static struct owner_user *by_time(struct owner_users *u, const struct flow *f, int64_t ns,
				  bool outbound)
{
	bool stream = f->proto != IPPROTO_UDP && f->proto != IPPROTO_UDPLITE;
	int64_t last = (int64_t)u->count - 1, surely = last, perhaps;

	while (surely > OPENER && u->uses[surely].ns + ENDS_TOLERANCE > ns)
		surely--;
	for (perhaps = surely; perhaps < last; perhaps++)
		if (u->uses[perhaps + 1].ns - ENDS_TOLERANCE > ns)
			break;
	if ((stream || !outbound) && perhaps < last)
		perhaps++;
	if (stream && surely > OPENER)
		surely--;
	return user_between(u, surely, perhaps);
}

struct owner_user *users_find(struct owner_users *u, const struct flow *f, int64_t ns,
			      bool outbound)
{
	struct owner_stream *own = outbound ? &u->sent : &u->received;

	if (!u->count)
		return user_at(u, OPENER);
	if (!f->has_seq || u->unplaced || !u->sent.known || !u->received.known)
		return f->has_seq && f->syn ? user_at(u, OPENER) : by_time(u, f, ns, outbound);
	return f->data ? by_data(u, own, f, outbound) : by_order(u, f, outbound);
}
