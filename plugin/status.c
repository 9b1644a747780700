// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/status: the counters of the running program, as notes and as metrics. */
#include "plugin/status.h"

#include <string.h>
#include <time.h>

#include "parser/entry/line.h"
#include "plugin/clock.h"
#include "plugin/input/audit_watch.h"
#include "plugin/input/journal.h"
#include "plugin/input/kernel_log.h"
#include "plugin/log.h"
#include "plugin/metrics.h"

#define STATE_MS 50 /* the loop does not read its input for at most this time */
#define METRICS_MS 10000 /* node_exporter is asked every 15 s or less often */

/* Every such line is marked itself: the sum is enough once per interval. */
static uint64_t unseen_now(struct plugin *p)
{
	if (p->unseen != p->unseen_reported && clock_now_ms() >= p->next_unseen) {
		p->unseen_reported = p->unseen;
		p->next_unseen = clock_now_ms() + p->config.interval * 1000LL;
	}
	return p->unseen_reported;
}

static void count_losses(struct plugin *p, struct loss_counts *now)
{
	struct audit_state status;
	bool logged;
	struct module_counts module;
	struct reassemble_stats input;
	struct track_stats stats;

	sources_count_losses(&p->sources);
	track_stats(p->track, &stats);
	reassemble_stats(p->reassembler, &input);
	audit_status_module_counts(&module);
	*now = (struct loss_counts){
		.module_load = module.load,
		.module_lost = module.lost,
		.module_missed = module.missed,
		.unload_lost = stats.module_lost,
		.unload_missed = stats.module_missed,
		.socket = p->socket_lost,
		.gaps = input.gaps,
		.late = input.late,
		.torn = p->errors.count[INPUT_ERROR_INCOMPLETE],
		.sockdiag = sources_sockdiag_lost(&p->sources),
		.bpf = p->sources.bpf_lost,
		.bpf_missed = p->sources.bpf_missed,
		.evicted = p->errors.count[INPUT_ERROR_EVICTED] + p->errors.count[INPUT_ERROR_HOSTS],
		.unasked = p->errors.count[INPUT_ERROR_UNASKED],
		.cut = sources_sockdiag_cut(&p->sources),
		.unseen = unseen_now(p),
		.unclaimed = stats.unclaimed,
		.suppressed = p->suppressed_before + journal_suppressed(p->journal),
		.queue = report_lost(&p->report),
		.outputs = p->report.count,
	};
	logged = kernel_log_lost(p->kernel_log, &now->kernel);
	now->has_kernel = !audit_watch_state(p->audit, &status, STATE_MS);
	if (now->has_kernel)
		now->kernel = status.lost;
	else	/* an older count than the last answer is none */
		now->has_kernel = logged && now->kernel > p->losses.last.kernel;
}

void status_watch_journal(struct plugin *p)
{
	bool wanted = config_uses_syslog(&p->config);

	if (wanted && !p->journal)
		p->journal = journal_open();
	if (wanted || !p->journal)
		return;
	p->suppressed_before += journal_suppressed(p->journal);
	journal_close(p->journal);
	p->journal = NULL;
}

void status_check_losses(struct plugin *p)
{
	struct loss_counts now;
	struct loss_report lost;

	count_losses(p, &now);
	if (!losses_update(&p->losses, &now, &lost))
		return;
	p->next_metrics = 0;
	report_note(&p->report, "netlog lost kernel=%llu module=%llu socket=%llu gaps=%llu "
				"torn=%llu sockdiag=%llu bpf=%llu missed=%llu evicted=%llu queue=%llu "
				"cut=%llu unasked=%llu unseen=%llu unclaimed=%llu "
				"suppressed=%llu late=%llu",
		    (unsigned long long)lost.kernel,
		    (unsigned long long)lost.module, (unsigned long long)lost.socket,
		    (unsigned long long)lost.gaps, (unsigned long long)lost.torn,
		    (unsigned long long)lost.sockdiag, (unsigned long long)lost.bpf,
		    (unsigned long long)lost.missed, (unsigned long long)lost.evicted,
		    (unsigned long long)lost.queue, (unsigned long long)lost.cut,
		    (unsigned long long)lost.unasked, (unsigned long long)lost.unseen,
		    (unsigned long long)lost.unclaimed,
		    (unsigned long long)lost.suppressed, (unsigned long long)lost.late);
}

void status_folded(const struct repeat_folded *f, void *plugin)
{
	struct plugin *p = plugin;
	struct field_value v = { .known = true, .id = &f->first };
	char id[64] = "-";
	struct put to = { .to = id, .end = id + sizeof(id) - 1 };

	if (f->first.nth) {
		line_put_value(&to, FIELD_ID, &v);
		*to.to = 0;
	}
	p->folded += f->count;
	report_note(&p->report, "netlog repeat count=%llu id=%s since=%lld.%03lld until=%lld.%03lld",
		    (unsigned long long)f->count, id, (long long)f->since_ms / 1000,
		    (long long)f->since_ms % 1000, (long long)f->until_ms / 1000,
		    (long long)f->until_ms % 1000);
}

/* A window must not end by the clock alone while entries of it still wait for sock_diag. */
void status_check_folded(struct plugin *p, bool all)
{
	struct stamp now = clock_stamp();

	if (p->repeat)
		repeat_expire(p->repeat, stamp_ms(&now) - p->config.wait,
			      all ? 0 : p->config.repeat * 1000LL, status_folded, p);
}

void status_report(struct plugin *p)
{
	struct reassemble_stats e;
	struct track_stats t;

	reassemble_stats(p->reassembler, &e);
	track_stats(p->track, &t);
	report_note(&p->report, "netlog state lines=%llu dropped=%llu events=%llu facts=%llu "
				"held=%u joined=%llu resets=%llu records=%llu open=%u sockets=%u "
				"processes=%u ignored=%llu folded=%llu unused=%llu kernel_ignored=%llu module=%s",
		    (unsigned long long)e.lines, (unsigned long long)e.dropped,
		    (unsigned long long)e.events, (unsigned long long)e.facts, e.held,
		    (unsigned long long)e.joined, (unsigned long long)e.resets,
		    (unsigned long long)t.records, t.open, t.sockets, t.processes,
		    (unsigned long long)t.ignored, (unsigned long long)p->folded,
		    (unsigned long long)t.unused,
		    (unsigned long long)kernel_ignore_count(&p->sources.kernel), t.module ? "yes" : "no");
	for (int i = 0; i < INPUT_ERROR_COUNT; i++)
		if (p->errors.count[i])
			report_note(&p->report, "netlog state complaint=%s count=%llu",
				    input_error_key(i),
				    (unsigned long long)p->errors.count[i]);
	report_state(&p->report);
}


/* ---- metrics ---- */

_Static_assert(METRICS_OUTPUTS >= REPORT_OUTPUTS_MAX, "each output has its place");

static void add_outputs(struct plugin *p, struct metrics *m)
{
	struct config_output list[REPORT_OUTPUTS_MAX];

	config_outputs(&p->config, list);
	for (unsigned int i = 0; i < p->report.count && i < REPORT_OUTPUTS_MAX; i++) {
		struct metrics_output *o = &m->outputs[m->output_count++];

		o->name = output_name(p->report.at[i].output);
		o->queue_size = list[i].queue_kib * 1024ULL;
		output_counts(p->report.at[i].output, &o->counts);
	}
}

void status_write_metrics(struct plugin *p, bool at_once)
{
	struct metrics m = {
		.source = p->capabilities.source ? p->capabilities.source : "none",
		.rules = p->capabilities.rules,
		.started = p->started,
		.written = time(NULL),
		.bpf_records = kernel_source_written(&p->sources.kernel),
		.bpf_scans = p->sources.kernel.scan.complete,
		.limits = p->limits,
		.errors = &p->errors,
		.lost = p->losses.total,
		.folded = p->folded,
		.kernel_ignored = kernel_ignore_count(&p->sources.kernel),
	};
	int64_t now = clock_now_ms();
	int err;

	track_stats(p->track, &m.track);
	if (m.track.open > p->open_peak)
		p->open_peak = m.track.open;
	if (!p->config.metrics || (now < p->next_metrics && !at_once))
		return;
	p->next_metrics = now + METRICS_MS;
	m.open_peak = p->open_peak;
	reassemble_stats(p->reassembler, &m.input);
	add_outputs(p, &m);
	err = metrics_write(&m, p->config.metrics);
	if (err && !p->metrics_failed)
		log_warnx("[status] metrics: %s: %s", p->config.metrics, strerror(-err));
	p->metrics_failed = err;
}
