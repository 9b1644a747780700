// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/lookup: reads /proc for new requests. */
#include "plugin/resolve/lookup.h"

#include "plugin/resolve/procfs.h"

#define ENTER_MAX 4 /* namespaces entered in one slice */

/* A process's descriptors may change at any moment: two system calls read one at once. */
void lookup_request(struct requests *fresh, const struct request *q)
{
	struct pending *p = requests_add(fresh, q);

	if (!p || q->kind == REQUEST_HELD)
		return;
	if (q->fd >= 0)
		pending_read_descriptor(p);
	p->netns = procfs_netns(q->pid);
}

/* The latest process that this slice has read, and the number of new namespaces. */
struct reading {
	int64_t pid, netns;
	bool single;
	unsigned int entered;
};

static void read_process(struct pending *p, struct netns_set *spaces, struct reading *last)
{
	p->looked = true;
	if (p->q.kind == REQUEST_HELD) {
		p->netns = p->q.netns;
		p->everywhere = !p->netns;
		p->hidden = p->netns && !netns_find(spaces, p->netns);
		return;
	}
	if (p->q.pid != last->pid || p->netns != last->netns) {
		last->pid = p->q.pid;
		last->netns = p->netns;
		last->single = p->netns && procfs_single_netns(p->q.pid, p->netns);
	}
	p->netns_sure = last->single;
	if (last->entered < ENTER_MAX && netns_watch_process(spaces, p->q.pid, p->netns))
		last->entered++;
	p->everywhere = !netns_find(spaces, p->netns);
}

bool lookup_continue(struct requests *fresh, struct netns_set *spaces, const struct slice *slice)
{
	struct reading last = { 0 };

	while (fresh->looked < fresh->count) {
		struct pending *p = &fresh->at[fresh->looked++];

		if (!p->looked)
			read_process(p, spaces, &last);
		if (slice_over(slice))
			break;
	}
	return last.entered > 0;
}
