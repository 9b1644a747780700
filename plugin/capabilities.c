// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/capabilities: what the lines rest on, and what was lost of it: the rules, the
 * module, the kernel's count of lost records, processes that ended unseen. */
#include "plugin/plugin.h"

#include <cap-ng.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "plugin/log.h"
#include "plugin/input/audit_status.h"

#define LIVE_SETTLE_MS 100

static bool may(unsigned int capability)
{
	return capng_have_capability(CAPNG_EFFECTIVE, capability);
}

static bool sees_all(void)
{
	return may(CAP_SYS_PTRACE) && may(CAP_DAC_READ_SEARCH);
}

static enum sockdiag_parts sockdiag_parts(const struct plugin *p)
{
	if (!p->resolver)
		return SOCKDIAG_NO;
	if (!sees_all())
		return SOCKDIAG_ENDS;
	return may(CAP_NET_ADMIN) ? SOCKDIAG_YES : SOCKDIAG_LOOKUP;
}

static const char *sockdiag_word(const struct capabilities *s)
{
	static const char *const words[] = { "no", "yes", "lookup", "ends" };

	return words[s->sockdiag];
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

/* NULL, or why other network namespaces cannot be entered. */
static const char *netns_error(void)
{
	if (!has_global_cookies())
		return "takes Linux 5.4 or later";
	return may(CAP_SYS_ADMIN) ? NULL : "takes CAP_SYS_ADMIN, which is kept when netns= "
					   "is there at the start: restart auditd";
}

static int netns_watched_now(const struct plugin *p)
{
	struct resolver_stats stats;

	if (!p->config.netns_count)
		return NETNS_OFF;
	if (!p->resolver || netns_error())
		return -1;
	if (config_netns_all(&p->config))	/* they come and go */
		return 0;
	resolver_stats(p->resolver, &stats);
	return stats.netns;
}

/* " netns=2/3", " netns=all", " netns=no", or nothing. */
static const char *netns_words(const struct plugin *p, const struct capabilities *s)
{
	static char text[32];

	*text = 0;
	if (s->netns == -1)
		return " netns=no";
	if (s->netns >= 0 && config_netns_all(&p->config))
		return " netns=all";
	if (s->netns >= 0)
		snprintf(text, sizeof(text), " netns=%d/%u", s->netns,
			 p->config.netns_count);
	return text;
}

/* The best source that is there; the others add what it does not know. */
static const char *source_word(const struct plugin *p, const struct capabilities *s)
{
	const char *kernel = kernel_source_name(&p->kernel);

	if (kernel)
		return kernel;
	if (s->sockdiag != SOCKDIAG_NO)
		return "sockdiag";
	return s->rules ? "rules" : "none";
}

static struct capabilities look_for_sources(const struct plugin *p)
{
	struct audit_status_rules rules = { 0 };
	bool asked = !audit_status_rules(&rules);
	struct capabilities s = {
		.module = audit_status_module(),
		.rules = asked ? rules.netlog : -1,
		.task_never = asked ? rules.task_never : -1,
		.sockdiag = sockdiag_parts(p),
		.netns = netns_watched_now(p),
	};

	s.source = source_word(p, &s);
	return s;
}

/*
 * auditd may be slow for a moment, and with it the word of what a process did before we
 * looked at it; the kernel itself is not.
 */
static void start_sockdiag(struct plugin *p)
{
	struct resolver_options o = {
		.wait_ms = p->config.wait,
		.settle_ms = p->live ? LIVE_SETTLE_MS : p->config.wait / 2,
		.sweep_s = p->config.sweep,
		.sees_all = sees_all(),
		.hears_ends = may(CAP_NET_ADMIN),
		.snapshot = p->config.snapshot,
		.state = p->live ? NULL : p->config.state,
		.netns = p->config.netns,
	};
	const char *error = netns_error();

	if (o.settle_ms > o.wait_ms)
		o.settle_ms = o.wait_ms;
	if (!error)
		o.netns_count = p->config.netns_count;
	else if (p->config.netns_count && !p->netns_failed)
		log_warnx("[sockdiag] netns: %s", error);
	p->netns_failed = error;
	if (!p->first_pids) {
		error = "not in the initial pid namespace";
	} else if (!sees_all() && !may(CAP_NET_ADMIN)) {
		error = "without CAP_NET_ADMIN and CAP_SYS_PTRACE";
	} else {
		p->resolver = resolver_open(p->track, &o, &error);
		if (p->resolver)
			return;
	}
	if (!p->sockdiag_failed)
		log_warnx("sock_diag cannot be used: %s", error);
	p->sockdiag_failed = true;
}

/* Where the module tells everything there is nothing to add. */
static void use_sockdiag(struct plugin *p)
{
	struct track_stats stats;
	bool want;

	track_stats(p->track, &stats);
	want = p->config.use == USE_YES ||
	       (p->config.use == USE_AUTO && !stats.module && !kernel_source_exact(&p->kernel) &&
		p->config.source != KERNEL_MODULE && p->config.source != KERNEL_NONE);
	if (want && !p->resolver) {
		start_sockdiag(p);
	} else if (!want && p->resolver) {
		resolver_close(p->resolver, false);
		p->resolver = NULL;
	}
}

void capabilities_open(struct plugin *p)
{
	use_sockdiag(p);
}

void capabilities_start(struct plugin *p)
{
	struct utsname name;

	uname(&name);
	p->sources = look_for_sources(p);
	report_self(p, "netlog start version=%s kernel=%s module=%s rules=%s "
		 "sockdiag=%s%s source=%s", NETLOG_VERSION, name.release,
		 report_yes_no(p->sources.module),
		 report_yes_no(p->sources.rules), sockdiag_word(&p->sources),
		 netns_words(p, &p->sources), p->sources.source);
}

static void warn_of_sources(const struct plugin *p, const struct capabilities *s)
{
	if (s->task_never == 1)
		log_warnx("the rule \"-a task,never\" is loaded: programs started "
			  "under it are not audited and will not be logged");
	if (!s->rules && !kernel_source_exact(&p->kernel))
		log_warnx("no audit rule has the key netlog and the module is not "
			  "loaded: nothing will be logged; load 30-netlog.rules "
			  "(netlog-rules(7))");
}

/* Rules are often loaded just after auditd was started, and can be taken away. */
void capabilities_check(struct plugin *p)
{
	struct capabilities now;

	use_sockdiag(p);
	now = look_for_sources(p);
	if (now.module != p->sources.module || now.rules != p->sources.rules ||
	    now.source != p->sources.source || now.sockdiag != p->sources.sockdiag || now.netns != p->sources.netns)
		report_self(p, "netlog config module=%s rules=%s sockdiag=%s%s source=%s",
			    report_yes_no(now.module), report_yes_no(now.rules),
			    sockdiag_word(&now), netns_words(p, &now), now.source);
	p->sources.netns = now.netns;
	if (!p->sources_checked || memcmp(&now, &p->sources, sizeof(now)))
		warn_of_sources(p, &now);
	p->sources_checked = true;
	p->sources = now;
}

void capabilities_netns(struct plugin *p)
{
	if (!p->resolver || !p->config.netns_count)
		return;
	resolver_check_netns(p->resolver);
	if (netns_watched_now(p) != p->sources.netns)
		capabilities_check(p);
}

/* What was lost outside of this program since the last look. */
void capabilities_losses(struct plugin *p)
{
	struct track_stats stats;
	struct audit_state status;
	struct reassemble_stats events;
	struct resolver_stats seek;
	uint64_t sockdiag = 0;
	uint32_t kernel = 0;
	int64_t module = 0;
	uint64_t torn;

	if (!audit_status_read(&status)) {
		if (p->kernel_lost_known)
			kernel = status.lost - p->kernel_lost;
		p->kernel_lost = status.lost;
		p->kernel_lost_known = true;
	}
	track_stats(p->track, &stats);
	if (stats.module_lost > p->module_lost) {
		module = stats.module_lost - p->module_lost;
		p->module_lost = stats.module_lost;
	}
	if (p->resolver) {
		resolver_stats(p->resolver, &seek);
		sockdiag = seek.lost - p->sockdiag_lost;
		p->sockdiag_lost = seek.lost;
	}
	reassemble_stats(p->reader, &events);
	torn = p->complaints.count[INPUT_ERROR_INCOMPLETE];
	if (kernel || module || p->input_lost || events.gaps != p->gaps ||
	    torn != p->torn || sockdiag || p->kernel_lost_now.bpf || p->kernel_lost_now.missed)
		report_self(p, "netlog lost kernel=%u module=%lld socket=%llu gaps=%llu "
			    "torn=%llu sockdiag=%llu bpf=%llu missed=%llu", kernel, (long long)module,
			    (unsigned long long)p->input_lost,
			    (unsigned long long)(events.gaps - p->gaps),
			    (unsigned long long)(torn - p->torn),
			    (unsigned long long)sockdiag,
			    (unsigned long long)p->kernel_lost_now.bpf,
			    (unsigned long long)p->kernel_lost_now.missed);
	p->kernel_lost_now = (struct kernel_losses){ 0 };
	p->input_lost = 0;
	p->gaps = events.gaps;
	p->torn = torn;
}

struct look {
	int64_t missing[GONE_MAX];
	unsigned int count;
};

static void look_for_process(int64_t pid, void *arg)
{
	struct look *l = arg;

	if (l->count < GONE_MAX && kill(pid, 0) && errno == ESRCH)
		l->missing[l->count++] = pid;
}

static void process_gone(struct plugin *p, int64_t pid)
{
	struct timespec now;
	struct event f = { .kind = EVENT_GONE, .mono = -1 };

	clock_gettime(CLOCK_REALTIME, &now);
	f.stamp = (struct stamp){ .sec = now.tv_sec,
				  .milli = now.tv_nsec / 1000000 };
	f.task.pid = pid;
	track_event(p->track, &f);
}

/*
 * Audit has no event for a process that was killed. With --live nothing is compared
 * with a log, and the lines may tell what was found by looking: who is missing twice
 * in a row (its last events may still be on their way) has ended.
 */
void capabilities_processes(struct plugin *p)
{
	struct look now = { .count = 0 };

	track_holders(p->track, look_for_process, &now);
	for (unsigned int i = 0; i < now.count; i++)
		for (unsigned int j = 0; j < p->gone_count; j++)
			if (now.missing[i] == p->gone[j])
				process_gone(p, now.missing[i]);
	memcpy(p->gone, now.missing, sizeof(p->gone));
	p->gone_count = now.count;
}
