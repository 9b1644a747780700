// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/json_nodes: the nodes that both JSON formats have, under other names. */
#include "parser/entry/json_nodes.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/entry/community_id.h"

static void put_quoted(struct put *p, const char *text)
{
	json_put_string(p, text, strlen(text));
}

static void put_transport(struct put *p, int proto)
{
	const char *name = proto == PROTO_MPTCP ? "TCP" : entry_proto_name(proto);

	put_char(p, '"');
	for (; *name; name++)
		put_char(p, *name + 'a' - 'A');
	put_char(p, '"');
}

bool json_node_field(struct put *p, const struct json_node *n, const struct json_source *s)
{
	const struct field *f = &fields[n->field];
	struct field_value v = field_get(n->field, s->e);

	switch (f->type) {
	case TYPE_PROTO:
		put_transport(p, v.number);
		break;
	case TYPE_NUMBER:
	case TYPE_OPTIONAL:
	case TYPE_BYTES:
		json_put_int(p, v.number);
		break;
	case TYPE_TEXT:
	case TYPE_ARGUMENTS:
		json_put_text(p, v.text, f->type == TYPE_ARGUMENTS);
		break;
	case TYPE_NAME:
		put_quoted(p, v.text);
		break;
	case TYPE_FLAG:
		if (strcmp(f->flag, "yes"))
			json_put_value(p, n->field, &v);
		else
			put_string(p, "true");
		return v.number;
	default:
		json_put_value(p, n->field, &v);
	}
	return true;
}

bool json_node_kind(struct put *p, const struct json_node *n, const struct json_source *s)
{
	(void)n;
	put_quoted(p, entry_kind_name(s->e->what));
	return true;
}

bool json_node_mptcp(struct put *p, const struct json_node *n, const struct json_source *s)
{
	(void)n;
	put_string(p, "\"mptcp\"");
	return s->e->proto == PROTO_MPTCP;
}

bool json_node_community_id(struct put *p, const struct json_node *n,
			    const struct json_source *s)
{
	char id[COMMUNITY_ID_MAX];

	(void)n;
	if (!community_id(&s->e->local, &s->e->remote, s->e->proto, 0, id))
		return false;
	put_quoted(p, id);
	return true;
}

bool json_node_bytes(struct put *p, const struct json_node *n, const struct json_source *s)
{
	int64_t sum;

	(void)n;
	if (s->e->tx < 0 || s->e->rx < 0 ||
	    __builtin_add_overflow(s->e->tx, s->e->rx, &sum))
		return false;
	json_put_int(p, sum);
	return true;
}

bool json_node_host_id(struct put *p, const struct json_node *n,
		       const struct json_source *s)
{
	(void)n;
	if (s->host->id)
		put_quoted(p, s->host->id);
	return s->host->id;
}

bool json_node_host_name(struct put *p, const struct json_node *n,
			 const struct json_source *s)
{
	(void)n;
	if (s->e->node || !s->host->name)
		return false;
	put_quoted(p, s->host->name);
	return true;
}

int json_proto_number(const struct entry *e)
{
	if (*entry_proto_name(e->proto) == '-')
		return -1;
	return e->proto == PROTO_MPTCP ? IPPROTO_TCP : e->proto;
}

int json_ip_version(const struct entry *e)
{
	const struct netaddr *a = e->remote.has_addr ? &e->remote : &e->local;

	if (!a->has_addr)
		return 0;
	return a->family == AF_INET ? 4 : 6;
}
