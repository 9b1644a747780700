/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: the serial of the audit event that belongs to the system call of a start. */
#ifndef NETLOG_BPF_STAMP_H
#define NETLOG_BPF_STAMP_H

/* The number and entry time of the call identify it. They are only a check: thread and order
 * make the join. */
static __always_inline void read_call(struct start *s, struct audit_context *c)
{
	s->major = BPF_CORE_READ(c, major);
	if (bpf_core_field_exists(((struct audit_context___new *)0)->stamp)) {
		s->sec = BPF_CORE_READ((struct audit_context___new *)c, stamp.ctime.tv_sec);
		s->nsec = BPF_CORE_READ((struct audit_context___new *)c, stamp.ctime.tv_nsec);
	} else {
		s->sec = BPF_CORE_READ((struct audit_context___old *)c, ctime.tv_sec);
		s->nsec = BPF_CORE_READ((struct audit_context___old *)c, ctime.tv_nsec);
	}
}

static __always_inline __u32 read_serial(struct audit_context *c)
{
	if (bpf_core_field_exists(((struct audit_context___new *)0)->stamp))
		return BPF_CORE_READ((struct audit_context___new *)c, stamp.serial);
	return BPF_CORE_READ((struct audit_context___old *)c, serial);
}

/* A start in a system call of the current thread. */
static __always_inline bool is_start(__u32 op)
{
	return op == NETLOG_OP_CONNECT || op == NETLOG_OP_FAIL || op == NETLOG_OP_ACCEPT ||
	       op == NETLOG_OP_LISTEN || op == NETLOG_OP_BIND || op == NETLOG_OP_DGRAM;
}

static __always_inline void remember_start(__u64 mono)
{
	struct task_struct *p = (void *)bpf_get_current_task();
	struct audit_context *c = BPF_CORE_READ(p, audit_context);
	__u32 tid = bpf_get_current_pid_tgid();
	struct start s = { .mono = mono };

	if (!c)
		return;
	read_call(&s, c);
	bpf_map_update_elem(&starts, &tid, &s, BPF_ANY);
}

static __always_inline void report_stamp(struct audit_context *c)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32, tid = bpf_get_current_pid_tgid();
	struct start *s = bpf_map_lookup_elem(&starts, &tid), now = {};
	struct netlog_bpf_stamp *r;
	__u32 serial;

	if (!s || !c)
		return;
	serial = read_serial(c);
	if (!serial)
		return;
	read_call(&now, c);
	if (now.major == s->major && now.sec == s->sec && now.nsec == s->nsec) {
		r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);
		if (r) {
			r->kind = NETLOG_BPF_STAMP;
			r->pid = pid;
			r->mono = s->mono;
			r->serial = serial;
			r->pad = 0;
			bpf_ringbuf_submit(r, 0);
		}
	}
	bpf_map_delete_elem(&starts, &tid);
}

#endif
