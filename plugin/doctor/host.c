// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/doctor/host: facts about the running host that the checks need. */
#include <string.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "plugin/doctor/doctor.h"
#include "plugin/input/bpf.h"
#include "plugin/input/journal.h"

#define PATIENCE_MS 10000
#define INITIAL_PIDS "pid:[4026531836]" /* PROC_PID_INIT_INO */

static bool in_initial_pid_namespace(void)
{
	char link[64] = "";

	return readlink("/proc/self/ns/pid", link, sizeof(link) - 1) > 0 &&
	       !strcmp(link, INITIAL_PIDS);
}

static bool clock_synchronized(void)
{
	struct timex t = { .modes = 0 };

	return adjtimex(&t) != TIME_ERROR && !(t.status & STA_UNSYNC);
}

static void no_event(const struct event *e, void *arg)
{
	(void)e;
	(void)arg;
}

static void no_stamp(int64_t pid, int64_t mono, uint64_t serial, void *arg)
{
	(void)pid;
	(void)mono;
	(void)serial;
	(void)arg;
}

/* Attaches the programs for a moment: nothing else proves that the kernel takes them.
 * With the module they are not needed. */
static void try_bpf(struct doctor *d, char *error, size_t size)
{
	struct bpf_input_options o = { .to = { no_event, no_stamp, NULL } };
	struct bpf_input *b;

	d->bpf_tried = !geteuid() && !doctor_module_live(d);
	if (!d->bpf_tried)
		return;
	b = bpf_input_open(&o, error, size);
	d->bpf_error = b ? NULL : error;
	d->bpf_less = b && !bpf_input_has_paths(b);
	bpf_input_close(b);
}

void doctor_ask(struct doctor_host *h, const struct config *config, const char *error)
{
	struct doctor *d = &h->doctor;

	uname(&h->name);
	*d = (struct doctor){
		.root = "",
		.config = config,
		.config_error = error,
		.initial_pids = in_initial_pid_namespace(),
		.clock_synchronized = clock_synchronized(),
		.release = h->name.release,
		.now = time(NULL),
		.patience_ms = PATIENCE_MS,
	};
	d->reads_journal = journal_readable();
	d->status_error = audit_status_read(&d->status);
	d->rules_error = audit_status_rules(&d->rules);
	try_bpf(d, h->bpf_error, sizeof(h->bpf_error));
}
