// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/sieve_head: the beginning of a line of the plugin's own files, quickly. */
#include "parser/query/sieve_head.h"

#include <ctype.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "parser/query/own_entry.h"

void sieve_head_clear(struct head_entry *h)
{
	h->entry = (struct entry){
		.time = h->entry.time, .what = ENTRY_KIND_COUNT, .proto = PROTO_UNKNOWN,
		.opener = ID_UNKNOWN, .dur_ms = -1, .tx = -1, .rx = -1, .netns = -1,
		.unknown_direction = true, .identity = &h->identity,
	};
	memset(&h->identity, 0, sizeof(h->identity));
	h->identity.pid = h->identity.ppid = h->identity.uid = ID_UNKNOWN;
	h->identity.auid = h->identity.ses = h->identity.sid = ID_UNKNOWN;
}

struct word {
	const char *at;
	size_t len;
};

/* memchr() for a blank; most words are of less than eight bytes. */
static const char *find_blank(const char *p, const char *end)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t x, zeros;

	if (end - p >= 8) {
		memcpy(&x, p, 8);
		x ^= 0x2020202020202020;
		zeros = (x - 0x0101010101010101) & ~x & 0x8080808080808080;
		if (zeros)
			return p + __builtin_ctzll(zeros) / 8;
		p += 8;
	}
#endif
	return memchr(p, ' ', end - p);
}

static bool next_word(const char **p, const char *end, struct word *w)
{
	const char *blank = find_blank(*p, end);

	if (*p >= end)
		return false;
	if (!blank)
		blank = end;
	*w = (struct word){ *p, blank - *p };
	*p = blank < end ? blank + 1 : end;
	return true;
}

static bool is(const struct word *w, const char *text)
{
	return w->len == strlen(text) && !memcmp(w->at, text, w->len);
}

/* Returns false if it is no number, or a large one. */
static bool number(const char *p, size_t len, int64_t *out)
{
	int64_t v = 0;

	if (!len || len > 10)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)p[i]))
			return false;
		v = v * 10 + (p[i] - '0');
	}
	*out = v;
	return true;
}

/* 192.0.2.7 */
static bool ipv4(const char *p, size_t len, uint8_t out[4])
{
	const char *end = p + len;

	for (int i = 0; i < 4; i++) {
		unsigned int v = 0, digits = 0;

		for (; p < end && isdigit((unsigned char)*p) && digits < 3; p++, digits++)
			v = v * 10 + (*p - '0');
		if (!digits || v > 255 || (i < 3 && (p == end || *p++ != '.')))
			return false;
		out[i] = v;
	}
	return p == end;
}

static bool address(const struct word *w, struct netaddr *a)
{
	const char *colon = memrchr(w->at, ':', w->len);
	char text[NETADDR_TEXT_MAX];
	int64_t port;

	if (w->len == 1 && *w->at == '-')
		return true;
	if (colon && ipv4(w->at, colon - w->at, a->addr) &&
	    number(colon + 1, w->at + w->len - colon - 1, &port) && port <= UINT16_MAX) {
		a->family = AF_INET;
		a->has_addr = a->has_port = true;
		a->port = port;
		return true;
	}
	if (w->len >= sizeof(text))
		return false;
	memcpy(text, w->at, w->len);
	text[w->len] = 0;
	return own_entry_address(a, text);
}

static bool proto(const struct word *w, int *out)
{
	static const struct { const char *name; int number; } names[] = {
		{ "TCP", IPPROTO_TCP }, { "UDP", IPPROTO_UDP }, { "SCTP", IPPROTO_SCTP },
		{ "MPTCP", PROTO_MPTCP }, { "UDPLITE", IPPROTO_UDPLITE }, { "DCCP", IPPROTO_DCCP },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (w->len == strlen(names[i].name) &&
		    !strncasecmp(w->at, names[i].name, w->len)) {
			*out = names[i].number;
			return true;
		}
	return is(w, "-");
}

static bool kind(const struct word *first, const struct word *second, struct entry *e)
{
	for (int k = 0; k < ENTRY_KIND_COUNT; k++) {
		const char *name = entry_kind_name(k), *blank = strchr(name, ' ');

		if (first->len != (size_t)(blank - name) || memcmp(first->at, name, first->len) ||
		    !is(second, blank + 1))
			continue;
		e->what = k;
		return !entry_is_process(e);
	}
	return false;
}

static bool direction(const struct word *w, struct entry *e)
{
	e->unknown_direction = is(w, "-");
	e->inbound = is(w, "<-");
	return e->unknown_direction || e->inbound || is(w, "->");
}

/* A word with an escape may be any command. */
static void comm(const struct word *w, struct head_entry *h)
{
	if (w->len > COMM_MAX || is(w, "-") || memchr(w->at, '\\', w->len))
		return;
	h->comm[0] = '"';
	memcpy(h->comm + 1, w->at, w->len);
	memcpy(h->comm + 1 + w->len, "\"", 2);
	h->identity.comm = h->comm;
}

bool sieve_head_ends(struct head_ends *h, const char *p, const char *end)
{
	static const char connect[] = "connect ";
	struct word kinds, w, local, way, remote, pid, sid;

	if ((size_t)(end - p) < sizeof(connect) || memcmp(p, connect, sizeof(connect) - 1))
		return false;
	p += sizeof(connect) - 1;
	if (!next_word(&p, end, &kinds) || (!is(&kinds, "start") && !is(&kinds, "stop")) ||
	    !next_word(&p, end, &w) || !next_word(&p, end, &local) ||
	    !next_word(&p, end, &way) || way.len != 2 ||
	    !next_word(&p, end, &remote) || !next_word(&p, end, &sid) ||
	    !next_word(&p, end, &pid) || pid.len > 10)
		return false;
	*h = (struct head_ends){ local.at, remote.at, pid.at, local.len, remote.len, pid.len,
				 .stop = is(&kinds, "stop") };
	return true;
}

bool sieve_head_line(struct head_entry *h, const char *p, const char *end)
{
	struct word first, second, w;

	if (!next_word(&p, end, &first) || !next_word(&p, end, &second) ||
	    !kind(&first, &second, &h->entry) ||
	    !next_word(&p, end, &w) || !proto(&w, &h->entry.proto) ||
	    !next_word(&p, end, &w) || !address(&w, &h->entry.local))
		return false;
	if (!entry_is_listen(&h->entry) &&
	    (!next_word(&p, end, &w) || !direction(&w, &h->entry) ||
	     !next_word(&p, end, &w) || !address(&w, &h->entry.remote)))
		return false;
	if (!next_word(&p, end, &w) || !next_word(&p, end, &w))
		return false;
	if (!is(&w, "-") && !number(w.at, w.len, &h->identity.pid))
		return false;
	if (!next_word(&p, end, &w) || (!is(&w, "-") && !number(w.at, w.len, &h->identity.uid)) ||
	    !next_word(&p, end, &w))
		return false;
	comm(&w, h);
	return p < end && memchr(p, '=', end - p);
}

/* ---- JSON ---- */

/* Skips a text. Returns false, and does not move, if the text is not next. */
static bool find(const char **p, const char *end, const char *text, size_t len)
{
	const char *at = memmem(*p, end - *p, text, len);

	if (at)
		*p = at + len;
	return at;
}
#define FIND(p, end, text) find(p, end, text, sizeof(text) - 1)

/* A string, up to its quote. */
static bool string(const char *p, const char *end, struct word *w)
{
	const char *quote = memchr(p, '"', end - p);

	*w = (struct word){ p, quote - p };
	return quote;
}

/* Behind the name of an end: {"bytes":5,"ip":"192.0.2.7","port":443} */
static void json_address(const char *p, const char *end, struct netaddr *a)
{
	const char *close = memchr(p, '}', end - p);
	char text[NETADDR_TEXT_MAX];
	struct word w;
	int64_t port;

	if (!close || !FIND(&p, close, "\"ip\":\"") || !string(p, close, &w) ||
	    w.len >= sizeof(text))
		return;
	memcpy(text, w.at, w.len);
	text[w.len] = 0;
	if (ipv4(w.at, w.len, a->addr)) {
		a->family = AF_INET;
		a->has_addr = true;
	} else if (netaddr_parse_ip(text, a)) {
		return;
	}
	p = w.at + w.len;
	if (!FIND(&p, close, "\"port\":"))
		return;
	a->has_port = number(p, strspn(p, "0123456789"), &port) && port <= UINT16_MAX;
	a->port = a->has_port ? port : 0;
}

/* "connect start" */
static bool json_kind(const char *p, const char *end, struct entry *e)
{
	const char *blank;
	struct word w, first, second;

	if (!string(p, end, &w))
		return false;
	blank = memchr(w.at, ' ', w.len);
	if (!blank)
		return false;
	first = (struct word){ w.at, blank - w.at };
	second = (struct word){ blank + 1, w.at + w.len - blank - 1 };
	return kind(&first, &second, e);
}

bool sieve_head_json(struct head_entry *h, const char *p, const char *end, bool local,
		     bool remote)
{
	const char *destination, *from = p;
	struct entry *e = &h->entry;
	struct netaddr *other = &e->local;
	struct word w;

	if (end - p < 2 || end[-1] != '}' || !FIND(&p, end, "\"ecs\":"))
		return false;
	destination = FIND(&from, p, "\"destination\":{") ? from : NULL;
	if (!FIND(&p, end, "\"netlog\":{") || !FIND(&p, end, "\"kind\":\"") ||
	    !json_kind(p, end, e))
		return false;
	if (FIND(&p, end, "\"direction\":\"")) {
		e->unknown_direction = false;
		e->inbound = string(p, end, &w) && is(&w, "ingress");
	} else if (!entry_is_listen(e)) {
		return false;
	}
	if (destination)
		json_address(destination, p, e->inbound || entry_is_listen(e) ? &e->local :
			     &e->remote);
	if (e->inbound || entry_is_listen(e))
		other = &e->remote;
	if ((other == &e->local ? local : remote) && FIND(&p, end, "\"source\":{"))
		json_address(p, end, other);
	return true;
}
