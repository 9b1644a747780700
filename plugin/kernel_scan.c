// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/kernel_scan: schedules BPF's scans of all open sockets. */
#include "plugin/kernel_scan.h"

#define SECOND 1000000000LL
#define SCANS 2			/* a connection that neither finds has ended */
#define BETWEEN (2 * SECOND)

void kernel_scan_plan(struct kernel_scan *s, int64_t from)
{
	s->left = SCANS;
	s->next = from;
}

void kernel_scan_soon(struct kernel_scan *s, int64_t now)
{
	int64_t from = s->begun && s->begun + BETWEEN > now ? s->begun + BETWEEN : now;

	if (!s->left)
		kernel_scan_plan(s, from);
	else if (s->next > from)
		s->next = from;
}

void kernel_scan_every(struct kernel_scan *s, unsigned int seconds, int64_t now)
{
	s->every = seconds;
	s->next_check = now + seconds * SECOND;
}

bool kernel_scan_is_due(const struct kernel_scan *s, int64_t now)
{
	return s->left && now >= s->next;
}

/* A periodic scan follows no known loss: it ends only sockets of this namespace. */
void kernel_scan_begin(struct kernel_scan *s, struct bpf_input *b, int64_t now)
{
	if (bpf_input_scans(b))
		return;
	if (kernel_scan_is_due(s, now)) {
		s->checks = false;
		s->next = now + BETWEEN;
		s->left = bpf_input_scan(b, true) ? s->left - 1 : 0;
	} else if (s->every && !s->left && now >= s->next_check) {
		s->checks = true;
		if (!bpf_input_scan(b, false))
			s->every = 0;
	} else {
		return;
	}
	s->begun = now;
	s->next_check = now + s->every * SECOND;
}
