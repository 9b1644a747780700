// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * record: from a copied socket to an audit record, fields in the order of
 * netlog_record.h.
 */
#include "record.h"

#include <linux/audit.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>

#include "ignore.h"

static bool join = true;
module_param(join, bool, 0644);
MODULE_PARM_DESC(join, "write into the event of the running system call (default Y)");

static atomic64_t written, lost;
module_param_named(records, written.counter, ullong, 0444);
module_param_named(lost, lost.counter, ullong, 0444);

void record_count_lost(void)
{
	atomic64_inc(&lost);
}

bool record_joins(void)
{
	return READ_ONCE(join);
}

/* ---- the task ---- */

void record_task_current(struct record_task *t)
{
	t->pid = task_tgid_nr(current);
	t->ppid = task_ppid_nr(current);
	t->sid = task_session_nr_ns(current, &init_pid_ns);
	t->auid = from_kuid(&init_user_ns, audit_get_loginuid(current));
	t->uid = from_kuid(&init_user_ns, current_uid());
	t->ses = audit_get_sessionid(current);
	strscpy(t->comm, current->comm, sizeof(t->comm));
}

/* Does what audit_log_untrustedstring(), which is not exported, would do. (%.0s prints nothing
 * of s.) */
static void write_string(struct audit_buffer *ab, const char *key, const char *s)
{
	const char *p = s;

	while (*p > 0x20 && *p < 0x7f && *p != '"')
		p++;
	audit_log_format(ab, *p ? " %s=%.0s" : " %s=\"%s\"", key, s);
	for (p = *p ? s : p; *p; p++)
		audit_log_format(ab, "%02X", (unsigned char)*p);
}

static void write_exe(struct audit_buffer *ab)
{
	struct file *exe;
	char *buf, *path;

	rcu_read_lock();	/* no mm: the task has exited */
	exe = current->mm ? netlog_get_file(&current->mm->exe_file) : NULL;
	rcu_read_unlock();
	buf = exe ? kmalloc(PATH_MAX, GFP_ATOMIC | __GFP_NOWARN) : NULL;
	path = buf ? d_path(&exe->f_path, buf, PATH_MAX) : NULL;
	if (!IS_ERR_OR_NULL(path))
		write_string(ab, "exe", path);
	kfree(buf);
	if (exe)
		fput(exe);
}

/*
 * Writes all of audit's task fields of the current task. With join=0 (lean) gid, tty and further
 * uids are left out: auditd spends more on their names than on all other fields.
 */
static void write_task(struct audit_buffer *ab, const struct record_task *other)
{
	struct record_task self;
	const struct record_task *t = other ?: &self;

	if (!other)
		record_task_current(&self);
	audit_log_format(ab, " " NETLOG_F_SID "=%d", t->sid);
	if (!other && record_joins()) {
		audit_log_task_info(ab);
		return;
	}
	audit_log_format(ab, " ppid=%d pid=%d auid=%u uid=%u ses=%u",
			 t->ppid, t->pid, t->auid, t->uid, t->ses);
	write_string(ab, "comm", t->comm);
	if (other)
		return;
	write_exe(ab);
	audit_log_task_context(ab);
}

/* ---- the record ---- */

/*
 * Returns the context of the running system call, whose event the record joins, so that ausearch
 * -a shows both. Only if that call ends soon and its SYSCALL record is written anyway: without
 * rules its context is a dummy, and joining would force SYSCALL out.
 */
static struct audit_context *context(enum netlog_op op)
{
	const unsigned int ends_soon = BIT(NETLOG_OP_CONNECT) | BIT(NETLOG_OP_LISTEN) |
		BIT(NETLOG_OP_BIND) | BIT(NETLOG_OP_DGRAM) | BIT(NETLOG_OP_DISCONNECT);

	if (!record_joins() || audit_dummy_context() || !(ends_soon & BIT(op)))
		return NULL;
	return audit_context();
}

static void write_sock(struct audit_buffer *ab, const struct sockinfo *s)
{
	audit_log_format(ab, " " NETLOG_F_INO "=%llu " NETLOG_F_COOKIE "=%llx "
			 NETLOG_F_PROTO "=%u " NETLOG_F_FAMILY "=%u " NETLOG_F_STATE "=%u",
			 s->ino, s->cookie, s->proto, s->family, s->state);
	/* A socket that was never bound or connected has no such address. */
	if (s->local.in.sin_port)
		audit_log_format(ab, " " NETLOG_F_LADDR "=%pISc " NETLOG_F_LPORT "=%u",
				 &s->local, ntohs(s->local.in.sin_port));
	if (sockinfo_end_known(&s->remote))
		audit_log_format(ab, " " NETLOG_F_FADDR "=%pISc " NETLOG_F_FPORT "=%u",
				 &s->remote, ntohs(s->remote.in.sin_port));
	if (s->oif)
		audit_log_format(ab, " " NETLOG_F_OIF "=%d", s->oif);
	audit_log_format(ab, " " NETLOG_F_NETNS "=%u", s->netns);
}

/* Begins a record. NULL: audit is off, or has no room, which is counted. */
static struct audit_buffer *begin(enum netlog_op op)
{
	static const char * const names[] = {
#define NETLOG_OP_NAME(name, text) [NETLOG_OP_##name] = text,
		NETLOG_OPS(NETLOG_OP_NAME)
	};
	struct audit_buffer *ab;

	if (audit_enabled == AUDIT_OFF)
		return NULL;
	ab = audit_log_start(context(op), GFP_ATOMIC, AUDIT_KERNEL);
	atomic64_inc(ab ? &written : &lost);
	if (ab)
		audit_log_format(ab, NETLOG_F_VERSION "=%d " NETLOG_F_OP "=%s",
				 NETLOG_RECORD_VERSION, names[op]);
	return ab;
}

bool record_write(enum netlog_op op, const struct sockinfo *s,
		  const struct record_task *task, int err)
{
	bool bytes = (op == NETLOG_OP_RELEASE || op == NETLOG_OP_DISCONNECT) &&
		     s->proto == IPPROTO_TCP && s->state != TCP_LISTEN;
	struct audit_buffer *ab;

	if (ignore_takes(op, s, !task))
		return true;
	ab = begin(op);
	if (!ab)
		return false;
	write_sock(ab, s);
	if (err)
		audit_log_format(ab, " " NETLOG_F_ERR "=%d", err);
	if (bytes)
		audit_log_format(ab, " " NETLOG_F_TX "=%llu " NETLOG_F_RX "=%llu", s->tx, s->rx);
	if (s->unused)
		audit_log_format(ab, " " NETLOG_F_DATA "=0");
	audit_log_format(ab, " " NETLOG_F_MONO "=%llu", ktime_get_ns());
	if (!task || task->pid)
		write_task(ab, task);
	audit_log_end(ab);
	return true;
}

void record_write_module(enum netlog_op op, u64 missed)
{
	struct audit_buffer *ab = begin(op);

	if (!ab)
		return;
	audit_log_format(ab, " " NETLOG_F_MISSED "=%llu " NETLOG_F_LOST "=%llu "
			 NETLOG_F_VER "=" NETLOG_MODULE_VERSION,
			 missed, (u64)atomic64_read(&lost));
	audit_log_format(ab, " " NETLOG_F_MONO "=%llu", ktime_get_ns());
	write_task(ab, NULL);
	audit_log_end(ab);
}
