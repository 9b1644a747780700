// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/entry/ecs: JSON in the Elastic Common Schema. The names of the fields are in
 * fields.def; here is what ECS wants beside them. Own fields are under "netlog".
 *
 * event.action and event.type are those that Elastic's rules for Linux test.
 */
#include <stdlib.h>

#include "parser/entry/ecs_note.h"
#include "parser/entry/formats.h"
#include "parser/entry/json_nodes.h"

struct ecs {
	struct json_map out, in;	/* for outgoing connections, and for accepted ones */
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

static void put_action(struct put *p, const struct entry *e)
{
	static const char *const actions[ENTRY_KIND_COUNT] = {
		[CONNECT_START] = "\"connection_attempted\"",
		[CONNECT_STOP] = "\"disconnect_received\"",
		[CONNECT_FAIL] = "\"connection_attempted\"",
		[LISTEN_START] = "\"listen_started\"",
		[LISTEN_STOP] = "\"listen_stopped\"",
		[CONNECT_USE] = "\"socket_used\"",
		[LISTEN_USE] = "\"socket_used\"",
		[PROC_FORK] = "\"fork\"",
		[PROC_EXEC] = "\"exec\"",
		[PROC_END] = "\"end\"",
	};

	if (e->what == CONNECT_START && entry_direction(e) == DIRECTION_IN)
		put_string(p, "\"connection_accepted\"");
	else
		put_string(p, actions[e->what]);
}

/* Writes the values for which ECS has a form of its own; json.c writes addresses. */
static bool put_field(struct put *p, const struct json_node *n, const struct json_source *s)
{
	struct field_value v = field_get(n->field, s->e);

	switch (fields[n->field].type) {
	case TYPE_KIND:
		put_action(p, s->e);
		return true;
	case TYPE_TIME:
		json_put_time(p, json_time_ms(v.stamp));
		return true;
	case TYPE_DIRECTION:
		put_string(p, v.number == DIRECTION_OUT ? "\"egress\"" : "\"ingress\"");
		return true;
	case TYPE_DURATION:
		if (v.number > INT64_MAX / 1000000)
			return false;
		json_put_int(p, v.number * 1000000);	/* nanoseconds */
		return true;
	default:
		return json_node_field(p, n, s);
	}
}

static bool put_iana_number(struct put *p, const struct json_node *n,
			    const struct json_source *s)
{
	int number = json_proto_number(s->e);

	(void)n;
	put_char(p, '"');
	json_put_int(p, number);
	put_char(p, '"');
	return number >= 0;
}

static bool put_network_type(struct put *p, const struct json_node *n,
			     const struct json_source *s)
{
	int version = json_ip_version(s->e);

	(void)n;
	put_string(p, version == 4 ? "\"ipv4\"" : "\"ipv6\"");
	return version;
}

static bool put_event_kind(struct put *p, const struct json_node *n,
			   const struct json_source *s)
{
	(void)n;
	put_string(p, entry_inferred(s->e) == VIA_SNAPSHOT ? "\"state\"" : "\"event\"");
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
		[CONNECT_USE] = "[\"info\"]",
		[LISTEN_USE] = "[\"info\"]",
		[PROC_FORK] = "[\"start\"]",
		[PROC_EXEC] = "[\"start\"]",
		[PROC_END] = "[\"end\"]",
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
	else if (s->e->what == CONNECT_START && entry_inferred(s->e) == VIA_PROGRESS)
		put_string(p, "\"unknown\"");
	else
		put_string(p, "\"success\"");
	return true;
}

static bool is_stop(const struct entry *e)
{
	return e->what == CONNECT_STOP || e->what == LISTEN_STOP || e->what == PROC_END;
}

static bool put_start(struct put *p, const struct json_node *n, const struct json_source *s)
{
	int64_t start = json_time_ms(&s->e->time);

	(void)n;
	if (entry_inferred(s->e) == VIA_SNAPSHOT && !is_stop(s->e))
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

static bool put_args(struct put *p, const struct json_node *n, const struct json_source *s)
{
	(void)n;
	if (!s->e->identity->proctitle || s->e->identity->unparted)
		return false;
	json_put_arguments(p, s->e->identity->proctitle);
	return true;
}

static bool put_args_count(struct put *p, const struct json_node *n,
			   const struct json_source *s)
{
	const struct identity *id = s->e->identity;
	unsigned int count = id->proctitle && !id->unparted ? json_count_arguments(id->proctitle) : 0;

	(void)n;
	json_put_int(p, count);
	return count;
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

/* The scope of a link-local address: source.ip and destination.ip do not have it. */
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

static bool put_category(struct put *p, const struct json_node *n,
			 const struct json_source *s)
{
	(void)n;
	put_string(p, entry_is_process(s->e) ? "[\"process\"]" : "[\"network\"]");
	return true;
}

static bool put_dataset(struct put *p, const struct json_node *n, const struct json_source *s)
{
	(void)n;
	put_string(p, entry_is_process(s->e) ? "\"netlog.process\"" : "\"netlog.connection\"");
	return true;
}

/* The name of a signal is in netlog.status alone. */
static bool put_exit_code(struct put *p, const struct json_node *n,
			  const struct json_source *s)
{
	const char *status = s->e->what == PROC_END ? s->e->status : NULL;

	(void)n;
	if (!status || !*status || strspn(status, "0123456789") < strlen(status))
		return false;
	put_string(p, status);
	return true;
}

static bool put_resource_type(struct put *p, const struct json_node *n,
			      const struct json_source *s)
{
	(void)n;
	put_string(p, "\"pod\"");
	return s->e->pod;
}

static void fill(struct json_map *m, const char *(*name)(const struct field *f))
{
	json_map_add_fields(m, "netlog", put_field, name);
	json_map_add_constant(m, "ecs.version", "\"" ECS_VERSION "\"");
	json_map_add_constant(m, "event.module", "\"netlog\"");
	json_map_add_constant(m, "host.os.type", "\"linux\"");
	json_map_add(m, "event.category", put_category);
	json_map_add(m, "event.dataset", put_dataset);
	json_map_add(m, "event.end", put_end);
	json_map_add(m, "event.kind", put_event_kind);
	json_map_add(m, "event.outcome", put_outcome);
	json_map_add(m, "event.start", put_start);
	json_map_add(m, "event.type", put_type);
	json_map_add(m, "host.id", json_node_host_id);
	json_map_add(m, "host.name", json_node_host_name);
	json_map_add(m, "netlog.kind", json_node_kind);
	json_map_add(m, "netlog.local_scope", put_local_scope);
	json_map_add(m, "netlog.proto", json_node_mptcp);
	json_map_add(m, "netlog.remote_scope", put_remote_scope);
	json_map_add(m, "network.bytes", json_node_bytes);
	json_map_add(m, "network.community_id", json_node_community_id);
	json_map_add(m, "network.iana_number", put_iana_number);
	json_map_add(m, "network.type", put_network_type);
	json_map_add(m, "orchestrator.resource.type", put_resource_type);
	json_map_add(m, "process.args", put_args);
	json_map_add(m, "process.args_count", put_args_count);
	json_map_add(m, "process.exit_code", put_exit_code);
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

static void ecs_note(const void *self, struct note *n, struct put *p)
{
	const struct ecs *f = self;

	ecs_note_put(&f->host, n, p);
}

const struct format_ops format_ecs = {
	.name = "json",
	.has_time = true, .processes = true, .uses = true, .entities = true,
	.open = ecs_open, .close = ecs_close, .entry = ecs_entry,
	.note = ecs_note, .number = ecs_note_number,
};
