/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/kernel_ignore: passes the ignore list to the kernel's side, BPF or the module. */
#ifndef NETLOG_KERNEL_IGNORE_PLUGIN_H
#define NETLOG_KERNEL_IGNORE_PLUGIN_H

#include "plugin/config.h"
#include "plugin/ignore/kernel.h"
#include "plugin/kernel_source.h"
#include "plugin/report.h"

struct kernel_ignore {
	struct ignore_kernel list;	/* in use */
	bool failed;			/* the module refused the list, which was logged */
};

/*
 * Call this when the list, the configuration, the rules or the source may have changed, and
 * periodically, because programs are replaced. l may be NULL. rules: audit rules report connections,
 * too. The kernel's side then gets no list, because the tracker would count its ignored connections as
 * missed.
 */
void kernel_ignore_update(struct kernel_ignore *i, struct kernel_source *k,
			  const struct ignore_list *l, const struct config *c, bool rules,
			  struct report *r);
/* Clears the list of the kernel's side. */
void kernel_ignore_close(struct kernel_ignore *i, struct kernel_source *k);

/* Returns how many connections the kernel's side left out. */
uint64_t kernel_ignore_count(const struct kernel_source *k);

#endif
