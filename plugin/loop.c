// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/loop: the event loop. Waits for input, signals and sock_diag, and calls each
 * part in turn. */
#include "plugin/plugin.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "plugin/clock.h"
#include "plugin/log.h"
#include "plugin/signals.h"
#include "plugin/status.h"
#include "plugin/wait.h"

#define READ_SIZE 32768
#define TIMER_MS 1000
#define LOSSES_MS 250 /* interval at which losses are counted */
#define INPUT_MS 100 /* of reading, before the other inputs are read */
#define TICK_MS 100
#define REST_MS 2000 /* of reading after SIGTERM: auditd may continue to write */
#define SCAN_MS 3000 /* between scans for processes that were killed */

/* ---- input ---- */

/* Returns what read(2) would: 0 is the end of the input. */
static int read_input(struct plugin *p, char *buf)
{
	int n;

	if (!p->netlink)
		return read(STDIN_FILENO, buf, READ_SIZE);
	n = netlink_read(p->netlink, buf, READ_SIZE);
	if (n == -ENOBUFS) {
		p->socket_lost++;
		n = 0;
	}
	if (n < 0) {
		errno = -n;
		return -1;
	}
	if (!n)
		errno = EAGAIN;
	return n ? n : -1;
}

/* Reads until there is no more input for now, or INPUT_MS have passed. */
static void take_input(struct plugin *p, int fd)
{
	static char buf[READ_SIZE];
	struct pollfd more = { .fd = fd, .events = POLLIN };
	int64_t end = clock_now_ms() + INPUT_MS;
	int n;

	do {
		n = read_input(p, buf);
		if (n > 0)
			reassemble_feed(p->reassembler, buf, n);
		if (p->sources.resolver)
			resolver_lookup(p->sources.resolver);
	} while (n > 0 && clock_now_ms() < end && poll(&more, 1, 0) > 0);
	reassemble_push(p->reassembler);
	if (n > 0 || (n < 0 && errno == EAGAIN))
		return;
	if (n < 0)
		log_warn("standard input");
	p->stop = true;
}

/* Connected datagram sockets wait for their first datagram, or for the time. */
static void tick_unused(struct plugin *p)
{
	struct event tick = { .kind = EVENT_TICK, .stamp = clock_stamp(),
			      .mono = clock_now_ms() * 1000000 };

	if (track_unused_waits(p->track))
		track_event(p->track, &tick);
}

/* Scans after a connection began whose opener the kernel's side did not report. */
static void find_holders(struct plugin *p)
{
	uint64_t awaited = track_awaited(p->track);

	if (awaited != p->awaited)
		kernel_source_rescan(&p->sources.kernel);
	p->awaited = awaited;
}

/* Writes entries in the order of their time. An entry is held while an older one waits for
 * sock_diag, a datagram or a scan, and at most as long as the older one may wait. */
static void release_entries(struct plugin *p)
{
	struct stamp now = clock_stamp();

	report_release(&p->report, order_limit(track_oldest(p->track), stamp_ms(&now),
					       p->config.wait, HOLDER_MS));
}

/* ---- timers ---- */

void loop_update_ignored(struct plugin *p)
{
	kernel_ignore_update(&p->kernel_ignore, &p->sources.kernel, p->ignore, &p->config,
			     p->capabilities.rules > 0, &p->report);
}

static void check_capabilities(struct plugin *p)
{
	sources_update(&p->sources);
	capabilities_check(&p->capabilities, &p->sources, &p->report);
	kernel_source_rules(&p->sources.kernel, p->capabilities.rules > 0);
	loop_update_ignored(p);
	p->next_check = clock_now_ms() + p->config.interval * 1000LL;
}

static void on_timer(struct plugin *p)
{
	int64_t now = clock_now_ms();

	reassemble_age(p->reassembler);
	if (p->sources.resolver && p->config.netns_count)
		resolver_check_netns(p->sources.resolver);
	if (kernel_source_check(&p->sources.kernel) || now >= p->next_check ||
	    capabilities_netns_changed(&p->capabilities, &p->sources))
		check_capabilities(p);
	sources_keep(&p->sources);
	status_check_folded(p, false);
	status_write_metrics(p, false);
	if (p->sources.initial_pids && (p->netlink || p->sources.resolver) &&
	    now >= p->next_scan) {
		processes_scan(&p->processes, p->track);
		p->next_scan = now + SCAN_MS;
	}
	if ((p->end && now >= p->end) || report_dead(&p->report))
		p->stop = true;
}

/* The module's first or last record is a reason to check the sources again. */
static bool module_changed(struct plugin *p)
{
	struct track_stats stats;

	track_stats(p->track, &stats);
	if (stats.module == p->module)
		return false;
	p->module = stats.module;
	return true;
}

/* ---- the loop ---- */

enum { INPUT,
       SIGNALS,
       KERNEL,
       RESOLVER,
       FDS = RESOLVER + RESOLVER_FDS };

/* Waits for events, at most until next (ms, monotonic). Returns false after an error. */
static bool wait_until(struct plugin *p, struct pollfd *fds, int64_t next)
{
	int64_t wait = next - clock_now_ms();
	int most = kernel_source_poll(&p->sources.kernel, &fds[KERNEL]);

	if (most >= 0 && most < wait)
		wait = most;
	if ((track_unused_waits(p->track) || reassemble_late_waits(p->reassembler)) &&
	    wait > TICK_MS)
		wait = TICK_MS;
	most = -1;
	for (int i = RESOLVER; i < FDS; i++)
		fds[i].fd = -1;
	if (p->sources.resolver)
		most = resolver_poll(p->sources.resolver, &fds[RESOLVER]);
	if (most >= 0 && most < wait)
		wait = most;
	return wait_for_events(fds, FDS, wait);
}

static void work(struct plugin *p, struct pollfd *fds)
{
	if (p->sources.resolver)
		resolver_events(p->sources.resolver);
	kernel_source_work(&p->sources.kernel, &fds[KERNEL]);
	if (fds[INPUT].revents)
		take_input(p, fds[INPUT].fd);
	if (module_changed(p)) {
		status_check_losses(p);
		check_capabilities(p);
	}
	if (p->sources.resolver)
		resolver_work(p->sources.resolver);
	tick_unused(p);
	find_holders(p);
}

/* Reads what auditd wrote before SIGTERM, for REST_MS at most. */
static void read_rest(struct plugin *p, struct pollfd *input)
{
	int64_t end = clock_now_ms() + REST_MS;

	while (clock_now_ms() < end && poll(input, 1, 0) > 0 && input->revents & POLLIN) {
		p->stop = false;
		take_input(p, input->fd);
		if (p->stop || p->netlink)
			break;
	}
	kernel_source_finish(&p->sources.kernel);
	reassemble_flush(p->reassembler);
}

/* Entries that wait for an answer of sock_diag get it, or the time for it. */
static void finish_sockdiag(struct plugin *p)
{
	int64_t end = clock_now_ms() + p->config.wait + 500;
	struct pollfd fds[RESOLVER_FDS];

	while (p->sources.resolver && track_diag_waits(p->track) && clock_now_ms() < end) {
		int wait = resolver_poll(p->sources.resolver, fds);

		poll(fds, RESOLVER_FDS, wait);
		resolver_work(p->sources.resolver);
	}
	sources_close_sockdiag(&p->sources, true);
	track_hide_unused(p->track, 0);
	track_await_holders(p->track, 0);
	tick_unused(p); /* all of them are written */
	report_release(&p->report, INT64_MAX);
}

void loop_run(struct plugin *p)
{
	struct pollfd fds[FDS] = {
		[INPUT] = {
			.fd = p->netlink ? netlink_fd(p->netlink) : STDIN_FILENO,
			.events = POLLIN,
		},
		[SIGNALS] = { .fd = p->signals, .events = POLLIN },
	};
	int64_t next_timer = clock_now_ms() + TIMER_MS, next_losses = clock_now_ms();

	while (!p->stop && wait_until(p, fds, next_losses < next_timer ? next_losses : next_timer)) {
		if (fds[SIGNALS].revents)
			signals_take(p);
		work(p, fds);
		if (reassemble_count_late(p->reassembler, clock_now_ms()) ||
		    clock_now_ms() >= next_losses) {
			status_check_losses(p);
			next_losses = clock_now_ms() + LOSSES_MS;
		}
		if (clock_now_ms() >= next_timer) {
			on_timer(p);
			next_timer = clock_now_ms() + TIMER_MS;
		}
		release_entries(p);
		report_push(&p->report);
	}
	read_rest(p, &fds[INPUT]);
	finish_sockdiag(p);
}
