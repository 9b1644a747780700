// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/from_kernel_process: forks, execs and ends of processes as entries. */
#include "parser/track/from_kernel_process.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "parser/track/bounds.h"

static void emit(struct track *t, enum entry_kind what, int64_t dur_ms, const char *status)
{
	struct entry e = {
		.what = what, .time = t->when, .node = node_name(t->node),
		.proto = PROTO_UNKNOWN, .identity = t->proc->identity, .opener = ID_UNKNOWN,
		.dur_ms = dur_ms, .tx = -1, .rx = -1, .netns = -1, .status = status,
		.pcomm = t->proc->identity->pcomm,
	};

	t->stats.records++;
	t->io.emit(&e, t->io.arg);
}

/* "0", "SIGKILL"; a realtime signal has no name. */
static void status_text(int status, char *text, size_t size)
{
	const char *name = sigabbrev_np(WTERMSIG(status));

	if (!WIFSIGNALED(status))
		snprintf(text, size, "%d", WEXITSTATUS(status));
	else if (name)
		snprintf(text, size, "SIG%s", name);
	else
		snprintf(text, size, "SIG%d", WTERMSIG(status));
}

static void on_end(struct track *t, const struct event *f)
{
	char status[24];

	status_text(f->status, status, sizeof(status));
	emit(t, PROC_END,
	     f->born > 0 && f->mono >= f->born ? (f->mono - f->born) / 1000000 : -1, status);
}

/* A fork: an earlier holder of this pid is another process. */
static void know(struct track *t, const struct event *f)
{
	t->proc = bounds_event_process(t);
	if (!t->proc)
		return;
	if (f->op == NETLOG_OP_FORK)
		process_forget_identity(t->proc);
	process_update(t->proc, &f->task, f->op == NETLOG_OP_EXEC);
}

bool from_kernel_process(struct track *t, const struct event *f)
{
	if (f->op != NETLOG_OP_FORK && f->op != NETLOG_OP_EXEC && f->op != NETLOG_OP_END)
		return false;
	know(t, f);
	if (!t->proc || !t->proc->identity)
		return true;
	if (f->op == NETLOG_OP_END)
		on_end(t, f);
	else
		emit(t, f->op == NETLOG_OP_FORK ? PROC_FORK : PROC_EXEC, -1, NULL);
	return true;
}
