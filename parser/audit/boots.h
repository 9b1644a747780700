/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/boots: finds the restarts of each host in a log, by evidence that no
 * program can forge.
 *
 * SYSTEM_BOOT is a user message: any process with CAP_AUDIT_WRITE can send it, and current
 * systemd does not write it at all. Only a restart makes the kernel number its events from 1
 * again at a later time (audit_serial()), or sets back the clock that counts from the start
 * (mono= of the module's records).
 */
#ifndef NETLOG_BOOTS_H
#define NETLOG_BOOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/audit/head.h"
#include "parser/image.h"
#include "parser/input_error.h"

#define BOOTS_NODES_MAX INPUT_HOSTS_MAX	/* the boots of more hosts are not found */

struct boots_node;

struct boots {
	struct boots_node *by_node, *last;
};

/* Returns true if the host was restarted before this record was written. */
bool boots_before(struct boots *b, const struct head *h);
void boots_fini(struct boots *b);
/* Saves or loads them; b is new then. */
void boots_image(struct boots *b, struct image *i);

#endif
