/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between kernels. No other file may test a kernel version.
 */
#ifndef NETLOG_COMPAT_H
#define NETLOG_COMPAT_H

#include <linux/fs.h>
#include <linux/in.h>
#include <linux/kprobes.h>
#include <linux/mm_types.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 6, 0)
#error "audit_netlog needs Linux 5.6 or newer: older ones read registers and sk_protocol differently"
#endif

#ifndef CONFIG_KRETPROBES
#error "audit_netlog needs a kernel with CONFIG_KRETPROBES"
#endif

#ifndef CONFIG_TRACEPOINTS
#error "audit_netlog needs a kernel with CONFIG_TRACEPOINTS"
#endif

#if !defined(CONFIG_AUDITSYSCALL) || !defined(CONFIG_SECURITY_NETWORK)
#error "audit_netlog needs a kernel with CONFIG_AUDITSYSCALL and CONFIG_SECURITY_NETWORK"
#endif

/*
 * Handlers run with preemption off; taking audit's locks there, which sleep
 * on PREEMPT_RT, would be a bug.
 */
#ifdef CONFIG_PREEMPT_RT
#error "audit_netlog does not support PREEMPT_RT kernels"
#endif

/* 7.0 removed UDP-Lite (its number stays reserved). */
#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif

/* The program that current runs, to be given to fput(); NULL: it has exited.
 * get_task_exe_file() takes a lock, and is not exported since 5.16. */
static inline struct file *netlog_exe_file(void)
{
	struct file *f = NULL;

	rcu_read_lock();
	if (current->mm) {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
		f = get_file_rcu(&current->mm->exe_file);
#else
		f = rcu_dereference(current->mm->exe_file);
		if (f && !get_file_rcu(f))
			f = NULL;
#endif
	}
	rcu_read_unlock();
	return f;
}

#define netlog_arg(regs, n) regs_get_kernel_argument(regs, n)

#endif
