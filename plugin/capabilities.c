// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/capabilities: the sources in use. */
#include "plugin/capabilities.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "plugin/input/audit_rules.h"
#include "plugin/log.h"
#include "plugin/privileges.h"

#define START_MS 2500		/* longer than the wait for the kernel */
#define CHECK_MS 50		/* the loop does not read its input for at most this time */

static enum sockdiag_parts sockdiag_parts(const struct sources *s)
{
	if (!s->resolver)
		return SOCKDIAG_NO;
	if (!privileges_sees_all())
		return SOCKDIAG_ENDS;
	return privileges_has(CAP_NET_ADMIN) ? SOCKDIAG_YES : SOCKDIAG_LOOKUP;
}

static int count_netns(const struct sources *s)
{
	struct resolver_stats stats;

	if (!s->config->netns_count)
		return NETNS_OFF;
	if (!s->resolver || sources_netns_error())
		return NETNS_REFUSED;
	if (config_netns_all(s->config)) /* these change at run time */
		return 0;
	resolver_stats(s->resolver, &stats);
	return stats.netns;
}

/* A flooded kernel answers late: earlier values stay valid for this time. */
static struct capabilities read_now(const struct capabilities *last, const struct sources *s,
				    int wait_ms)
{
	struct audit_status_rules rules = { 0 };
	int err = audit_watch_rules(last->audit, &rules, wait_ms);
	struct capabilities c = {
		.audit = last->audit,
		.module = audit_status_module(),
		.rules = err == -EINPROGRESS ? last->rules : err ? -1 : rules.netlog,
		.task_never = err == -EINPROGRESS ? last->task_never : err ? -1 : rules.task_never,
		.sockdiag = sockdiag_parts(s),
		.netns = count_netns(s),
		.netns_wanted = s->config->netns_count,
		.netns_all = config_netns_all(s->config),
		.source = sources_name(s),
		.exact = kernel_source_exact(&s->kernel),
	};

	if (!c.source) /* a missing answer does not mean "none" */
		c.source = c.rules ? "rules" : "none";
	return c;
}

static const char *yes_no(int what)
{
	return what < 0 ? "-" : what ? "yes" :
				       "no";
}

/* "module=… rules=… sockdiag=… source=…", and before the last " netns=2/3", " netns=all" or " netns=no" where
 * namespaces are configured. */
static const char *words(const struct capabilities *c, char *text, size_t size)
{
	static const char *const sockdiag[] = { "no", "yes", "lookup", "ends" };
	size_t n = snprintf(text, size, "module=%s rules=%s sockdiag=%s", yes_no(c->module),
			    yes_no(c->rules), sockdiag[c->sockdiag]);

	if (c->netns == NETNS_REFUSED)
		n += snprintf(text + n, size - n, " netns=no");
	else if (c->netns >= 0 && c->netns_all)
		n += snprintf(text + n, size - n, " netns=all");
	else if (c->netns >= 0)
		n += snprintf(text + n, size - n, " netns=%d/%u", c->netns, c->netns_wanted);
	snprintf(text + n, size - n, " source=%s", c->source);
	return text;
}

void capabilities_start(struct capabilities *c, struct audit_watch *audit,
			const struct sources *s, struct report *r)
{
	const struct capabilities none = { .audit = audit, .rules = -1, .task_never = -1 };
	struct utsname name;
	char text[128];

	uname(&name);
	*c = read_now(&none, s, START_MS);
	report_note(r, "netlog start version=%s kernel=%s %s", NETLOG_VERSION, name.release,
		    words(c, text, sizeof(text)));
}

static void warn(const struct capabilities *c)
{
	if (c->task_never == 1)
		log_warnx("the audit rule \"-a task,never\" is loaded: processes started "
			  "under it are not audited, and their connections not logged");
	if (!c->rules && !c->exact)
		log_warnx("no audit rule has the key netlog, and neither the kernel module "
			  "nor BPF is in use: new connections are not logged; to load the "
			  "rules: " AUDIT_RULES_LOAD);
}

void capabilities_check(struct capabilities *c, const struct sources *s, struct report *r)
{
	struct capabilities now = read_now(c, s, CHECK_MS);
	bool changed = now.module != c->module || now.rules != c->rules ||
		       now.source != c->source ||
		       now.sockdiag != c->sockdiag || now.netns != c->netns ||
		       now.netns_wanted != c->netns_wanted;
	char text[128];

	if (changed)
		report_note(r, "netlog config %s", words(&now, text, sizeof(text)));
	if (changed || now.task_never != c->task_never || !c->warned)
		warn(&now);
	now.warned = true;
	*c = now;
}

bool capabilities_netns_changed(const struct capabilities *c, const struct sources *s)
{
	return count_netns(s) != c->netns;
}
