/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/ignore/kernel: the ignore list in the form that the kernel's side compares, so that ignored
 * traffic costs next to nothing. The plugin compares all entries that it gets with the whole list,
 * including conditions that the kernel cannot compare.
 */
#ifndef NETLOG_IGNORE_KERNEL_H
#define NETLOG_IGNORE_KERNEL_H

#include "kpatch/netlog_ignore.h"
#include "plugin/ignore/list.h"

struct ignore_kernel {
	unsigned int count;	/* of at */
	unsigned int entries;	/* of the list, without those with ! */
	struct netlog_ignore at[NETLOG_IGNORES];
	/* The programs' files, held open so that no other file gets their inode numbers. */
	int files[NETLOG_IGNORES];
};

/*
 * Fills *k; no file is open after ignore_kernel_close(). Entries with ! come first, each made
 * as broad as possible; if there are too many of them, or one has a container, the kernel gets
 * no list. Then follow, as far as there is room, entries without a container whose program is a
 * file here. loopback false: connections to loopback addresses are ignored, too.
 */
void ignore_kernel_make(struct ignore_kernel *k, const struct ignore_list *l, bool loopback);
void ignore_kernel_close(struct ignore_kernel *k);

/* Returns true if both are the same list for the kernel. */
bool ignore_kernel_same(const struct ignore_kernel *a, const struct ignore_kernel *b);

/* The text for the module's parameter, of as many entries as fit; returns its length. */
size_t ignore_kernel_text(const struct ignore_kernel *k, char *text, size_t size);

#endif
