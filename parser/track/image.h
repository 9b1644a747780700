/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/image: the state of a tracker without sock_diag, between two events, saved and
 * loaded: the tracker that loads it writes the same entries for the events that follow.
 */
#ifndef NETLOG_TRACK_IMAGE_H
#define NETLOG_TRACK_IMAGE_H

#include "parser/image.h"
#include "parser/track/track.h"

/*
 * Saves t, or loads it into a new t with the same limits. Sets i->bad if t cannot be saved, or if
 * the image is not that of a tracker: the caller then passes t to track_free().
 */
void track_image(struct track *t, struct image *i);

#endif
