/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: the current task and its program. */
#ifndef NETLOG_BPF_TASK_H
#define NETLOG_BPF_TASK_H

#define PATH_PARTS 16		/* without bpf_loop() */
#define PATH_PARTS_LOOP 2048	/* with bpf_loop(): as many as fit in the text */

/* State of the walk. It is stored in the record's args, which are read later, because all
 * functions share 512 bytes of stack. */
struct walk {
	struct dentry *d, *root;
	struct vfsmount *m, *root_mnt;
	__u64 alone;		/* a file without a directory: memfd_create(2) */
};
_Static_assert(sizeof(struct walk) <= NETLOG_BPF_ARGS, "it fits");

struct step_arg {
	struct netlog_bpf_exe *x;
};

/* The path is complete. */
static __always_inline long end_walk(struct netlog_bpf_exe *x)
{
	x->cut = 0;
	return 1;
}

/* One component of the path, or one mount point. Returns 1 at the end. */
static long step(__u32 i, struct step_arg *arg)
{
	struct netlog_bpf_exe *x = arg->x;
	struct walk *w = (struct walk *)x->args;
	struct dentry *d = w->d, *up;
	struct vfsmount *m = w->m;
	long n;

	if (d == w->root && m == w->root_mnt)
		return end_walk(x);
	up = BPF_CORE_READ(d, d_parent);
	if (!w->alone && (d == up || d == BPF_CORE_READ(m, mnt_root))) {
		struct mount *mnt = (void *)m - bpf_core_field_offset(struct mount, mnt);
		struct mount *parent = BPF_CORE_READ(mnt, mnt_parent);

		if (parent == mnt)
			return end_walk(x);
		w->d = BPF_CORE_READ(mnt, mnt_mountpoint);
		w->m = (void *)parent + bpf_core_field_offset(struct mount, mnt);
		return 0;
	}
	n = bpf_probe_read_kernel_str(x->text + (x->len & (NETLOG_BPF_PATH - 1)),
				      NETLOG_BPF_NAME, BPF_CORE_READ(d, d_name.name));
	if (n <= 0 || x->len >= NETLOG_BPF_PATH)
		return 1;
	x->len += n;
	x->parts++;
	if (w->alone)
		return end_walk(x);
	w->d = up;
	return 0;
}

/* Writes the path of exe as d_path() would: up to the root of the task. */
static __always_inline void read_path(struct netlog_bpf_exe *x, struct task_struct *p,
				      struct file *exe)
{
	struct dentry *d = BPF_CORE_READ(exe, f_path.dentry), *parent = BPF_CORE_READ(d, d_parent);
	struct vfsmount *m = BPF_CORE_READ(exe, f_path.mnt);
	struct walk *w = (struct walk *)x->args;
	struct step_arg arg = { x };

	w->d = d;
	w->m = m;
	w->root = BPF_CORE_READ(p, fs, root.dentry);
	w->root_mnt = BPF_CORE_READ(p, fs, root.mnt);
	w->alone = parent == d && BPF_CORE_READ(m, mnt_root) != d;
	x->deleted = w->alone || (!BPF_CORE_READ(d, d_hash.pprev) && parent != d);
	x->cut = 1;
#if LOOP	/* bpf_loop(): the verifier checks one round */
	bpf_loop(PATH_PARTS_LOOP, step, &arg, 0);
#else
	for (__u32 i = 0; i < PATH_PARTS; i++)
		if (step(i, &arg))
			break;
#endif
}

static __always_inline void read_args(struct netlog_bpf_exe *x, struct task_struct *p)
{
	unsigned long start = BPF_CORE_READ(p, mm, arg_start);
	unsigned long len = BPF_CORE_READ(p, mm, arg_end) - start;

	if (len > NETLOG_BPF_ARGS)
		len = NETLOG_BPF_ARGS;
	if (!bpf_probe_read_user(x->args, len, (void *)start))
		x->args_len = len;
}

static __always_inline __u64 exe_key(__u64 start, __u64 file)
{
	return start ^ file;
}

static __always_inline bool write_exe(struct task_struct *p, const struct known_exe *k, __u32 pid)
{
	struct netlog_bpf_exe *x = bpf_ringbuf_reserve(&ring, sizeof(*x), 0);

	if (!x) {
		count(&shared.exe_lost);
		return false;
	}
	x->kind = NETLOG_BPF_EXE;
	x->pid = pid;
	x->id = k->id;
	/* k->file may be a pointer to the verifier, and no number */
	x->key = exe_key(k->start, (__u64)BPF_CORE_READ(p, mm, exe_file));
	x->parts = x->len = x->args_len = x->deleted = 0;
	read_path(x, p, (struct file *)k->file);
	read_args(x, p);
	bpf_ringbuf_submit(x, 0);
	return true;
}

/* Reads the program of the current task, except id. file 0: the task exits and has no memory. */
static __always_inline void read_exe(struct known_exe *k)
{
	if (has_task_btf) {
		struct task_struct *p = untrusted(bpf_get_current_task_btf());
		struct mm_struct *mm = p->mm;

		k->start = p->group_leader->start_time;
		k->exec_id = p->self_exec_id;
		k->file = mm ? (__u64)mm->exe_file : 0;
	} else {
		struct task_struct *p = (void *)bpf_get_current_task();

		k->start = BPF_CORE_READ(p, group_leader, start_time);
		k->exec_id = BPF_CORE_READ(p, self_exec_id);
		k->file = (__u64)BPF_CORE_READ(p, mm, exe_file);
	}
}

/*
 * Returns the id of the current task's program, or 0 if it is unknown. A program that was not
 * reported yet is reported first. A global function: the verifier reads it once.
 */
__noinline __u64 exe_id(void)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct known_exe now = {}, *k;

	if (!can_read)
		return 0;
	read_exe(&now);
	k = bpf_map_lookup_elem(&exes, &pid);
	if (k && k->start == now.start &&
	    (!now.file || (k->file == now.file && k->exec_id == now.exec_id)))
		return k->id;
	if (!now.file)
		return 0;
	now.id = unique();
	if (!write_exe((void *)bpf_get_current_task(), &now, pid))
		return 0;
	bpf_map_update_elem(&exes, &pid, &now, BPF_ANY);
	return now.id;
}

static __always_inline void copy_comm(char *to, const struct task_struct *p)
{
	((__u64 *)to)[0] = ((const __u64 *)p->comm)[0];
	((__u64 *)to)[1] = ((const __u64 *)p->comm)[1];
}

/* Reads everything except exe, comm and pid. */
static __always_inline void read_relations(struct netlog_bpf_task *t, struct task_struct *p)
{
	t->ppid = p->real_parent->tgid;
	t->sid = p->signal->pids[PIDTYPE_SID]->numbers[0].nr;
	t->auid = p->loginuid.val;
	t->ses = p->sessionid;
	t->uid = p->cred->uid.val;
	t->egid = p->cred->egid.val;
	t->cgroup = p->cgroups->dfl_cgrp->kn->id;
	copy_comm(t->pcomm, p->real_parent->group_leader);
}

/* Reads any task whose type BTF has, except exe. comm is the process's. */
static __always_inline void read_task_of(struct netlog_bpf_task *t, struct task_struct *p)
{
	t->pid = p->tgid;
	read_relations(t, p);
	copy_comm(t->comm, p->group_leader);
}

/* Reads the current task, except exe. */
static __always_inline void read_self(struct netlog_bpf_task *t)
{
	t->pad = 0;
	t->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(t->comm, sizeof(t->comm));
	if (has_task_btf) {
		read_relations(t, untrusted(bpf_get_current_task_btf()));
	} else {
		struct task_struct *p = (void *)bpf_get_current_task();

		t->ppid = BPF_CORE_READ(p, real_parent, tgid);
		t->sid = BPF_CORE_READ(p, signal, pids[PIDTYPE_SID], numbers[0].nr);
		t->auid = BPF_CORE_READ(p, loginuid.val);
		t->ses = BPF_CORE_READ(p, sessionid);
		t->uid = bpf_get_current_uid_gid();
		t->egid = BPF_CORE_READ(p, cred, egid.val);
		t->cgroup = bpf_get_current_cgroup_id();
		BPF_CORE_READ_INTO(&t->pcomm, p, real_parent, group_leader, comm);
	}
}

static __always_inline void read_task(struct netlog_bpf_task *t)
{
	t->exe = exe_id();
	read_self(t);
}

#endif
