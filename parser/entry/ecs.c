// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/entry/ecs: JSON in the Elastic Common Schema. The names of the fields are in
 * fields.def; here is what ECS wants beside them. Own fields are under "netlog".
 *
 * event.action and event.type are those that Elastic's rules for Linux test.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "parser/entry/community_id.h"
#include "parser/entry/formats.h"
#include "parser/entry/json.h"

#define ECS_VERSION "8.17.0"

struct ecs {
	struct json_map out, in;	/* of what this host opened, and what it accepted */
	struct format_host host;
};

static const char *name_out(const struct field *f)
{
	return f->ecs.out;
}

static const char *name_in(const struct field *f)
{
	return f->ecs.in ? f->ecs.in : f->ecs.out;
}

static bool put_iana_number(struct put *p, const struct json_node *n,
			    const struct json_source *s)
{
	int proto = s->e->proto == PROTO_MPTCP ? 6 : s->e->proto;

	(void)n;
	if (*entry_proto_name(s->e->proto) == '-')
		return false;
	put_char(p, '"');
	put_uint(p, proto);
	put_char(p, '"');
	return true;
}

static void put_lower(struct put *p, const char *text)
{
	put_char(p, '"');
	for (; *text; text++)
		put_char(p, *text >= 'A' && *text <= 'Z' ? *text + 'a' - 'A' : *text);
	put_char(p, '"');
}

static void put_action(struct put *p, const struct entry *e)
{
	static const char *const actions[ENTRY_KIND_COUNT] = {
		[CONNECT_START] = "\"connection_attempted\"",
		[CONNECT_STOP] = "\"disconnect_received\"",
		[CONNECT_FAIL] = "\"connection_attempted\"",
		[LISTEN_START] = "\"listen_started\"",
		[LISTEN_STOP] = "\"listen_stopped\"",
	};

	if (e->what == CONNECT_START && entry_direction(e) == DIRECTION_IN)
		put_string(p, "\"connection_accepted\"");
	else
		put_string(p, actions[e->what]);
}

/* The value of a field; addresses are json.c's. */
static bool put_field(struct put *p, const struct json_node *n, const struct json_source *s)
{
	struct field_value v = field_get(n->field, s->e);

	switch (fields[n->field].type) {
	case TYPE_KIND:
		put_action(p, s->e);
		break;
	case TYPE_TIME:
		json_put_time(p, json_time_ms(v.stamp));
		break;
	case TYPE_PROTO:
		put_lower(p, v.number == PROTO_MPTCP ? "tcp" : entry_proto_name(v.number));
		break;
	case TYPE_DIRECTION:
		put_string(p, v.number == DIRECTION_OUT ? "\"egress\"" : "\"ingress\"");
		break;
	case TYPE_NUMBER:
	case TYPE_BYTES:
		json_put_int(p, v.number);
		break;
	case TYPE_TEXT:
	case TYPE_ARGUMENTS:
		json_put_text(p, v.text, fields[n->field].type == TYPE_ARGUMENTS);
		break;
	case TYPE_NAME:
		json_put_string(p, v.text, strlen(v.text));
		break;
	case TYPE_DURATION:
		if (v.number > INT64_MAX / 1000000)
			return false;
		json_put_int(p, v.number * 1000000);	/* nanoseconds */
		break;
	case TYPE_FLAG:
		if (!v.number)
			return false;
		if (!strcmp(fields[n->field].flag, "yes"))
			put_string(p, "true");
		else
			json_put_value(p, n->field, &v);
		break;
	default:
		json_put_value(p, n->field, &v);
	}
	return true;
}

static bool put_kind(struct put *p, const struct json_node *n, const struct json_source *s)
{
	const char *name = entry_kind_name(s->e->what);

	(void)n;
	json_put_string(p, name, strlen(name));
	return true;
}

/* The protocol that network.transport cannot name. */
static bool put_own_proto(struct put *p, const struct json_node *n,
			  const struct json_source *s)
{
	(void)n;
	if (s->e->proto != PROTO_MPTCP)
		return false;
	put_string(p, "\"mptcp\"");
	return true;
}

static bool put_event_kind(struct put *p, const struct json_node *n,
			   const struct json_source *s)
{
	(void)n;
	put_string(p, s->e->via == VIA_SNAPSHOT ? "\"state\"" : "\"event\"");
	return true;
}

static bool put_type(struct put *p, const struct json_node *n, const struct json_source *s)
{
	static const char *const types[ENTRY_KIND_COUNT] = {
		[CONNECT_START] = "[\"connection\",\"start\"]",
		[CONNECT_STOP] = "[\"connection\",\"end\"]",
		[CONNECT_FAIL] = "[\"connection\",\"start\"]",
		[LISTEN_START] = "[\"start\"]",
		[LISTEN_STOP] = "[\"end\"]",
	};

	(void)n;
	put_string(p, types[s->e->what]);
	return true;
}

static bool put_outcome(struct put *p, const struct json_node *n,
			const struct json_source *s)
{
	(void)n;
	if (s->e->what == CONNECT_FAIL)
		put_string(p, "\"failure\"");
	else if (s->e->what == CONNECT_START && s->e->via == VIA_PROGRESS)
		put_string(p, "\"unknown\"");
	else
		put_string(p, "\"success\"");
	return true;
}

static bool is_stop(const struct entry *e)
{
	return e->what == CONNECT_STOP || e->what == LISTEN_STOP;
}

static bool put_start(struct put *p, const struct json_node *n, const struct json_source *s)
{
	int64_t start = json_time_ms(&s->e->time);

	(void)n;
	if (s->e->via == VIA_SNAPSHOT && !is_stop(s->e))
		return false;		/* it was open by then */
	if (is_stop(s->e) && (s->e->dur_ms < 0 ||
			      __builtin_sub_overflow(start, s->e->dur_ms, &start)))
		return false;
	json_put_time(p, start);
	return true;
}

static bool put_end(struct put *p, const struct json_node *n, const struct json_source *s)
{
	(void)n;
	if (!is_stop(s->e))
		return false;
	json_put_time(p, json_time_ms(&s->e->time));
	return true;
}

static bool put_host_id(struct put *p, const struct json_node *n,
			const struct json_source *s)
{
	(void)n;
	if (!s->host->id)
		return false;
	json_put_string(p, s->host->id, strlen(s->host->id));
	return true;
}

/* Of entries without a node name, which is the table's host.name. */
static bool put_host_name(struct put *p, const struct json_node *n,
			  const struct json_source *s)
{
	(void)n;
	if (s->e->node || !s->host->name)
		return false;
	json_put_string(p, s->host->name, strlen(s->host->name));
	return true;
}

static bool put_network_type(struct put *p, const struct json_node *n,
			     const struct json_source *s)
{
	const struct netaddr *a = s->e->remote.has_addr ? &s->e->remote : &s->e->local;

	(void)n;
	if (!a->has_addr)
		return false;
	put_string(p, a->family == AF_INET ? "\"ipv4\"" : "\"ipv6\"");
	return true;
}

static bool put_network_bytes(struct put *p, const struct json_node *n,
			      const struct json_source *s)
{
	int64_t sum;

	(void)n;
	if (s->e->tx < 0 || s->e->rx < 0 ||
	    __builtin_add_overflow(s->e->tx, s->e->rx, &sum))
		return false;
	json_put_int(p, sum);
	return true;
}

static bool put_community_id(struct put *p, const struct json_node *n,
			     const struct json_source *s)
{
	char id[COMMUNITY_ID_MAX];

	(void)n;
	if (!community_id(&s->e->local, &s->e->remote, s->e->proto, 0, id))
		return false;
	json_put_string(p, id, strlen(id));
	return true;
}

static bool put_args(struct put *p, const struct json_node *n, const struct json_source *s)
{
	(void)n;
	if (!s->e->identity->proctitle)
		return false;
	json_put_arguments(p, s->e->identity->proctitle);
	return true;
}

static bool put_related(struct put *p, const struct json_node *n,
			const struct json_source *s)
{
	char local[NETADDR_TEXT_MAX], remote[NETADDR_TEXT_MAX];
	size_t len = netaddr_format_ip(&s->e->local, local);
	size_t more = netaddr_format_ip(&s->e->remote, remote);

	(void)n;
	put_char(p, '[');
	if (len)
		json_put_string(p, local, len);
	if (len && more && strcmp(local, remote))
		put_char(p, ',');
	if (more && strcmp(local, remote))
		json_put_string(p, remote, more);
	put_char(p, ']');
	return len || more;
}

/* Of link-local addresses, which source.ip and destination.ip have without it. */
static bool put_local_scope(struct put *p, const struct json_node *n,
			    const struct json_source *s)
{
	(void)n;
	json_put_int(p, s->e->local.scope);
	return s->e->local.scope;
}

static bool put_remote_scope(struct put *p, const struct json_node *n,
			     const struct json_source *s)
{
	(void)n;
	json_put_int(p, s->e->remote.scope);
	return s->e->remote.scope;
}

static void fill(struct json_map *m, const char *(*name)(const struct field *f))
{
	json_map_add_fields(m, "netlog", put_field, name);
	json_map_add_constant(m, "ecs.version", "\"" ECS_VERSION "\"");
	json_map_add_constant(m, "event.category", "[\"network\"]");
	json_map_add_constant(m, "event.dataset", "\"netlog.connection\"");
	json_map_add_constant(m, "event.module", "\"netlog\"");
	json_map_add_constant(m, "host.os.type", "\"linux\"");
	json_map_add(m, "event.end", put_end);
	json_map_add(m, "event.kind", put_event_kind);
	json_map_add(m, "event.outcome", put_outcome);
	json_map_add(m, "event.start", put_start);
	json_map_add(m, "event.type", put_type);
	json_map_add(m, "host.id", put_host_id);
	json_map_add(m, "host.name", put_host_name);
	json_map_add(m, "netlog.kind", put_kind);
	json_map_add(m, "netlog.local_scope", put_local_scope);
	json_map_add(m, "netlog.proto", put_own_proto);
	json_map_add(m, "netlog.remote_scope", put_remote_scope);
	json_map_add(m, "network.bytes", put_network_bytes);
	json_map_add(m, "network.community_id", put_community_id);
	json_map_add(m, "network.iana_number", put_iana_number);
	json_map_add(m, "network.type", put_network_type);
	json_map_add(m, "process.args", put_args);
	json_map_add(m, "related.ip", put_related);
}

static void ecs_close(void *self)
{
	struct ecs *f = self;

	json_map_fini(&f->out);
	json_map_fini(&f->in);
	free(f);
}

static void *ecs_open(const char *argument, const struct format_host *host, char *error,
		      size_t size)
{
	struct ecs *f = calloc(1, sizeof(*f));

	(void)argument;
	if (f) {
		f->host = *host;
		fill(&f->out, name_out);
		fill(&f->in, name_in);
		if (json_map_finish(&f->out) & json_map_finish(&f->in))
			return f;
		ecs_close(f);
	}
	snprintf(error, size, "out of memory");
	return NULL;
}

/* A listener is a destination, as what it accepts will have. */
static void ecs_entry(void *self, const struct entry *e, struct put *p)
{
	const struct ecs *f = self;
	struct json_source s = { .e = e, .host = &f->host };
	bool in = entry_is_listen(e) || entry_direction(e) == DIRECTION_IN;

	json_map_write(in ? &f->in : &f->out, &s, p);
}

static bool is_number(const struct note_pair *pair)
{
	if (!pair->value_len || pair->value_len > 18 ||
	    (*pair->value == '0' && pair->value_len > 1))
		return false;
	for (size_t i = 0; i < pair->value_len; i++)
		if (pair->value[i] < '0' || pair->value[i] > '9')
			return false;
	return true;
}

/* {"kernel":12,"module":0} */
static void put_pairs(struct note *n, struct put *p)
{
	struct note_pair pair;
	bool more = false;

	put_char(p, '{');
	while (note_next(n, &pair)) {
		if (more)
			put_char(p, ',');
		more = true;
		json_put_string(p, pair.key, pair.key_len);
		put_char(p, ':');
		if (is_number(&pair))
			put_bytes(p, pair.value, pair.value_len);
		else
			json_put_string(p, pair.value, pair.value_len);
	}
	put_char(p, '}');
}

static void ecs_note(const void *self, struct note *n, struct put *p)
{
	const struct ecs *f = self;
	bool lost = !strcmp(n->word, "lost");

	put_string(p, "{\"@timestamp\":");
	json_put_time(p, json_time_ms(n->time));
	put_string(p, ",\"ecs\":{\"version\":\"" ECS_VERSION "\"}");
	if (lost) {
		put_string(p, ",\"error\":{\"message\":");
		json_put_string(p, n->text, n->len);
		put_char(p, '}');
	}
	put_string(p, ",\"event\":{\"action\":\"netlog-");
	put_string(p, n->word);
	put_string(p, "\",\"dataset\":\"netlog.status\",\"kind\":\"");
	put_string(p, lost ? "pipeline_error" : "event");
	put_string(p, "\",\"module\":\"netlog\"},\"host\":{");
	if (f->host.id) {
		put_string(p, "\"id\":");
		json_put_string(p, f->host.id, strlen(f->host.id));
		put_char(p, ',');
	}
	if (f->host.name) {
		put_string(p, "\"name\":");
		json_put_string(p, f->host.name, strlen(f->host.name));
		put_char(p, ',');
	}
	put_string(p, "\"os\":{\"type\":\"linux\"}},\"message\":");
	json_put_string(p, n->text, n->len);
	if (*n->word) {
		put_string(p, ",\"netlog\":{\"");
		put_string(p, n->word);
		put_string(p, "\":");
		put_pairs(n, p);
		put_char(p, '}');
	}
	put_char(p, '}');
}

const struct format_ops format_ecs = {
	.name = "json", .help = "JSON, one object a line, Elastic Common Schema",
	.has_time = true, .open = ecs_open, .close = ecs_close, .entry = ecs_entry,
	.note = ecs_note,
};
