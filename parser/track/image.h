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
 * Saves t, or loads it: t is new then, with the same limits. i->bad: t cannot be saved, or the
 * image is not one of a tracker, and t is only good for track_free().
 */
void track_image(struct track *t, struct image *i);

#endif
