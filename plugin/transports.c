// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/transports: the transport of an output in the configuration. */
#include "plugin/transports.h"

static struct transport *open_log(const struct config_output *o)
{
	struct rotate_limits l = {
		.file = (uint64_t)o->log->size_mib << 20,
		.total = (uint64_t)o->log->total_mib << 20,
		.days = o->log->days,
	};

	return transport_log(o->path, &l, o->log->compress);
}

struct transport *transports_new(const struct config_output *o)
{
	struct transport_collector c = {
		.host = o->host,
		.port = o->port,
		.facility = o->facility,
		.tls = o->transport == CONFIG_TLS,
		.ca = o->ca,
		.cert = o->cert,
		.key = o->key,
	};

	switch (o->transport) {
	case CONFIG_NOWHERE: break;
	case CONFIG_SYSLOG: return transport_syslog(o->facility);
	case CONFIG_FILE: return transport_file(o->path);
	case CONFIG_LOG: return open_log(o);
	case CONFIG_STDOUT: return transport_stdout();
	case CONFIG_UNIX: return transport_unix(o->path, o->facility);
	case CONFIG_LISTEN: return transport_listen(o->path, o->mode, o->facility);
	case CONFIG_UDP: return transport_udp(&c);
	case CONFIG_TCP:
	case CONFIG_TLS: return transport_tcp(&c);
	}
	return NULL;
}
