/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/enrich/entity: process.entity_id, a number of a process that is unique over hosts and boots.
 * Pure.
 */
#ifndef NETLOG_ENTITY_H
#define NETLOG_ENTITY_H

#include <stdint.h>

#define ENTITY_MAX 17 /* 16 characters and a NUL */

/* Machine and boot, which make a pid unique. Texts are borrowed; NULL or empty: unknown. */
struct entity_host {
	const char *machine; /* machine-id(5) */
	const char *boot;    /* /proc/sys/kernel/random/boot_id, without a newline */
};

/*
 * The first 12 bytes, in base64, of SHA-1("MACHINE BOOT PID START"). start: field 22 of
 * /proc/PID/stat. Writes an empty text if machine or boot is unknown.
 */
void entity_id(const struct entity_host *host, int64_t pid, int64_t start, char to[ENTITY_MAX]);

#endif
