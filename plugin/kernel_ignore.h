/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/kernel_ignore: gives the ignore list to the kernel's side, BPF or the module. */
#ifndef NETLOG_KERNEL_IGNORE_PLUGIN_H
#define NETLOG_KERNEL_IGNORE_PLUGIN_H

#include "plugin/config.h"
#include "plugin/ignore/kernel.h"
#include "plugin/kernel_source.h"
#include "plugin/report.h"

struct kernel_ignore {
	struct ignore_kernel list;	/* in use */
	bool failed;			/* the module did not take it: logged */
};

/*
 * Call this when the list, the configuration, the rules or the source may have changed, and
 * from time to time, because programs are replaced. l may be NULL. rules: audit rules report
 * connections, too; the tracker would take a connection that the kernel's side ignores for one
 * that it missed, so the kernel's side gets no list then.
 */
void kernel_ignore_update(struct kernel_ignore *i, struct kernel_source *k,
			  const struct ignore_list *l, const struct config *c, bool rules,
			  struct report *r);
/* Clears the list of the kernel's side. */
void kernel_ignore_close(struct kernel_ignore *i, struct kernel_source *k);

/* Connections that the kernel's side left out. */
uint64_t kernel_ignore_count(const struct kernel_source *k);

#endif
