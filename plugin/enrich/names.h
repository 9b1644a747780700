/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/enrich/names: the name of a container, from the file where its engine keeps it:
 * docker, podman, CRI-O, containerd (Kubernetes, nerdctl). Only root's engines: an ordinary
 * user's podman keeps its names elsewhere.
 */
#ifndef NETLOG_NAMES_H
#define NETLOG_NAMES_H

#include <stdint.h>

#define NAMES_MAX 4096 /* containers that are remembered */

struct names;

/* root: "", or a directory for tests; borrowed. NULL without memory. */
struct names *names_new(const char *root);
void names_free(struct names *n); /* may be NULL */

/* id: 64 hex digits. Returns the name, or NULL if no file has it; valid until the next call. A
 * container without a name is looked up again after 10 s. */
const char *names_find(struct names *n, const char *id, int64_t now_ms);

#endif
