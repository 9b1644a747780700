/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/ecs_note: the plugin's own notes in ECS, and the numbers of lines. */
#ifndef NETLOG_ECS_NOTE_H
#define NETLOG_ECS_NOTE_H

#include "parser/entry/formats.h"

#define ECS_VERSION "8.17.0"

/* Writes n as one JSON object: its pairs as netlog.WORD.KEY, a loss also as error.message. */
void ecs_note_put(const struct format_host *host, struct note *n, struct put *p);
/* Writes text, an object in ECS of len bytes, with agent.ephemeral_id and event.sequence in it. */
void ecs_note_number(const struct format_place *at, const char *text, size_t len,
		     struct put *p);

#endif
