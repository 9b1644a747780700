// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/sources: switches sock_diag on and off. */
#include "plugin/sources.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "plugin/log.h"
#include "plugin/privileges.h"

#define LIVE_SETTLE_MS 100

/* Audit records name pids of the initial pid namespace. In another one this program
 * would find none of them. */
static bool in_initial_pid_namespace(void)
{
	char link[64];
	ssize_t n = readlink("/proc/self/ns/pid", link, sizeof(link) - 1);

	if (n < 0)
		return false;
	link[n] = 0;
	return !strcmp(link, "pid:[4026531836]"); /* PROC_PID_INIT_INO */
}

/*
 * Socket cookies are the same in two network namespaces before Linux 5.4 (cd48bdda4fb8
 * "sock: make cookie generation global instead of per netns").
 */
static bool has_global_cookies(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	return !uname(&name) && sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	       (major > 5 || (major == 5 && minor >= 4));
}

const char *sources_netns_error(void)
{
	if (!has_global_cookies())
		return "needs Linux 5.4 or later";
	return privileges_has(CAP_SYS_ADMIN) ? NULL :
					       "needs CAP_SYS_ADMIN, which is kept only if netns= is set at start: "
					       "restart auditd";
}

static void on_kernel_event(const struct event *e, void *arg)
{
	track_event(arg, e);
}

/* ---- the state file of module and BPF; sock_diag's is its resolver's ---- */

static void open_keep(struct sources *s, bool load)
{
	s->keep = (struct keep){
		.track = s->track,
		.path = strdup(s->config->state),
		.exact = true,
		.node = s->kernel.node.name,
		.own_numbers = s->kernel.bpf && !bpf_input_has_cookies(s->kernel.bpf),
	};
	s->keeps = s->keep.path;
	if (s->keeps && load)
		keep_load(&s->keep);
}

/* load: at the start. Later what the file has is known, or another source's. */
static void update_keep(struct sources *s, bool load)
{
	bool want = kernel_source_exact(&s->kernel) && s->config->state && !s->live;

	if (want && !s->keeps) {
		open_keep(s, load);
	} else if (!want && s->keeps) {
		keep_remove(&s->keep);
		keep_fini(&s->keep);
		s->keeps = false;
	}
}

void sources_keep(struct sources *s)
{
	if (s->keeps)
		keep_continue(&s->keep, NULL);
}

static void close_keep(struct sources *s)
{
	if (!s->keeps)
		return;
	keep_save(&s->keep);
	keep_fini(&s->keep);
	s->keeps = false;
}

void sources_open(struct sources *s, const struct config *c, struct track *track, bool live)
{
	struct bpf_wants wants = c->wants;

	s->config = c;
	s->track = track;
	s->live = live;
	s->initial_pids = in_initial_pid_namespace();
	wants.data = !c->udp_unused;
	wants.list = c->kernel_ignore != USE_NO;
	kernel_source_open(&s->kernel, c->source, &wants, c->snapshot, !live, on_kernel_event, track);
	update_keep(s, true);
}

/* settle: auditd may be slow for a moment, and with it the records of a process from before it
 * was checked; the kernel itself is not. */
static struct resolver_options resolver_options(const struct sources *s)
{
	const struct config *c = s->config;
	struct resolver_options o = {
		.wait_ms = c->wait,
		.settle_ms = s->live ? LIVE_SETTLE_MS : c->wait / 2,
		.sweep_s = c->sweep,
		.sees_all = privileges_sees_all(),
		.may_subscribe = privileges_has(CAP_NET_ADMIN),
		.snapshot = c->snapshot,
		.state = s->live ? NULL : c->state,
		.netns = c->netns,
	};

	if (o.settle_ms > o.wait_ms)
		o.settle_ms = o.wait_ms;
	return o;
}

static void open_resolver(struct sources *s)
{
	struct resolver_options o = resolver_options(s);
	const char *error = sources_netns_error();

	if (!error)
		o.netns_count = s->config->netns_count;
	else if (s->config->netns_count && !s->netns_failed)
		log_warnx("[sockdiag] netns: %s", error);
	s->netns_failed = error;
	if (!s->initial_pids)
		error = "this is not the initial pid namespace";
	else if (!o.sees_all && !o.may_subscribe)
		error = "needs CAP_NET_ADMIN or CAP_SYS_PTRACE";
	else
		s->resolver = resolver_open(s->track, &o, &error);
	if (!s->resolver && !s->sockdiag_failed)
		log_warnx("[sockdiag] sock_diag is not used: %s", error);
	s->sockdiag_failed = !s->resolver;
}

static bool wants_sockdiag(const struct sources *s)
{
	const struct config *c = s->config;
	struct track_stats stats;

	track_stats(s->track, &stats);
	return c->use == USE_YES ||
	       (c->use == USE_AUTO && !stats.module && !kernel_source_exact(&s->kernel) &&
		c->source != KERNEL_MODULE && c->source != KERNEL_NONE);
}

void sources_update(struct sources *s)
{
	bool want = wants_sockdiag(s);

	update_keep(s, false);
	if (want && !s->resolver)
		open_resolver(s);
	else if (!want)
		sources_close_sockdiag(s, false);
}

void sources_close_sockdiag(struct sources *s, bool ending)
{
	if (!s->resolver)
		return;
	s->lost_before = sources_sockdiag_lost(s);
	s->cut_before = sources_sockdiag_cut(s);
	resolver_close(s->resolver, ending);
	s->resolver = NULL;
}

void sources_close(struct sources *s)
{
	sources_close_sockdiag(s, true);
	close_keep(s);
	kernel_source_close(&s->kernel);
}

const char *sources_name(const struct sources *s)
{
	const char *kernel = kernel_source_name(&s->kernel);

	return kernel ? kernel : s->resolver ? "sockdiag" :
					       NULL;
}

void sources_count_losses(struct sources *s)
{
	struct kernel_losses lost;

	if (!kernel_source_losses(&s->kernel, &lost))
		return;
	s->bpf_lost += lost.bpf;
	s->bpf_missed += lost.missed;
}

uint64_t sources_sockdiag_lost(const struct sources *s)
{
	struct resolver_stats stats = { 0 };

	if (s->resolver)
		resolver_stats(s->resolver, &stats);
	return s->lost_before + stats.lost;
}

uint64_t sources_sockdiag_cut(const struct sources *s)
{
	struct resolver_stats stats = { 0 };

	if (s->resolver)
		resolver_stats(s->resolver, &stats);
	return s->cut_before + stats.cut;
}
