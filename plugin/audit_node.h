/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/audit_node: the name that auditd puts in front of this host's records, if any:
 * node=NAME, by name_format in auditd.conf. */
#ifndef NETLOG_AUDIT_NODE_H
#define NETLOG_AUDIT_NODE_H

#include <stdbool.h>

struct audit_node {
	bool known;		/* auditd.conf determines the name */
	const char *name;	/* in text; NULL: none */
	char text[256];
	char host[256];		/* gethostname(2); empty: unknown */
};

/* Reads auditd.conf and the host's name. *n must not be moved. */
void audit_node_read(struct audit_node *n);
/* Returns true if node= of a record, or NULL if it has none, is this host. */
bool audit_node_is_own(const struct audit_node *n, const char *node);

#endif
