/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/transports: the transport of an output in the configuration. */
#ifndef NETLOG_TRANSPORTS_H
#define NETLOG_TRANSPORTS_H

#include "plugin/config.h"
#include "plugin/output/transport.h"

/* Returns the transport of o, which is copied; NULL without memory. The caller closes it. */
struct transport *transports_new(const struct config_output *o);

#endif
