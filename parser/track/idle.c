// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/idle: sockets that were closed before they connected or listened. */
#include "parser/track/idle.h"

void idle_add(struct idle_table *t, const struct conn *c, const struct fdent *fd, uint64_t until,
	      int64_t ms)
{
	/* a placeholder may be a Unix socket, whose late listen() is not logged */
	if (c->phase != CONN_IDLE || conn_is_placeholder(c))
		return;
	t->at[t->next++ % IDLE_MAX] = (struct idle_socket){
		.pid = fd->key.proc->key.pid, .serial = fd->serial, .until = until,
		.until_ms = ms, .node = c->key.node,
		.fd = fd->key.fd, .proto = c->proto, .family = c->family, .type = c->type,
		.bound = c->bound, .unlogged = c->unlogged, .local = c->local,
	};
	t->until = until;
}

const struct idle_socket *idle_find(const struct idle_table *t, uint32_t node, int64_t pid,
				    int fd, uint64_t serial)
{
	const struct idle_socket *found = NULL;

	for (int i = 0; i < IDLE_MAX; i++) {
		const struct idle_socket *s = &t->at[i];

		if (s->pid == pid && s->fd == fd && s->node == node && s->serial &&
		    s->serial < serial && (!found || s->serial > found->serial))
			found = s;
	}
	return found;
}

void idle_restore(const struct idle_socket *was, struct conn *c)
{
	c->proto = was->proto;
	c->family = was->family;
	c->type = was->type;
	c->bound = was->bound;
	c->local = was->local;
}

void idle_forget_node(struct idle_table *t, uint32_t node)
{
	for (int i = 0; i < IDLE_MAX; i++)
		if (t->at[i].node == node)
			t->at[i].serial = 0;
}
