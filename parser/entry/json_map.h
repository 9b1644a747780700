/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/entry/json_map: writes an entry as one JSON object, from a list of dotted paths
 * ("source.ip"). ecs.c and ocsf.c make the lists from the table of fields.
 */
#ifndef NETLOG_JSON_MAP_H
#define NETLOG_JSON_MAP_H

#include <stdbool.h>

#include "parser/entry/fields.h"
#include "parser/entry/format.h"
#include "parser/entry/json.h"

struct json_source {
	const struct entry *e;
	const struct format_host *host;	/* members may be NULL */
	const char *version;		/* of the schema, where it is chosen; or NULL */
};

struct json_node;

/* Writes the value of a node. Returns false if it has none: the key is then left out. */
typedef bool (*json_put)(struct put *p, const struct json_node *n,
			 const struct json_source *s);

#define JSON_LEVELS 6

struct json_node {
	char *path;		/* owned */
	/* set by json_map_finish(): the text before the value, and where each level of the path
	 * begins in it */
	char *opening;		/* owned: "source":{"ip": */
	unsigned short at[JSON_LEVELS], len;
	unsigned char levels;	/* objects that the path goes into */
	unsigned char shared;	/* of them, those of the node before, too */
	json_put put;
	enum field_id field;	/* whose value it is, or FIELD_NONE */
	const char *text;	/* of json_put_constant(): JSON */
};

#define JSON_NODES 128

/* All zero: empty. */
struct json_map {
	struct json_node nodes[JSON_NODES];
	unsigned int count;
	bool failed;		/* without memory, or too many nodes */
};

void json_map_add(struct json_map *m, const char *path, json_put put);
void json_map_add_constant(struct json_map *m, const char *path, const char *json);

/*
 * Adds every field of the line: under its name in the other format, or else under
 * own.KEY. Addresses become .ip and .port. put writes all other fields.
 */
void json_map_add_fields(struct json_map *m, const char *own, json_put put,
			 const char *(*name)(const struct field *f));

/* Call this after the last node was added. Returns false if an addition failed. */
bool json_map_finish(struct json_map *m);
void json_map_fini(struct json_map *m);

void json_map_write(const struct json_map *m, const struct json_source *s, struct put *p);

#endif
