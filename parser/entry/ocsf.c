// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/entry/ocsf: JSON in the Open Cybersecurity Schema Framework, class Network
 * Activity (4001). The names of the fields are in fields.def; here is what OCSF wants
 * beside them. Own fields are under "unmapped".
 */
#include <errno.h>
#include <stdlib.h>

#include "parser/entry/formats.h"
#include "parser/entry/json_nodes.h"
#include "parser/text.h"

#define VERSION_DEFAULT "1.4.0"

struct ocsf {
	struct json_map out, in;
	struct format_host host;
	char version[8];	/* "1.4.0" */
};

enum activity { OPEN = 1, CLOSE = 2, RESET = 3, FAIL = 4, REFUSE = 5, LISTEN = 7,
		OTHER = 99 };

static const char *name_out(const struct field *f)
{
	return f->ocsf.out;
}

static const char *name_in(const struct field *f)
{
	return f->ocsf.in ? f->ocsf.in : f->ocsf.out;
}

static enum activity activity(const struct entry *e)
{
	switch (e->what) {
	case CONNECT_START:	return OPEN;
	case CONNECT_STOP:	return e->err == ECONNRESET ? RESET : CLOSE;
	case CONNECT_FAIL:	return e->err == ECONNREFUSED ? REFUSE : FAIL;
	case LISTEN_START:	return LISTEN;
	default:		return OTHER;
	}
}

/* Writes the values for which OCSF has a form of its own; json.c writes addresses. */
static bool put_field(struct put *p, const struct json_node *n, const struct json_source *s)
{
	struct field_value v = field_get(n->field, s->e);

	switch (fields[n->field].type) {
	case TYPE_KIND:
		json_put_int(p, activity(s->e));
		return true;
	case TYPE_TIME:
		json_put_int(p, json_time_ms(v.stamp));
		return true;
	case TYPE_DIRECTION:
		put_string(p, v.number == DIRECTION_OUT ? "\"Outbound\"" : "\"Inbound\"");
		return true;
	case TYPE_DURATION:	/* milliseconds */
		json_put_int(p, v.number);
		return true;
	default:
		if (n->field != FIELD_AUID)
			return json_node_field(p, n, s);
		json_put_int(p, v.number);	/* uid is a string there, auid a number */
		return true;
	}
}

static bool put_proto_num(struct put *p, const struct json_node *n,
			  const struct json_source *s)
{
	int number = json_proto_number(s->e);

	(void)n;
	json_put_int(p, number);
	return number >= 0;
}

static bool put_proto_ver(struct put *p, const struct json_node *n,
			  const struct json_source *s)
{
	int version = json_ip_version(s->e);

	(void)n;
	json_put_int(p, version);
	return version;
}

static bool put_type_uid(struct put *p, const struct json_node *n,
			 const struct json_source *s)
{
	(void)n;
	json_put_int(p, 400100 + activity(s->e));
	return true;
}

static bool put_activity_name(struct put *p, const struct json_node *n,
			      const struct json_source *s)
{
	(void)n;
	if (activity(s->e) != OTHER)
		return false;
	put_string(p, "\"Listen Stop\"");
	return true;
}

/* 1 success, 2 failure, 0 unknown */
static bool put_status_id(struct put *p, const struct json_node *n,
			  const struct json_source *s)
{
	enum activity a = activity(s->e);

	(void)n;
	if (a == FAIL || a == REFUSE || a == RESET)
		put_char(p, '2');
	else
		put_char(p, s->e->what == CONNECT_START && entry_inferred(s->e) == VIA_PROGRESS ? '0' : '1');
	return true;
}

static bool put_start_time(struct put *p, const struct json_node *n,
			   const struct json_source *s)
{
	int64_t start = json_time_ms(&s->e->time);

	(void)n;
	if (s->e->dur_ms < 0 || __builtin_sub_overflow(start, s->e->dur_ms, &start))
		return false;
	json_put_int(p, start);
	return true;
}

static bool put_end_time(struct put *p, const struct json_node *n,
			 const struct json_source *s)
{
	(void)n;
	if (s->e->what != CONNECT_STOP && s->e->what != LISTEN_STOP)
		return false;
	json_put_int(p, json_time_ms(&s->e->time));
	return true;
}

static bool put_version(struct put *p, const struct json_node *n,
			const struct json_source *s)
{
	(void)n;
	json_put_string(p, s->version, strlen(s->version));
	return true;
}

/* The object requires it: 0 is its "unknown". */
static bool put_direction_id(struct put *p, const struct json_node *n,
			     const struct json_source *s)
{
	static const char ids[] = {
		[DIRECTION_UNKNOWN] = '0', [DIRECTION_IN] = '1', [DIRECTION_OUT] = '2',
	};

	(void)n;
	put_char(p, ids[entry_direction(s->e)]);
	return true;
}

/* The last part of the path, which the object requires beside the path itself. */
static bool put_file_name(struct put *p, const struct json_node *n,
			  const struct json_source *s)
{
	char path[1024], *slash;
	struct field_value v = field_get(FIELD_EXE, s->e);

	(void)n;
	if (!v.known)
		return false;
	audit_text(v.text, path, sizeof(path));
	slash = strrchr(path, '/');
	json_put_string(p, slash ? slash + 1 : path, strlen(slash ? slash + 1 : path));
	return true;
}

/* Since 1.4.0. */
static bool put_community_id(struct put *p, const struct json_node *n,
			     const struct json_source *s)
{
	return strcmp(s->version, "1.3.0") && json_node_community_id(p, n, s);
}

static bool put_file_type(struct put *p, const struct json_node *n,
			  const struct json_source *s)
{
	(void)n;
	put_char(p, '1');	/* regular file */
	return field_get(FIELD_EXE, s->e).known;
}

static void fill(struct json_map *m, const char *(*name)(const struct field *f))
{
	json_map_add_fields(m, "unmapped", put_field, name);
	json_map_add_constant(m, "category_uid", "4");
	json_map_add_constant(m, "class_uid", "4001");
	json_map_add_constant(m, "device.os.type_id", "200");	/* Linux */
	json_map_add_constant(m, "device.os.name", "\"Linux\"");
	json_map_add_constant(m, "device.type_id", "0");
	json_map_add_constant(m, "metadata.product.name", "\"audit-netlog\"");
	json_map_add_constant(m, "metadata.product.vendor_name", "\"audit-netlog\"");
	json_map_add_constant(m, "metadata.product.version", "\"" NETLOG_VERSION "\"");
	json_map_add_constant(m, "metadata.profiles", "[\"host\",\"linux/linux_users\"]");
	json_map_add_constant(m, "severity_id", "1");
	json_map_add(m, "activity_name", put_activity_name);
	json_map_add(m, "actor.process.file.name", put_file_name);
	json_map_add(m, "actor.process.file.type_id", put_file_type);
	json_map_add(m, "connection_info.community_uid", put_community_id);
	json_map_add(m, "connection_info.direction_id", put_direction_id);
	json_map_add(m, "connection_info.protocol_num", put_proto_num);
	json_map_add(m, "connection_info.protocol_ver_id", put_proto_ver);
	json_map_add(m, "device.hostname", json_node_host_name);
	json_map_add(m, "device.uid", json_node_host_id);
	json_map_add(m, "end_time", put_end_time);
	json_map_add(m, "metadata.version", put_version);
	json_map_add(m, "start_time", put_start_time);
	json_map_add(m, "status_id", put_status_id);
	json_map_add(m, "traffic.bytes", json_node_bytes);
	json_map_add(m, "type_uid", put_type_uid);
	json_map_add(m, "unmapped.kind", json_node_kind);
	json_map_add(m, "unmapped.proto", json_node_mptcp);
}

static void ocsf_close(void *self)
{
	struct ocsf *f = self;

	json_map_fini(&f->out);
	json_map_fini(&f->in);
	free(f);
}

/* "1.3.0" to "1.6.0": what was there in 1.3, and is in no other place in 1.6. */
static bool version_ok(const char *v)
{
	return strlen(v) == 5 && v[0] == '1' && v[1] == '.' && v[2] >= '3' && v[2] <= '6' &&
	       v[3] == '.' && v[4] == '0';
}

static void *ocsf_open(const char *argument, const struct format_host *host, char *error,
		       size_t size)
{
	struct ocsf *f;

	if (argument && !version_ok(argument)) {
		snprintf(error, size, "ocsf:%.32s: the version must be 1.3.0, 1.4.0, 1.5.0 or "
			 "1.6.0", argument);
		return NULL;
	}
	f = calloc(1, sizeof(*f));
	if (f) {
		f->host = *host;
		memcpy(f->version, argument ? argument : VERSION_DEFAULT, 6);
		fill(&f->out, name_out);
		fill(&f->in, name_in);
		if (json_map_finish(&f->out) & json_map_finish(&f->in))
			return f;
		ocsf_close(f);
	}
	snprintf(error, size, "out of memory");
	return NULL;
}

/* A listener is a destination, as what it accepts will have. */
static void ocsf_entry(void *self, const struct entry *e, struct put *p)
{
	const struct ocsf *f = self;
	struct json_source s = { .e = e, .host = &f->host, .version = f->version };
	bool in = entry_is_listen(e) || entry_direction(e) == DIRECTION_IN;

	json_map_write(in ? &f->in : &f->out, &s, p);
}

/* Losses are Application Error (6008); the rest is Application Lifecycle (6002). */
static void ocsf_note(const void *self, struct note *n, struct put *p)
{
	const struct ocsf *f = self;
	bool lost = !strcmp(n->word, "lost");
	int class = lost ? 6008 : 6002;
	int what = lost ? 1 : !strcmp(n->word, "start") ? 3 : !strcmp(n->word, "stop") ? 4 : 99;

	put_string(p, "{\"activity_id\":");
	json_put_int(p, what);
	put_string(p, ",\"category_uid\":6,\"class_uid\":");
	json_put_int(p, class);
	if (f->host.name) {
		put_string(p, ",\"device\":{\"hostname\":");
		json_put_string(p, f->host.name, strlen(f->host.name));
		put_string(p, ",\"type_id\":0}");
	}
	put_string(p, ",\"message\":");
	json_put_string(p, n->text, n->len);
	put_string(p, ",\"metadata\":{\"product\":{\"name\":\"audit-netlog\",\"vendor_name\":"
		   "\"audit-netlog\",\"version\":\"" NETLOG_VERSION "\"},\"version\":\"");
	put_string(p, f->version);
	put_string(p, "\"},\"severity_id\":");
	json_put_int(p, lost ? 3 : 1);
	put_string(p, ",\"time\":");
	json_put_int(p, json_time_ms(n->time));
	put_string(p, ",\"type_uid\":");
	json_put_int(p, class * 100 + what);
	put_char(p, '}');
}

const struct format_ops format_ocsf = {
	.name = "ocsf",
	.has_time = true, .entities = true, .open = ocsf_open, .close = ocsf_close, .entry = ocsf_entry,
	.note = ocsf_note,
};
