/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/json_nodes: the nodes that both JSON formats have, under other names. */
#ifndef NETLOG_JSON_NODES_H
#define NETLOG_JSON_NODES_H

#include "parser/entry/json_map.h"

/* The value of a field whose type both formats write alike. */
bool json_node_field(struct put *p, const struct json_node *n, const struct json_source *s);

/* "connect start" */
bool json_node_kind(struct put *p, const struct json_node *n, const struct json_source *s);
/* "mptcp", which the schemas know as tcp */
bool json_node_mptcp(struct put *p, const struct json_node *n, const struct json_source *s);
bool json_node_community_id(struct put *p, const struct json_node *n,
			    const struct json_source *s);
/* tx and rx together, if both are known */
bool json_node_bytes(struct put *p, const struct json_node *n, const struct json_source *s);
bool json_node_host_id(struct put *p, const struct json_node *n,
		       const struct json_source *s);
/* The name of the machine, for entries that have no node name. */
bool json_node_host_name(struct put *p, const struct json_node *n,
			 const struct json_source *s);

/* IPPROTO_*, which is that of TCP for MPTCP; -1: unknown. */
int json_proto_number(const struct entry *e);
/* 4, 6, or 0: unknown */
int json_ip_version(const struct entry *e);

#endif
