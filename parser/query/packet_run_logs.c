// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/packet_run_logs: the logs of annotate and capture. Those of files are read as
 * far as memory allows, and on with the packets; connections that ended before them are
 * dropped. Others are followed in a thread.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "parser/query/packet_log.h"
#include "parser/query/packet_run_state.h"
#include "parser/query/query.h"
#include "parser/query/source_find.h"

#define LIVE_HELD (1u << 20)	/* connections that have ended; with --hold as many */
#define HELD (1u << 18)		/* connections of files, and events of processes; the same */
#define STEP_NS (60 * INT64_C(1000000000))	/* that are read at least, rather than a line */

static int64_t later(int64_t ns, int64_t by)
{
	return __builtin_add_overflow(ns, by, &ns) ? INT64_MAX : ns;
}

static int64_t earlier(int64_t ns, int64_t by)
{
	return __builtin_sub_overflow(ns, by, &ns) ? INT64_MIN : ns;
}

/* ---- of files, in turns with packets ---- */

static size_t held(const struct packet_run *r)
{
	return owners_count(r->owners) + annotate_waiting(r->annotate);
}

static size_t most_held(const struct packet_run *r)
{
	return r->o->hold ? r->o->hold : HELD;
}

/* The logs of several hosts are read one after the other, so entries may come late. */
static void note_late_entry(struct packet_run *r, const struct entry *e)
{
	int64_t ns = e->time.sec * INT64_C(1000000000) + e->time.milli * INT64_C(1000000);

	r->late_entries += r->dropped && ns < earlier(r->latest, OWNERS_KEPT);
}

static bool on_entry_in_turn(const struct entry *e, bool matched, void *arg)
{
	struct packet_run *r = arg;

	note_late_entry(r, e);
	owners_entry(r->owners, e, matched);
	if (held(r) < most_held(r))
		return true;
	r->dropped = true;
	owners_passed(r->owners, earlier(r->latest, OWNERS_KEPT));
	return owners_latest(r->owners) < r->read_to || log_turns_pause(r->turns);
}

static void on_line(const struct stamp *time, bool begins, void *arg)
{
	struct packet_run *r = arg;

	pthread_mutex_lock(&r->lock);
	owners_line(r->owners, time->sec * INT64_C(1000000000) + time->milli * INT64_C(1000000), begins);
	pthread_mutex_unlock(&r->lock);
}

static void read_in_turn(void *arg)
{
	struct packet_run *r = arg;

	r->log_failed = query_run(&r->query) == AUNETLOG_FAILED;
}

void packet_run_read_on(struct packet_run *r, int64_t ns)
{
	if (r->dropped && ns < earlier(r->latest, OWNERS_KEPT))
		r->late_packets++;
	if (ns > r->latest)
		r->latest = ns;
	if (r->dropped)
		owners_passed(r->owners, earlier(r->latest, OWNERS_KEPT));
	if (r->log_ended)
		return;
	if (owners_latest(r->owners) >= later(r->latest, OWNERS_AHEAD) &&
	    held(r) >= most_held(r) / 4 * 3)
		return;
	r->read_to = later(r->latest, OWNERS_AHEAD + STEP_NS);
	r->log_ended = !log_turns_read(r->turns);
}

/* ---- followed ---- */

static bool on_entry(const struct entry *e, bool matched, void *arg)
{
	struct packet_run *r = arg;

	pthread_mutex_lock(&r->lock);
	owners_entry(r->owners, e, matched);
	pthread_mutex_unlock(&r->lock);
	return true;
}

static void on_idle(void *arg)
{
	struct packet_run *r = arg;

	pthread_mutex_lock(&r->lock);
	r->caught_up = true;
	pthread_mutex_unlock(&r->lock);
}

static void prepare_query(struct packet_run *r, struct entry_sink sink)
{
	r->sink = sink;
	r->query = r->o->query;
	r->query.sink = &r->sink;
}

void packet_run_read_logs(struct packet_run *r, int64_t first_ns)
{
	const struct match *m = &r->o->query.match;

	owners_begin(r->owners, first_ns);
	if (m->has_to)
		owners_until(r->owners, m->to.sec * INT64_C(1000000000) +
			     m->to.milli * INT64_C(1000000));
	prepare_query(r, (struct entry_sink){ .entry = on_entry_in_turn, .line = on_line,
					      .arg = r });
	if (!packet_log_is_current(&r->query))
		owners_log_ends(r->owners);
	r->latest = OWNERS_UNKNOWN;
	r->turns = log_turns_new(read_in_turn, r);
	if (!r->turns)
		r->out.err = ENOMEM;
	r->log_ended = !r->turns;
}

/* The stream does not report sockets that were already open: the named logs did. */
static int read_stream(struct packet_run *r)
{
	int status = AUNETLOG_FOUND;

	if (r->query.input_count) {
		r->query.follow = false;
		status = query_run(&r->query);
	}
	r->query.inputs[0] = "-";	/* what packet_run_follow_logs() put there */
	r->query.input_count = 1;
	return status == AUNETLOG_FAILED ? status : query_run(&r->query);
}

static void *follow_logs(void *arg)
{
	struct packet_run *r = arg;
	int status = r->o->socket ? read_stream(r) : query_run(&r->query);

	pthread_mutex_lock(&r->lock);
	r->log_failed = status == AUNETLOG_FAILED;
	r->caught_up = r->log_ended = true;
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static void choose_log(struct packet_run *r)
{
	char *own = source_own_log(r->query.netlog_conf);

	if (own && packet_log_is_fresh(own)) {
		r->own_log = own;
		r->query.inputs[r->query.input_count++] = own;
	} else {
		free(own);
	}
	fprintf(stderr, "aunetlog: following %s\n", r->own_log ? r->own_log : "the audit log");
}

static bool is_file(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

bool packet_run_follow_logs(struct packet_run *r)
{
	pthread_t thread;
	int err;

	prepare_query(r, (struct entry_sink){ .entry = on_entry, .idle = on_idle,
					      .line = on_line, .arg = r });
	if (!r->query.input_count && !r->o->socket)
		choose_log(r);
	r->query.follow = true;
	r->live = true;
	r->out.never_waits = !is_file(r->out.fd);	/* the log would wait, too */
	owners_limit(r->owners, r->o->hold ? r->o->hold : LIVE_HELD);
	owners_complete(r->owners, OWNERS_UNKNOWN);
	if (packet_log_has_uses(r->query.netlog_conf))
		owners_expect_uses(r->owners);
	r->waiting = waiting_new();
	err = r->waiting ? pthread_create(&thread, NULL, follow_logs, r) : ENOMEM;
	if (err)
		fprintf(stderr, "aunetlog: following the log: %s\n", strerror(err));
	else
		pthread_detach(thread);
	return !err;
}
