// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/audit_node: recognizes records of this host by their node=NAME. */
#include "plugin/audit_node.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define CONF SYSCONFDIR "/audit/auditd.conf"

static void read_conf(char format[64], char name[256])
{
	char line[1024], key[64], value[256];
	FILE *f = fopen(CONF, "re");

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, " %63[^ =\t#] = %255s", key, value) != 2)
			continue;
		if (!strcasecmp(key, "name_format"))
			snprintf(format, 64, "%.63s", value);
		else if (!strcasecmp(key, "name"))
			strcpy(name, value);
	}
	if (f)
		fclose(f);
}

/* As auditd asks for it: the canonical name, or the first address. */
static bool look_up(const char *host, bool numeric, char *to, size_t size)
{
	struct addrinfo hints = { .ai_flags = AI_ADDRCONFIG | AI_CANONNAME,
				  .ai_socktype = SOCK_STREAM }, *a;
	bool good;

	if (!*host || getaddrinfo(host, NULL, &hints, &a))
		return false;
	if (numeric)
		good = !getnameinfo(a->ai_addr, a->ai_addrlen, to, size, NULL, 0, NI_NUMERICHOST);
	else
		good = a->ai_canonname && snprintf(to, size, "%s", a->ai_canonname) < (int)size;
	freeaddrinfo(a);
	return good;
}

void audit_node_read(struct audit_node *n)
{
	char format[64] = "none", name[256] = "";

	memset(n, 0, sizeof(*n));
	if (gethostname(n->host, sizeof(n->host) - 1))
		n->host[0] = 0;
	read_conf(format, name);
	if (!strcasecmp(format, "user"))
		strcpy(n->text, name);
	else if (!strcasecmp(format, "hostname"))
		strcpy(n->text, n->host);
	else if (strcasecmp(format, "none") &&
		 !look_up(n->host, !strcasecmp(format, "numeric"), n->text, sizeof(n->text)))
		return;
	n->known = true;
	n->name = *n->text ? n->text : NULL;
}

/* The host's name, short or full. */
static bool is_host(const struct audit_node *n, const char *node)
{
	size_t len = strcspn(n->host, ".");

	return len && !strncmp(node, n->host, len) && (!node[len] || node[len] == '.');
}

static bool is_address(const struct sockaddr *a, int family, const void *ip)
{
	if (!a || a->sa_family != family)
		return false;
	if (family == AF_INET)
		return !memcmp(&((const struct sockaddr_in *)a)->sin_addr, ip, 4);
	return !memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr, ip, 16);
}

/* name_format = numeric: an address of this host. */
static bool is_own_address(const char *node)
{
	unsigned char ip[16];
	int family = inet_pton(AF_INET, node, ip) == 1 ? AF_INET :
		     inet_pton(AF_INET6, node, ip) == 1 ? AF_INET6 : AF_UNSPEC;
	struct ifaddrs *all, *a;
	bool own = false;

	if (family == AF_UNSPEC || getifaddrs(&all))
		return false;
	for (a = all; a && !own; a = a->ifa_next)
		own = is_address(a->ifa_addr, family, ip);
	freeifaddrs(all);
	return own;
}

bool audit_node_is_own(const struct audit_node *n, const char *node)
{
	return !node || (n->name && !strcmp(node, n->name)) || is_host(n, node) ||
	       is_own_address(node);
}
