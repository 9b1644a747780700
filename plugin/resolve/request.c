// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/request: which socket is at a descriptor. */
#include "plugin/resolve/request.h"

#include <string.h>
#include <time.h>

#include "plugin/resolve/procfd.h"

struct pending *requests_add(struct requests *ls, const struct request *q)
{
	struct pending *l;

	if (ls->count == REQUESTS_MAX)
		return NULL;
	l = &ls->at[ls->count++];
	*l = (struct pending){ .q = *q };
	return l;
}

void pending_descriptor(struct pending *l)
{
	int found = procfd_socket(l->q.pid, l->q.fd, &l->ino);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	l->looked_ms = now.tv_sec * 1000LL + now.tv_nsec / 1000000;
	l->hidden = found < 0;
	if (found <= 0)
		l->ino = 0;
}

static bool end_fits(const struct netaddr *want, const struct netaddr *is)
{
	if (want->has_port && want->port && want->port != is->port)
		return false;
	return !want->has_addr || netaddr_is_any(want) ||
	       (want->family == is->family && !memcmp(want->addr, is->addr, 16));
}

static bool looks_in(const struct pending *l, int64_t netns)
{
	return l->everywhere || l->netns == netns;
}

static void note_living(struct pending *l, const struct diag_sock *sock)
{
	for (; l; l = l->next) {
		if (l->q.proto != sock->proto || !looks_in(l, sock->netns) ||
		    !end_fits(&l->q.local, &sock->local) ||
		    !end_fits(&l->q.remote, &sock->remote))
			continue;
		if (l->live_count < DIAG_LIVE_MAX)
			l->live[l->live_count] = sock->cookie;
		l->live_count++;
	}
}

void requests_match(struct requests *ls, const struct diag_sock *sock)
{
	struct pending *l = NULL;

	if (sock->ino)
		HASH_FIND(hh, ls->by_ino, &sock->ino, sizeof(sock->ino), l);
	for (; l; l = l->next) {
		l->sock = *sock;
		l->found = true;
	}
	note_living(ls->buckets[sock->remote.port % REQUEST_BUCKETS], sock);
	note_living(ls->any_port, sock);
}

static void list_by_ino(struct requests *ls, struct pending *l)
{
	struct pending *first;

	HASH_FIND(hh, ls->by_ino, &l->ino, sizeof(l->ino), first);
	if (first) {
		l->next = first->next;
		first->next = l;
	} else {
		HASH_ADD(hh, ls->by_ino, ino, sizeof(l->ino), l);
	}
}

static void list_by_port(struct requests *ls, struct pending *l)
{
	struct pending **list = &ls->any_port;

	if (l->q.remote.has_port && l->q.remote.port)
		list = &ls->buckets[l->q.remote.port % REQUEST_BUCKETS];
	l->next = *list;
	*list = l;
}

void requests_index(struct requests *ls)
{
	ls->by_ino = ls->any_port = NULL;
	memset(ls->buckets, 0, sizeof(ls->buckets));
	for (unsigned int i = 0; i < ls->count; i++) {
		struct pending *l = &ls->at[i];

		if (l->hidden)
			continue;
		if (l->ino)
			list_by_ino(ls, l);
		else
			list_by_port(ls, l);
	}
}

void requests_unindex(struct requests *ls)
{
	HASH_CLEAR(hh, ls->by_ino);
}

bool requests_want(const struct requests *ls, int proto, int64_t netns)
{
	for (unsigned int i = 0; i < ls->count; i++) {
		const struct pending *l = &ls->at[i];
		int p = l->q.proto;

		if (!l->hidden && (p == proto || p == PROTO_UNKNOWN) &&
		    looks_in(l, netns))
			return true;
	}
	return false;
}
