// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/heading: the heading of --live. */
#include "plugin/heading.h"

#include <stdio.h>

#include "plugin/plugin.h"

void heading_print(const struct plugin *p)
{
	const char *source = sources_name(&p->sources);
	bool exact = kernel_source_exact(&p->sources.kernel);
	char columns[FORMAT_MAX];
	size_t len;

	printf("# audit-netlog %s: TCP and UDP connections of all processes on this host, "
	       "IPv4 and IPv6.\n",
	       NETLOG_VERSION);
	printf("# Source: %s%s; the kernel's audit records, %s.\n",
	       source ? source : "rules", exact ? ", every line is exact" : "",
	       netlink_beside_auditd(p->netlink) ? "beside auditd" : "auditd is not running");
	if (p->sources.resolver)
		printf("# sock_diag adds local ports, outcomes and ends (via=destroy); lines "
		       "that wait for it are up to %u ms late.\n# - is unknown: the socket "
		       "was closed too soon, or several match. via=in-progress: outcome "
		       "unknown.\n",
		       p->config.wait);
	else if (!exact)
		printf("# - is unknown, such as a local port chosen by the kernel. "
		       "via=in-progress: a non-blocking connect,\n# outcome unknown. "
		       "via=gone: a killed process, found a few seconds later. Connections "
		       "opened before\n# now are logged from their next system call.\n");
	printf("# Ctrl-C exits and restores the audit settings.\n");
	len = report_heading(&p->report, "stdout", columns);
	if (len)
		printf("%.*s\n", (int)len, columns);
	fflush(stdout);
}
