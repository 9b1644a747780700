// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/community_id: Community ID v1, SHA-1 of the ordered five-tuple. */
#include "parser/entry/community_id.h"

#include <netinet/in.h>
#include <sha1.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/event.h"

static void put_base64(const uint8_t *from, size_t len, char *to)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = from[i] << 16 | (i + 1 < len ? from[i + 1] << 8 : 0) |
			     (i + 2 < len ? from[i + 2] : 0);

		*to++ = digits[v >> 18];
		*to++ = digits[v >> 12 & 63];
		*to++ = i + 1 < len ? digits[v >> 6 & 63] : '=';
		*to++ = i + 2 < len ? digits[v & 63] : '=';
	}
	*to = 0;
}

static bool is_known(const struct netaddr *a)
{
	return a->has_addr && a->has_port;
}

/* The end with the smaller address, then the smaller port, comes first. */
static bool in_order(const struct netaddr *a, const struct netaddr *b, size_t size)
{
	int order = memcmp(a->addr, b->addr, size);

	return order < 0 || (!order && a->port <= b->port);
}

static void hash_port(SHA1_CTX *ctx, uint16_t port)
{
	const uint8_t bytes[] = { port >> 8, port };

	SHA1Update(ctx, bytes, sizeof(bytes));
}

bool community_id(const struct netaddr *a, const struct netaddr *b, int proto,
		  uint16_t seed, char buf[COMMUNITY_ID_MAX])
{
	uint8_t digest[SHA1_DIGEST_LENGTH];
	size_t size = a->family == AF_INET ? 4 : 16;
	const struct netaddr *swap = a;
	uint8_t tail[] = { 0, 0 };
	SHA1_CTX ctx;

	if (proto == PROTO_MPTCP)
		proto = IPPROTO_TCP;
	if (proto != IPPROTO_TCP && proto != IPPROTO_UDP && proto != IPPROTO_SCTP)
		return false;
	if (!is_known(a) || !is_known(b) || a->family != b->family)
		return false;
	if (!in_order(a, b, size)) {
		a = b;
		b = swap;
	}
	tail[0] = proto;
	SHA1Init(&ctx);
	hash_port(&ctx, seed);
	SHA1Update(&ctx, a->addr, size);
	SHA1Update(&ctx, b->addr, size);
	SHA1Update(&ctx, tail, sizeof(tail));
	hash_port(&ctx, a->port);
	hash_port(&ctx, b->port);
	SHA1Final(digest, &ctx);
	memcpy(buf, "1:", 2);
	put_base64(digest, sizeof(digest), buf + 2);
	return true;
}
