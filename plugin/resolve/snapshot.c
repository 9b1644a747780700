// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/snapshot: one open socket, its opener and its other holders. */
#include "plugin/resolve/snapshot.h"

#include <netinet/in.h>
#include <stdio.h>

#include "plugin/resolve/deliver.h"
#include "plugin/resolve/procfs.h"

#define PORT_RANGE "/proc/sys/net/ipv4/ip_local_port_range"

bool snapshot_wants(const struct snapshot_ports *ports, const struct diag_sock *s)
{
	if (s->other)
		return false;
	if (s->proto == IPPROTO_TCP)
		return s->state != STATE_SYN_SENT && s->state != STATE_SYN_RECV &&
		       s->state != STATE_CLOSE;
	return s->local.port && (s->remote.port || s->local.port < ports->low ||
				 s->local.port > ports->high);
}

/* Returns false if the process no longer holds it. */
static bool deliver_open(struct track *t, enum diag_op op, const struct diag_sock *s,
			 const struct inventory_holder *h)
{
	const struct task *task = procfs_recent_task(h->pid);
	struct diag d = { .op = op, .sock = *s };
	struct event e = { .kind = EVENT_DIAG, .diag = &d, .fd = h->fd };
	uint64_t ino;

	if (!task)
		return false;
	e.cloexec = procfs_cloexec(h->pid, h->fd);
	if (procfs_socket(h->pid, h->fd, &ino) != 1 || ino != s->ino)
		return false;
	e.task = *task;
	deliver(t, &e);
	return true;
}

/* No visible process holds it: it may be protected even from us. */
static void deliver_unheld(struct track *t, const struct diag_sock *s)
{
	struct diag d = { .op = DIAG_OPEN, .sock = *s };
	struct event e = { .kind = EVENT_DIAG, .diag = &d, .fd = -1, .task = TASK_UNKNOWN };

	deliver(t, &e);
}

/* The process to name is the one whose parent does not hold the socket. */
static const struct inventory_holder *main_holder(const struct inventory_inode *n)
{
	for (const struct inventory_holder *h = n->first; h; h = h->next) {
		const struct inventory_holder *parent = n->first;

		while (parent && parent->pid != h->ppid)
			parent = parent->next;
		if (!parent)
			return h;
	}
	return n->first;
}

void snapshot_report(struct track *t, const struct inventory *v, const struct diag_sock *sock)
{
	const struct inventory_inode *n = inventory_inode(v, sock->ino);
	const struct inventory_holder *owner;
	struct diag_sock s = *sock;
	bool opened;

	if (s.proto == IPPROTO_UDP)
		s.active = 1;
	else if (s.active < 0 && inventory_has_listener(v, &s))
		s.active = 0;
	if (!n || !n->first) {
		deliver_unheld(t, &s);
		return;
	}
	owner = main_holder(n);
	opened = deliver_open(t, DIAG_OPEN, &s, owner);
	for (const struct inventory_holder *h = n->first; h; h = h->next)
		if (h != owner)
			opened |= deliver_open(t, opened ? DIAG_HELD : DIAG_OPEN, &s, h);
}

void snapshot_read_ports(struct snapshot_ports *ports)
{
	FILE *f = fopen(PORT_RANGE, "re");

	ports->low = 32768;
	ports->high = 60999;
	if (!f)
		return;
	if (fscanf(f, "%u %u", &ports->low, &ports->high) != 2)
		ports->high = 65535;
	fclose(f);
}
