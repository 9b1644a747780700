/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mark of a call that one of two programs has run for (again.h), and the number of calls that
 * neither has run for. The second part is of user space; tests/unit checks both together.
 */
#ifndef NETLOG_BPF_MARK_H
#define NETLOG_BPF_MARK_H

#include <linux/types.h>
#include <stdbool.h>

/* The last call that one of the two has run for, and the other has not yet; what 0: none. */
struct mark {
	__u64 what, which;
};

/* Returns true, and removes the mark, if it is of this call; sets it otherwise. */
static inline __attribute__((always_inline)) bool mark_take(struct mark *m, __u64 what, __u64 which)
{
	if (m->what == what && m->which == which) {
		m->what = 0;
		return true;
	}
	m->which = which;
	m->what = what;
	return false;
}

/*
 * skips: runs of the two that did not happen; once: results of mark_take() that were false, minus
 * those that were true. Twice the calls are all results and skips. A call has at most one false,
 * so this is the number of calls that had none, even if a mark that stayed behind matched a later
 * call. Both since the two are attached, and once read last: a call between its two
 * programs makes the result smaller until its second one.
 */
static inline __s64 mark_missed(__s64 skips, __s64 once)
{
	return skips > once ? (skips - once) / 2 : 0;
}

#endif
