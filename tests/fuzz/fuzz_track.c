// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/fuzz: bytes as events of all sources, mixed, straight into the tracker. Invariants for
 * any sequence: no illegal transition (the build is a checked one), each stop has the number of
 * an open start, no start has two, and all tables stay bounded.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/track/track.h"
#include "fuzz.h"

#define STEP_BYTES 10
#define OPEN_MAX_ 256
#define LIMIT 16

struct world {
	struct track *track;
	struct input_errors errors;
	struct conn_id open[OPEN_MAX_];
	unsigned int count, started, stopped;
	uint64_t questions, serial;
	int64_t ms;
	uint8_t life;
};

/* By field: bytes between them are arbitrary. */
static bool is_same(const struct conn_id *a, const struct conn_id *b)
{
	return a->boot == b->boot && a->has_boot == b->has_boot && a->number == b->number &&
	       a->by_serial == b->by_serial && a->nth == b->nth;
}

static int find(const struct world *w, const struct conn_id *id)
{
	for (unsigned int i = 0; i < w->count; i++)
		if (is_same(&w->open[i], id))
			return i;
	return -1;
}

/* Numbers are compared where they cannot be forged: the serials are ours, each once. A cookie
 * may be reported for several sockets here. */
static void on_entry(const struct entry *r, void *arg)
{
	struct world *w = arg;
	int at = find(w, &r->id);

	must(r->identity);
	if (r->what == CONNECT_FAIL || entry_is_extra(r) || r->incomplete)
		return;
	if (r->what == CONNECT_START || r->what == LISTEN_START) {
		w->started++;
		must(!r->id.by_serial || !r->id.nth || at < 0);
		if (w->count < OPEN_MAX_)
			w->open[w->count++] = r->id;
		return;
	}
	w->stopped++;
	must(w->stopped <= w->started);
	if (at >= 0)
		w->open[at] = w->open[--w->count];
	else
		must(w->started > OPEN_MAX_);
}

static bool on_ignores(const struct entry *r, void *arg)
{
	(void)arg;
	return r->remote.port == 80;
}

static void on_request(const struct request *q, void *arg)
{
	struct world *w = arg;

	must(q->id == w->questions + 1);
	w->questions = q->id;
}

static enum diag_life on_life(uint64_t cookie, uint64_t ino, void *arg)
{
	const struct world *w = arg;

	(void)ino;
	return (w->life >> cookie % 4) % 3;
}

static struct netaddr end_of(uint8_t b)
{
	struct netaddr a = { .family = AF_INET, .port = (const unsigned int[]){
			     0, 80, 443, 5000 }[b & 3], .has_addr = b & 12 };

	a.has_port = a.port;
	if (a.has_addr)
		a.addr[0] = b >> 2 & 3;
	return a;
}

static void fill_call(struct event *f, const uint8_t *b)
{
	static const int errors[] = { 0, -EINPROGRESS, -ECONNREFUSED, -EINTR, -EISCONN,
				      -EALREADY, -ENETUNREACH, 0 };

	f->fd = b[3] & 3;
	f->newfd = b[3] >> 2 & 3;
	f->result = f->kind == EVENT_CONNECT ? errors[b[4] & 7] :
		    f->kind == EVENT_BIND || f->kind == EVENT_LISTEN ? 0 : b[4] & 3;
	f->cloexec = b[4] & 8;
	f->family = b[4] & 16 ? AF_UNIX : AF_INET;
	f->type = b[4] & 32 ? SOCK_DGRAM : SOCK_STREAM;
	f->has_sockaddr = b[5] & 128;
	f->sa_family = !f->has_sockaddr ? 0 : b[4] & 64 ? AF_UNSPEC : AF_INET;
	f->addr = end_of(b[5]);
	if (f->kind == EVENT_FORK)
		f->result = 1 + (b[4] & 7);
}

static void fill_module(struct event *f, const uint8_t *b)
{
	f->op = b[3] % NETLOG_OP_COUNT;
	f->ino = b[4] & 7;
	f->cookie = b[4] & 8 ? f->ino : 0;
	f->proto = b[4] & 16 ? IPPROTO_UDP : b[4] & 32 ? IPPROTO_SCTP : IPPROTO_TCP;
	f->unused = b[4] & 64;
	f->state = b[5] & 15;
	f->err = b[5] >> 4;
	f->local = end_of(b[6]);
	f->remote = end_of(b[7]);
}

static void fill_diag(struct event *f, struct diag *d, struct diag_known *k,
		      const uint8_t *b, struct world *w)
{
	d->op = b[3] % (DIAG_SWEEP + 1);
	d->question = w->questions - (b[4] & 3);
	d->looked_ms = 1000000 + w->ms;
	d->sock = (struct diag_sock){
		.cookie = 1 + (b[4] >> 2 & 7), .ino = b[4] >> 2 & 7, .netns = 1 + (b[5] & 1),
		.proto = b[5] & 2 ? IPPROTO_UDP : IPPROTO_TCP, .family = AF_INET,
		.state = b[5] >> 2 & 15, .local = end_of(b[6]), .remote = end_of(b[7]),
		.tx = -1, .rx = -1, .established = (b[8] & 3) - 1, .refused = b[8] & 4,
		.active = (b[8] >> 3 & 3) - 1,
	};
	d->netns = b[8] >> 5 & 3;
	d->netns_sure = b[8] & 128;
	d->watched = d->netns < 3;
	d->live_count = b[9] & 1;
	d->live[0] = 1 + (b[9] >> 1 & 7);
	d->holders = b[9] & 16;
	d->away = b[9] & 32;
	d->life = on_life;
	d->arg = w;
	d->begun = w->ms * 1000000;
	w->life = b[9];
	/* a number that no start of ours has */
	*k = (struct diag_known){ .sock = d->sock, .listens = b[9] & 64, .start.sec = 5 };
	d->known = k;
	f->diag = d;
	f->fd = b[9] & 3;
	f->mono = w->ms * 1000000;
}

static void step(struct world *w, const uint8_t *b)
{
	struct event f = {
		.kind = b[0] % EVENT_KIND_COUNT,
		.node = b[1] & 64 ? "other" : NULL,
		.task = { .pid = (b[1] & 7) - 1, .ppid = b[1] >> 3 & 7, .uid = 0,
			  .sid = -1, .comm = "prog", .exe = b[1] & 128 ? "/b" : "/a" },
		.netns = -1, .mono = -1, .tx = -1, .rx = -1, .missed = -1, .lost = -1,
	};
	struct diag d = { 0 };
	struct diag_known known;
	struct track_stats stats;

	w->ms += b[2] & 128 ? b[2] & 127 : b[2] & 3;
	f.stamp.sec = 1000 + w->ms / 1000;
	f.stamp.milli = w->ms % 1000;
	if (f.kind == EVENT_DIAG)
		fill_diag(&f, &d, &known, b, w);
	else if (f.kind == EVENT_TICK)
		f.mono = w->ms * 1000000;
	else
		f.stamp.serial = ++w->serial;
	if (f.kind == EVENT_MODULE)
		fill_module(&f, b);
	else if (f.kind < EVENT_GONE)
		fill_call(&f, b);
	track_event(w->track, &f);
	track_stats(w->track, &stats);
	must(stats.open <= LIMIT && stats.sockets <= LIMIT && stats.processes <= LIMIT);
	must(!w->errors.count[INPUT_ERROR_STATE]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag_options o = { .wait_ms = 1000, .settle_ms = 500, .max = 8, .netns = 1 };
	struct track_limits limits = { LIMIT, LIMIT };
	struct world w = { 0 };
	struct track_io io = { on_entry, on_ignores, on_request, &w };

	w.track = track_new(&limits, &io, &w.errors);
	must(w.track);
	track_hide_unused(w.track, size % 2 ? 50 : 0);
	for (; size >= STEP_BYTES; data += STEP_BYTES, size -= STEP_BYTES) {
		if (data[0] == 255)
			track_set_diag(w.track, data[1] & 1 ? &o : NULL);
		else
			step(&w, data);
	}
	track_free(w.track);
	return 0;
}
