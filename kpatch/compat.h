/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The differences between kernels. No other file may test a kernel version.
 */
#ifndef NETLOG_COMPAT_H
#define NETLOG_COMPAT_H

#include <linux/fs.h>
#include <linux/in.h>
#include <linux/version.h>

/*
 * Older kernels read registers and sk_protocol differently. On PREEMPT_RT audit's
 * locks sleep, and handlers run with preemption off.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 6, 0) || defined(CONFIG_PREEMPT_RT) || \
	!defined(CONFIG_KRETPROBES) || !defined(CONFIG_TRACEPOINTS) || \
	!defined(CONFIG_AUDITSYSCALL) || !defined(CONFIG_SECURITY_NETWORK)
#error "audit_netlog needs Linux 5.6, KRETPROBES, TRACEPOINTS, AUDITSYSCALL, SECURITY_NETWORK, no PREEMPT_RT"
#endif

/* 7.0 removed UDP-Lite (its number stays reserved). */
#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif

/* Renamed in 5.8. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 8, 0)
#define copy_from_kernel_nofault probe_kernel_read
#endif

/* 6.11 added the protocol to AF_INET, beside the family AF_SMC. */
#define NETLOG_IPPROTO_SMC 256

/*
 * Returns a reference to *f, which the caller passes to fput(), or NULL; under
 * rcu_read_lock(). Until 6.7, get_file_rcu() was a macro that took *f. (get_task_exe_file()
 * takes a lock, and is not exported since 5.16.)
 */
static inline struct file *netlog_get_file(struct file __rcu **f)
{
#ifdef get_file_rcu
	struct file *file = rcu_dereference(*f);

	return file && get_file_rcu(file) ? file : NULL;
#else
	return get_file_rcu(f);
#endif
}

#endif
