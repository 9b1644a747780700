// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/enrich/entity: a number for a process that no other process has. */
#include "plugin/enrich/entity.h"

#include <inttypes.h>
#include <sha1.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool known(const char *text)
{
	return text && *text;
}

/* 12 bytes have no padding. */
static void put_base64(const uint8_t *from, char *to)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (int i = 0; i < 12; i += 3) {
		uint32_t v = from[i] << 16 | from[i + 1] << 8 | from[i + 2];

		for (int shift = 18; shift >= 0; shift -= 6)
			*to++ = digits[v >> shift & 63];
	}
	*to = 0;
}

void entity_id(const struct entity_host *host, int64_t pid, int64_t start, char to[ENTITY_MAX])
{
	uint8_t digest[SHA1_DIGEST_LENGTH];
	char text[256];
	SHA1_CTX ctx;
	int len;

	*to = 0;
	if (!known(host->machine) || !known(host->boot))
		return;
	len = snprintf(text, sizeof(text), "%.64s %.64s %" PRId64 " %" PRId64, host->machine,
		       host->boot, pid, start);
	SHA1Init(&ctx);
	SHA1Update(&ctx, (const uint8_t *)text, len);
	SHA1Final(digest, &ctx);
	put_base64(digest, to);
}
