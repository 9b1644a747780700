/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/unload: the connections of the kernel's side (module or BPF) after its unload. Those
 * that the rules know, too, depend on the rules from then on; the others end with the process that
 * opened them.
 */
#ifndef NETLOG_UNLOAD_H
#define NETLOG_UNLOAD_H

#include "parser/track/state.h"

/* Takes the unload of the kernel's side on the current node. */
void unload_module(struct track *t);
/* Writes the stops of the connections that pid opened and that only the kernel's side knew: pid
 * exited, or the number was reused. */
void unload_opener_gone(struct track *t, int64_t pid, enum entry_via via);

#endif
