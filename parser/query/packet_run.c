// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/packet_run: what annotate and capture share. */
#include "parser/query/packet_run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parser/packet/write_pcapng.h"
#include "parser/packet/write_text.h"
#include "parser/query/clock.h"
#include "parser/query/exit_code.h"
#include "parser/query/packet_log.h"
#include "parser/query/packet_output.h"
#include "parser/query/packet_run_state.h"

#define WAIT_TICK_MS 20
#define LOG_LATE_NS INT64_C(1000000000)	/* after this delay the log has everything that happened before */

static const char *output_name(const struct packet_run *r)
{
	return r->out.fd == STDOUT_FILENO || !r->o->write || !strcmp(r->o->write, "-") ?
	       "standard output" : r->o->write;
}

static void complain(const char *what, int err)
{
	fprintf(stderr, "aunetlog: %s: %s\n", what, strerror(err));
}

static struct packet_writer *open_writer(struct packet_run *r)
{
	const struct packet_options *o = r->o;
	struct pcapng_writer_options wo = {
		.snaplen = o->snaplen, .comment = o->comment, .host_id = r->host_id.bytes,
		.host_id_len = r->host_id.len, .no_hone = o->plain, .no_darwin = o->plain,
	};

	if (!wo.host_id_len || o->plain)
		wo.host_id = NULL;
	return o->text ? text_writer_new(&r->out, &r->host_id) : pcapng_writer_new(&r->out, &wo);
}

static void ended(struct owner *o, void *arg)
{
	struct packet_run *r = arg;

	annotate_ended(o, r->annotate);
}

static void process(struct packet_process *p, enum entry_kind what, int64_t ns, void *arg)
{
	struct packet_run *r = arg;

	annotate_process(p, what, ns, r->annotate);
}

/* Returns true if standard input is one of the logs. */
static bool reads_stdin(const struct packet_options *o)
{
	for (unsigned int i = 0; i < o->query.input_count; i++)
		if (!strcmp(o->query.inputs[i], "-"))
			return true;
	return false;
}

struct packet_run *packet_run_open(const struct packet_options *o)
{
	struct packet_run *r = calloc(1, sizeof(*r));
	struct owners_io io = { .fields = o->fields, .ended = ended, .process = process,
				.arg = r };

	if (!r || (o->socket && !packet_log_connect(o->socket))) {
		free(r);
		return NULL;
	}
	signal(SIGPIPE, SIG_IGN);	/* a reader that was closed is no error */
	r->o = o;
	if (!o->socket && !reads_stdin(o))
		packet_log_close_stdin();
	pthread_mutex_init(&r->lock, NULL);
	out_init(&r->out, packet_output_open(o));
	if (r->out.fd >= 0 && !host_id_set(&r->host_id, o->host_id)) {
		fprintf(stderr, "aunetlog: --host-id: longer than %d bytes\n", HOST_ID_MAX);
		close(r->out.fd);
		r->out.fd = -1;
	}
	if (r->out.fd >= 0) {
		r->owners = owners_new(&io);
		r->writer = open_writer(r);
		if (r->owners && r->writer)
			r->annotate = annotate_new(r->owners, r->writer, o->inner);
		if (r->annotate)
			return r;
		complain("annotate", ENOMEM);
		close(r->out.fd);
	}
	free(r->writer);
	owners_free(r->owners);
	free(r);
	return NULL;
}

void packet_run_drop(struct packet_run *r)
{
	close(r->out.fd);
	annotate_free(r->annotate);
	owners_free(r->owners);
	packet_writer_free(r->writer);
	waiting_free(r->waiting);
	free(r->own_log);
	out_fini(&r->out);
	free(r);
}

void packet_run_netns(struct packet_run *r, int64_t inode)
{
	owners_netns(r->owners, inode);
}

void packet_run_local(struct packet_run *r, const struct netaddr *a, int64_t netns)
{
	owners_local(r->owners, a, netns);
}

/* ---- packets ---- */

/* The log has everything that happened before this time. But the line of a user comes when its
 * call returns: bytes can wait for their reader, so the packet waits as long as it may. */
static int64_t complete_until(const struct packet_run *r)
{
	int64_t late = LOG_LATE_NS;

	if (r->log_ended)
		return OWNERS_OPEN;
	if (owners_has_uses(r->owners) && r->o->wait_ms * INT64_C(1000000) > late)
		late = r->o->wait_ms * INT64_C(1000000);
	return owners_latest(r->owners) - late;
}

/* The lock is held. */
static bool need_not_wait(struct packet_run *r, const struct waiting_block *w, int64_t now_ms)
{
	bool late = now_ms - w->since_ms >= r->o->wait_ms;

	if (!r->caught_up && !waiting_is_full(r->waiting))
		return false;
	owners_complete(r->owners, complete_until(r));
	return late || r->log_ended || waiting_is_full(r->waiting) ||
	       (w->block.is_packet && w->block.has_time &&
		w->block.ns < complete_until(r)) ||
	       annotate_is_known(r->annotate, &w->block);
}

static void write_waiting(struct packet_run *r)
{
	const struct waiting_block *w;
	int64_t now = waiting_now_ms();

	pthread_mutex_lock(&r->lock);
	while ((w = waiting_first(r->waiting)) && !out_is_full(&r->out) &&
	       need_not_wait(r, w, now)) {
		annotate_block(r->annotate, &w->block);
		waiting_drop(r->waiting);
	}
	pthread_mutex_unlock(&r->lock);
}

/* A pipe without a reader is noticed at the next write, which may never happen. */
static bool reader_is_gone(const struct packet_run *r)
{
	struct pollfd p = { .fd = r->out.fd };

	return poll(&p, 1, 0) > 0 && (p.revents & POLLERR);
}

void packet_run_idle(struct packet_run *r)
{
	if (r->live)
		write_waiting(r);
	out_flush(&r->out);
	if (!r->out.err && reader_is_gone(r))
		r->out.err = EPIPE;
}

void packet_run_block(struct packet_run *r, const struct pcapng_block *b)
{
	if (!r->live) {
		if (r->turns && b->is_packet && b->has_time)
			packet_run_read_on(r, b->ns);
		annotate_block(r->annotate, b);
		return;
	}
	if (!waiting_add(r->waiting, b)) {
		r->out.err = ENOMEM;
		return;
	}
	write_waiting(r);
}

bool packet_run_is_full(const struct packet_run *r)
{
	return r->live && out_is_full(&r->out) && waiting_is_full(r->waiting);
}

int packet_run_error(const struct packet_run *r)
{
	return r->out.err;
}

/* ---- the end ---- */

static void report_log_end(const struct packet_run *r, uint64_t packets)
{
	struct stamp last = clock_stamp(owners_latest(r->owners) / 1000000);
	char text[CLOCK_TEXT_MAX];

	clock_text(&last, r->o->query.utc, text);
	fprintf(stderr, "aunetlog: %llu packets are later than the last line of the log, %s; a newer "
		"copy of the log may have their processes\n", (unsigned long long)packets, text);
}

static void report(const struct packet_run *r)
{
	const struct annotate_counts *c = annotate_counts(r->annotate);
	uint64_t without = c->packets - c->owned - c->already;
	const char *comma = ": ";

	fprintf(stderr, "aunetlog: %llu packets: %llu with a process, %llu without",
		(unsigned long long)c->packets, (unsigned long long)c->owned,
		(unsigned long long)without);
	for (int why = WHY_NONE + 1; why < WHY_COUNT; why++) {
		if (!c->whys[why])
			continue;
		fprintf(stderr, "%s%llu %s", comma, (unsigned long long)c->whys[why],
			owners_why_text(why));
		comma = ", ";
	}
	if (c->already)
		fprintf(stderr, "; %llu had one before", (unsigned long long)c->already);
	fputc('\n', stderr);
	if (c->whys[WHY_ENDED])
		report_log_end(r, c->whys[WHY_ENDED]);
	if (r->late_entries)
		fprintf(stderr, "aunetlog: %llu lines of the logs came too late for packets before "
			"them; name the logs of one host only, or raise --hold\n",
			(unsigned long long)r->late_entries);
	if (r->late_packets)
		fprintf(stderr, "aunetlog: %llu packets are ten minutes earlier than ones before "
			"them, and may lack their process; sort the capture with reordercap(1), or "
			"raise --hold\n", (unsigned long long)r->late_packets);
	if (r->cut)
		fprintf(stderr, "aunetlog: %s: its reader did not read the last %zu bytes, and "
			"%llu packets after them\n", output_name(r), r->out.used,
			(unsigned long long)r->unwritten);
}

/* Waits a moment, less if the reader of a full output has read. Returns false if it is not to be
 * waited for. */
static bool wait_for_reader(const struct packet_run *r, int interrupt)
{
	struct pollfd p[2] = { { .fd = interrupt, .events = POLLIN },
			       { .fd = r->out.used ? r->out.fd : -1, .events = POLLOUT } };

	poll(p, 2, WAIT_TICK_MS);
	return !p[0].revents;
}

/* Returns false if it was interrupted. */
static bool write_the_rest(struct packet_run *r, int interrupt)
{
	int64_t end = waiting_now_ms() + r->o->wait_ms;

	for (;;) {
		write_waiting(r);
		out_flush(&r->out);
		if (r->out.err || !waiting_first(r->waiting))
			return true;
		if (waiting_now_ms() > end) {
			pthread_mutex_lock(&r->lock);
			r->caught_up = true;
			pthread_mutex_unlock(&r->lock);
		}
		if (!wait_for_reader(r, interrupt))
			return false;
	}
}

/* The packets that still wait have no place in the output. */
static void drop_the_rest(struct packet_run *r)
{
	const struct waiting_block *w;

	while ((w = waiting_first(r->waiting))) {
		r->unwritten += w->block.is_packet;
		waiting_drop(r->waiting);
	}
}

static void end_output(struct packet_run *r, int interrupt)
{
	bool complete = !r->live || write_the_rest(r, interrupt);

	if (!complete)
		drop_the_rest(r);
	pthread_mutex_lock(&r->lock);
	annotate_end(r->annotate);
	pthread_mutex_unlock(&r->lock);
	while (complete && r->out.used && !r->out.err) {
		complete = wait_for_reader(r, interrupt);
		out_flush(&r->out);
	}
	r->cut = !complete;
}

int packet_run_close(struct packet_run *r, bool failed, int interrupt)
{
	const struct annotate_counts *c = annotate_counts(r->annotate);
	bool closed_early;
	int status;

	end_output(r, interrupt);
	log_turns_free(r->turns);
	pthread_mutex_lock(&r->lock);
	failed |= r->log_failed;
	pthread_mutex_unlock(&r->lock);
	if (close(r->out.fd) && !r->out.err)
		r->out.err = errno;
	/* wireshark was closed */
	closed_early = r->out.err == EPIPE;
	if (r->out.err && !closed_early)
		complain(output_name(r), r->out.err);
	report(r);
	status = failed || (r->out.err && !closed_early) ? AUNETLOG_FAILED :
		 c->owned || c->already ? AUNETLOG_FOUND : AUNETLOG_NOTHING;
	if (r->live)
		return status;	/* the thread still uses it */
	annotate_free(r->annotate);
	owners_free(r->owners);
	packet_writer_free(r->writer);
	out_fini(&r->out);
	free(r);
	return status;
}
