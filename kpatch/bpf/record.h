/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: writes the records of sockets, and reports the serials of audit events. */
#ifndef NETLOG_BPF_RECORD_H
#define NETLOG_BPF_RECORD_H

/*
 * Writes one record. task NULL: the current task, which must then be the one that acts; pid 0:
 * no process. Returns false if the ring had no room. A connection on the ignore list has no
 * records. The function is global where its arguments can be pointers (5.13), so that the
 * verifier reads it once, not for each call.
 */
#if !LOOP
static
#endif
__noinline bool write(__u32 op, const struct netlog_bpf_sock *s,
			     const struct netlog_bpf_task *task, int err)
{
	struct netlog_bpf_event *e;
	__u64 mono, exe = 0;
	bool own = !task;

	if (!s)
		return false;
	if (shared.silent)	/* since the call began */
		return true;
	if (is_ignored(op, s, own))
		return true;
	if (own)
		exe = exe_id();
	e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e) {
		count(&shared.lost);
		return false;
	}
	e->kind = NETLOG_BPF_EVENT;
	e->op = op;
	e->err = err;
	e->pad = 0;
	e->mono = mono = bpf_ktime_get_ns();
	__builtin_memcpy(&e->sock, s, sizeof(*s));
	if (own) {
		e->task.exe = exe;
		read_self(&e->task);
	} else {
		__builtin_memcpy(&e->task, task, sizeof(*task));
	}
	bpf_ringbuf_submit(e, 0);
	count(&shared.written);
	if (can_read && shared.stamps && own && is_start(op))
		remember_start(mono);
	return true;
}

/* Called for each record of an audit event; the first call counts. */
SEC("fexit/auditsc_get_stamp")
int on_stamp(__u64 *ctx)
{
	if (can_read && shared.stamps)
		report_stamp((struct audit_context *)ctx[0]);
	return 0;
}

#endif
