// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * handlers_end: the release of a socket, and the exit of a process that holds one.
 */
#include "handlers.h"

#include <linux/fdtable.h>

#include "ignore.h"
#include "pending.h"
#include "smc.h"

#define EXIT_SLOTS 16384U	/* slots of a descriptor table that handle_exit() scans */

static bool fired;

bool handlers_fired(void)
{
	return READ_ONCE(fired);
}

/* The connection was established, and the probe that reports it was removed before. */
static bool was_established(const struct sockinfo *s)
{
	return s->proto == IPPROTO_TCP && s->state != TCP_CLOSE && s->state != TCP_SYN_SENT &&
	       s->state != TCP_SYN_RECV;
}

int handle_release(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	static const struct record_task nobody;
	struct socket *sock = ARG(0);
	struct sockinfo s;
	struct pending p;
	bool unfinished = pending_take(sock, NULL, &p), unused, known;
	int err;

	if (unfinished && p.of == PENDING_ACCEPTED) {	/* the socket never got a descriptor */
		record_write(NETLOG_OP_ACCEPT, &p.sock, NULL, 0);
		unfinished = false;
	}
	unused = unfinished && p.of == PENDING_UNUSED;
	unfinished &= !unused;
	if (!fired)
		WRITE_ONCE(fired, true);
	known = sockinfo_read(&s, sock->sk, sock);
	if (sock->sk)
		smc_unmark(sock->sk);
	if (!known)
		return 1;
	s.unused = unused;
	err = READ_ONCE(sock->sk->sk_err);
	if (unfinished && !was_established(&s)) {
		s = p.sock;
		s.state = TCP_SYN_SENT;
		err = err ?: p.icmp_err;
	}
	/* Sockets that never connected nor listened, and cannot receive, have no record. */
	if (s.state != TCP_CLOSE || sockinfo_end_known(&s.remote) ||
	    (s.local.in.sin_port && s.proto != IPPROTO_TCP && s.proto != IPPROTO_MPTCP))
		/* a worker of the kernel closes for an AF_SMC socket */
		record_write(NETLOG_OP_RELEASE, &s, current->flags & PF_KTHREAD ? &nobody : NULL,
			     err);
	return 1;
}

/*
 * Copies the first socket among the descriptors of current. The scan is under a spin
 * lock, so it is bounded by slots of the table, used or not. (iterate_fd() would
 * visit every slot: a table may have a billion of them for one descriptor.)
 */
static bool read_held(struct sockinfo *s)
{
	struct files_struct *files = current->files;
	struct fdtable *fdt;
	unsigned long fd;
	bool found = false;

	if (!files)
		return false;
	spin_lock(&files->file_lock);
	fdt = files_fdtable(files);
	for_each_set_bit(fd, fdt->open_fds, min(fdt->max_fds, EXIT_SLOTS)) {
		struct file *file = rcu_dereference_raw(fdt->fd[fd]);
		struct socket *sock = file ? sockinfo_socket(file) : NULL;

		found = sock && sockinfo_read(s, sock->sk, sock) && !ignore_has(s->cookie);
		if (found)
			break;
	}
	spin_unlock(&files->file_lock);
	return found;
}

/* An exiting process has no exe any more when its sockets are released later. */
int handle_exit(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sockinfo s;

	if (read_held(&s))
		record_write(NETLOG_OP_EXIT, &s, NULL, 0);
	return 1;
}
