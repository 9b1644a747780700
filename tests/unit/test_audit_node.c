// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/audit_node, which records are of this host. */
#include "plugin/audit_node.h"

#include <stdio.h>

#include "table.h"

struct row {
	const char *name, *host, *known, *node;
	bool own;
};

static const struct row rows[] = {
	{ "no node", "web1", NULL, NULL, true },
	{ "hostname", "web1", NULL, "web1", true },
	{ "fqd", "web1", NULL, "web1.example.org", true },
	{ "fqd of a host with a full name", "web1.example.org", NULL, "web1", true },
	{ "another host", "web1", NULL, "web2", false },
	{ "a host whose name begins alike", "web1", NULL, "web10.example.org", false },
	{ "and one that this begins with", "web10", NULL, "web1", false },
	{ "user", "web1", "frontend", "frontend", true },
	{ "another's user", "web1", "frontend", "backend", false },
	{ "numeric", "web1", NULL, "127.0.0.1", true },
	{ "another's address", "web1", NULL, "192.0.2.77", false },
	{ "no host name", "", NULL, "web1", false },
};

static void test_own(void **state)
{
	const struct row *row = *state;
	struct audit_node n = { .name = row->known };

	snprintf(n.host, sizeof(n.host), "%s", row->host);
	assert_int_equal(audit_node_is_own(&n, row->node), row->own);
}

int main(void)
{
	return table_run("audit_node", test_own, ROWS(rows));
}
