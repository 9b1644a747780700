/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/lookup: reads /proc for new requests: the descriptor, and the network namespace of the
 * process.
 */
#ifndef NETLOG_LOOKUP_H
#define NETLOG_LOOKUP_H

#include <stdbool.h>

#include "plugin/resolve/netns.h"
#include "plugin/resolve/request.h"
#include "plugin/resolve/slice.h"

/* Queues a request of the tracker, which is copied, and reads its descriptor at once. A
 * request without room is dropped: the tracker asks again, or stops asking in time. */
void lookup_request(struct requests *fresh, const struct request *q);

/* Reads the namespaces of queued requests until the slice is over, and enters new ones.
 * Returns true if a namespace is new. */
bool lookup_continue(struct requests *fresh, struct netns_set *spaces, const struct slice *slice);

#endif
