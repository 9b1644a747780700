// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/netaddr_range: a network and a range of ports. */
#include "parser/netaddr_range.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int parse_number(const char *text, unsigned long max, unsigned long *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*out = strtoul(text, &end, 10);
	return errno || *end || *out > max ? -EINVAL : 0;
}

/* PORT, or FIRST-LAST. */
static int parse_ports(const char *text, struct netaddr_range *out)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long first, last;
	char port[6] = "";

	if (digits >= sizeof(port))
		return -EINVAL;
	memcpy(port, text, digits);
	if (parse_number(port, 65535, &first))
		return -EINVAL;
	last = first;
	text += digits;
	if (*text && (*text != '-' || parse_number(text + 1, 65535, &last) || last < first))
		return -EINVAL;
	out->addr.port = first;
	out->last_port = last;
	out->addr.has_port = true;
	return 0;
}

static int parse_prefix(const char *text, bool v6, struct netaddr_range *out)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long bits;
	char prefix[4] = "";

	if (digits >= sizeof(prefix))
		return -EINVAL;
	memcpy(prefix, text, digits);
	if (parse_number(prefix, v6 ? 128 : 32, &bits))
		return -EINVAL;
	/* ::ffff:192.0.2.0/120 was folded to IPv4: so is its prefix. */
	if (v6 && out->addr.family == AF_INET) {
		if (bits < 96)
			return -EINVAL;
		bits -= 96;
	}
	out->prefix = bits;
	text += digits;
	if (*text == ':')
		return parse_ports(text + 1, out);
	return *text ? -EINVAL : 0;
}

/* After the address: nothing, /PREFIX, :PORT, or both. */
static int parse_tail(const char *tail, bool v6, struct netaddr_range *out)
{
	out->prefix = out->addr.family == AF_INET ? 32 : 128;
	if (*tail == '/')
		return parse_prefix(tail + 1, v6, out);
	if (*tail == ':')
		return parse_ports(tail + 1, out);
	return *tail ? -EINVAL : 0;
}

int netaddr_parse_range(const char *text, struct netaddr_range *out)
{
	char buf[NETADDR_TEXT_MAX];
	const char *start = text, *colon = strchr(text, ':');
	bool v6 = *text == '[' || (colon && strchr(colon + 1, ':'));
	size_t len;

	memset(out, 0, sizeof(*out));
	if (*text == ':' && !v6)
		return parse_ports(text + 1, out);
	if (*text == '[') {
		start++;
		len = strcspn(start, "]");
		if (start[len] != ']')
			return -EINVAL;
	} else {
		len = strcspn(start, v6 ? "/" : "/:");
	}
	if (len >= sizeof(buf))
		return -EINVAL;
	memcpy(buf, start, len);
	buf[len] = 0;
	if (netaddr_parse_ip(buf, &out->addr))
		return -EINVAL;
	return parse_tail(start + len + (*text == '['), v6, out);
}

static bool bits_equal(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole))
		return false;
	return !rest || !((a[whole] ^ b[whole]) >> (8 - rest));
}

bool netaddr_in_range(const struct netaddr *a, const struct netaddr_range *r)
{
	if (r->addr.has_port && (!a->has_port || a->port < r->addr.port ||
				 a->port > r->last_port))
		return false;
	if (!r->addr.has_addr)
		return true;
	return a->has_addr && a->family == r->addr.family &&
	       bits_equal(a->addr, r->addr.addr, r->prefix);
}
