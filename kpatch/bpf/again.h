/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlog.bpf.c: second programs, for kernels that preempt a program. While a task waits inside
 * a program, the kernel skips that program for all other tasks on the processor. The most
 * important ones are therefore attached twice, as NAME() and again_NAME(). The first to run marks
 * the call, the second finds the mark. The order in which the kernel runs them does not matter.
 */
#ifndef NETLOG_BPF_AGAIN_H
#define NETLOG_BPF_AGAIN_H

#include "mark.h"

/* Identifies the program. CALL_TWICE() adds the number of its function. */
enum twice { ON_RELEASE, ON_ACCEPT, ON_CONNECT, ON_STATE, DENIED, CONNECT4, CONNECT6, ENTER = 32,
	     LEAVE = 64 };

/*
 * The two programs run one after the other. Only a softirq can run between them; it has a mark of
 * its own in the interrupted thread. If the kernel skips the second program, the mark stays. It
 * identifies its call as exactly as possible, so that it does not match a later call.
 */
struct marks { struct mark process, softirq; };

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct marks);
} ran SEC(".maps");

/* Returns true if the other program has run for this call. A run without memory for a mark counts
 * as skipped. */
static __always_inline bool ran_in(bool softirq, enum twice n, void *what, __u64 which)
{
	struct marks *marks;
	bool second;

	if (!has_again)
		return false;
	marks = bpf_task_storage_get(&ran, bpf_get_current_task_btf(), NULL,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!marks) {
		count(&shared.unmarked);
		return true;
	}
	second = mark_take(softirq ? &marks->softirq : &marks->process, (__u64)what, which << 8 | n);
	__sync_fetch_and_add(&shared.once, second ? -1 : 1);
	return second;
}

static __always_inline bool ran_before(enum twice n, void *what, __u64 which)
{
	return ran_in(false, n, what, which);
}

/* Returns a number that differs between connect attempts of one socket: the initial sequence number;
 * 0 for other protocols than TCP. */
static __always_inline __u32 attempt_of(struct sock *sk)
{
	struct tcp_sock *tp;

	if (!has_again || sk->sk_protocol != IPPROTO_TCP)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	return tp ? tp->write_seq : 0;
}

/*
 * TWICE(section, name) { body }: the program and its second one. They are two loads of the same
 * code: a tail call into one shared program has no guard of the program it enters, whose stack is one
 * for each processor since 6.13, and a preempted one's was overwritten (the kernel crashed).
 */
#define TWICE(section, name)							\
static __always_inline int body_of_##name(__u64 *ctx);				\
SEC(section) int name(__u64 *ctx) { return body_of_##name(ctx); }		\
SEC(section) int again_##name(__u64 *ctx) { return body_of_##name(ctx); }	\
static __always_inline int body_of_##name(__u64 *ctx)

#endif
