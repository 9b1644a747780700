/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/track/image_tables: parts of image.c: connections and their descriptors. */
#ifndef NETLOG_TRACK_IMAGE_TABLES_H
#define NETLOG_TRACK_IMAGE_TABLES_H

#include "parser/image.h"
#include "parser/track/state.h"

/* The tables that pointers in the tracker refer to. */
struct image_things {
	struct image_numbers identities, processes, conns, fds;
};

/* Saves or loads a pointer to an identity; the first pointer to each brings the identity itself.
 * Loading gives the caller a reference. */
void image_identity(struct image *i, struct image_things *x, struct identity **id);
/* Save or load the connections, and then their lists, which refer to descriptors. */
void image_conns(struct image *i, struct image_things *x, struct track *t);
void image_conn_lists(struct image *i, struct image_things *x, struct track *t);

#endif
