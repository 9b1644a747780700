// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/signals: signals, which arrive by a descriptor, and the reload of the configuration. */
#include "plugin/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "plugin/ignore/load.h"
#include "plugin/log.h"
#include "plugin/privileges.h"
#include "plugin/status.h"

/* Returns the names of the sections whose changes take effect only at the next start, or NULL. */
static const char *needs_restart(const struct plugin *p, const struct config *fresh)
{
	bool limits = fresh->sockets != p->limits.sockets ||
		      fresh->processes != p->limits.processes;
	bool kernel = fresh->source != p->source || fresh->wants.flows != p->wants.flows ||
		      fresh->wants.processes != p->wants.processes ||
		      fresh->wants.uses != p->wants.uses || fresh->wants.scan != p->wants.scan ||
		      (!fresh->udp_unused && !p->wants.data) ||
		      (fresh->kernel_ignore != USE_NO && !p->wants.list);

	if (limits && kernel)
		return "limits,kernel";
	if (limits)
		return "limits";
	return kernel ? "kernel" : NULL;
}

/* Outputs that stay the same are not closed: a stalled one would be waited for, and its
 * lines be lost. */
static void apply_config(struct plugin *p, struct config *fresh)
{
	const char *restart = needs_restart(p, fresh);
	bool same = config_same_outputs(&p->config, fresh);

	if (!config_same_sockdiag(&p->config, fresh))
		sources_close_sockdiag(&p->sources, true);
	if (!fresh->netns_count && !privileges_drop_netns())
		p->stop = true;
	if (!same)
		report_close(&p->report);
	config_fini(&p->config);
	p->config = *fresh;
	track_hide_unused(p->track, p->config.udp_unused ? 0 : UNUSED_MS);
	status_watch_journal(p);
	if (same)
		report_reopen(&p->report);
	else if (!report_open(&p->report, &p->config))
		p->stop = true;
	if (restart)
		log_warnx("[%s] has changed: it takes effect when auditd is restarted", restart);
	report_note(&p->report, "netlog config result=loaded%s%s", restart ? " restart=" : "",
		    restart ? restart : "");
}

static void reload(struct plugin *p)
{
	struct config fresh;

	if (options_load_config(&p->options, &fresh)) {
		log_warnx("the old configuration stays in use");
		report_reopen(&p->report);
		report_note(&p->report, "netlog config result=kept");
	} else {
		apply_config(p, &fresh);
	}
	ignore_load(&p->ignore, p->config.ignore_file, &p->report);
	p->next_check = 0;
}

/* auditd stops its plugins itself; a SIGTERM from another process is a mistake that would leave
 * the host unwatched. With --live the user decides. */
static void on_term(struct plugin *p, const struct signalfd_siginfo *s)
{
	if (p->netlink || (pid_t)s->ssi_pid == getppid() || s->ssi_pid <= 1)
		p->stop = true;
	else
		log_warnx("SIGTERM from pid %u is ignored: only auditd may stop its plugins "
			  "(service auditd stop, or active = no in netlog.conf)",
			  s->ssi_pid);
}

void signals_take(struct plugin *p)
{
	struct signalfd_siginfo s;

	while (read(p->signals, &s, sizeof(s)) == sizeof(s)) {
		switch (s.ssi_signo) {
		case SIGTERM: on_term(p, &s); break;
		case SIGINT: p->stop |= p->options.live; break;
		case SIGHUP: reload(p); break;
		case SIGUSR1: status_report(p); break;
		case SIGWINCH: report_set_width(&p->report, terminal_width()); break;
		}
	}
}

bool signals_open(struct plugin *p)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	p->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (p->signals < 0)
		log_warn("signalfd");
	return p->signals >= 0;
}
