// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/fuzz: bytes as answers of sock_diag, and as a state file. Invariants for any input:
 * nothing is read outside the buffer, every line is printable, a stop has its start, a refused
 * file produces nothing, and an accepted one is saved as it was read.
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser/entry/line.h"
#include "parser/track/track.h"
#include "plugin/resolve/diag_message.h"
#include "plugin/resolve/statefile.h"
#include "fuzz.h"

#define LIMIT 16

struct world {
	struct track *track;
	struct line_format *format;
	struct input_errors errors;
	unsigned int started, stopped, known, kept;
};

static void on_entry(const struct entry *r, void *arg)
{
	static char line[FORMAT_LINE_MAX];
	struct world *w = arg;
	size_t len = line_format(w->format, r, line);

	must(len && len < FORMAT_LINE_MAX && strlen(line) == len && !strstr(line, "  "));
	for (size_t i = 0; i < len; i++)
		must(line[i] >= ' ' && line[i] <= '~');
	w->started += r->what == CONNECT_START || r->what == LISTEN_START;
	w->stopped += r->what == CONNECT_STOP || r->what == LISTEN_STOP;
	must(w->stopped <= w->started + w->known);
}

static void on_request(const struct request *q, void *arg)
{
	(void)q;
	(void)arg;
}

static void world_open(struct world *w)
{
	struct track_limits limits = { LIMIT, LIMIT };
	struct track_io io = { .emit = on_entry, .ask = on_request, .arg = w };
	struct diag_options o = { .wait_ms = 1000, .settle_ms = 500, .max = LIMIT, .node = "h",
				  .netns = 1 };

	memset(w, 0, sizeof(*w));
	w->format = line_format_new();
	w->track = track_new(&limits, &io, &w->errors);
	must(w->format && w->track);
	track_set_diag(w->track, &o);
}

static void world_close(struct world *w)
{
	struct track_stats stats;

	track_stats(w->track, &stats);
	must(stats.sockets <= LIMIT && stats.processes <= LIMIT);
	track_free(w->track);
	line_format_free(w->format);
}

static void take(struct world *w, const struct diag *d, const struct task *task, int64_t ms)
{
	struct event e = { .kind = EVENT_DIAG, .diag = d, .mono = 5000000000 + ms * 1000000,
			   .stamp = { 1000 + ms / 1000, ms % 1000, 0 }, .fd = d->sock.cookie & 7,
			   .result = 0, .netns = -1, .tx = -1, .rx = -1 };

	e.task = *task;
	track_event(w->track, &e);
}

static const struct task nobody = { -1, -1, -1, -1, -1, -1, NULL, NULL, NULL, NULL };

/* ---- answers ---- */

struct dump {
	struct world *w;
	unsigned int count;
};

static void on_sock(const struct diag_sock *sock, void *arg)
{
	static const struct task holder = { 1, 1, 0, 0, 0, 0, "\"p\"", "\"/p\"", NULL, NULL };
	struct dump *dump = arg;
	struct diag d = { .op = sock->state == 7 ? DIAG_DESTROYED : DIAG_OPEN, .sock = *sock };

	d.sock.netns = 1;
	take(dump->w, &d, &holder, ++dump->count);
}

static void try_dump(const uint8_t *data, size_t size)
{
	struct diag_query q = { .seq = data[0], .proto = data[0] & 1 ? IPPROTO_TCP : IPPROTO_UDP,
				.netns = 1 };
	struct world w;
	struct dump dump = { .w = &w };
	char *exact = malloc(size);	/* its end is seen by ASan */
	const struct nlmsghdr *m = (void *)exact;
	struct diag_sock sock;
	size_t left = size - 1;

	must(exact);
	memcpy(exact, data + 1, size - 1);
	world_open(&w);
	must(diag_message_read_dump(&q, exact, size - 1, on_sock, &dump) <= 1);
	diag_message_ends_dump(exact, size - 1, q.seq);
	while (left >= sizeof(*m) && diag_message_is_whole(m, left)) {
		size_t before = left;

		if (diag_message_parse(m, left, &sock))
			on_sock(&sock, &dump);
		m = diag_message_next(m, &left);
		must(left < before);
	}
	world_close(&w);
	free(exact);
}

/* ---- state file ---- */

static void on_known(const struct diag_known *k, const struct task *opener, void *arg)
{
	struct world *w = arg;
	struct diag d = { .op = DIAG_KNOWN, .known = k };

	w->known++;
	take(w, &d, opener, w->known);
}

static void on_kept(const struct diag_known *k, const struct identity *opener, void *arg)
{
	struct world *w = arg;

	(void)opener;
	must(k->sock.cookie);
	w->kept++;
}

static enum diag_life no_life(uint64_t cookie, uint64_t ino, void *arg)
{
	(void)cookie;
	(void)ino;
	(void)arg;
	return DIAG_MISSING;
}

static unsigned int count_kept(struct world *w)
{
	w->kept = 0;
	track_diag_each(w->track, on_kept, w);
	return w->kept;
}

static const char *state_path(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/dev/shm/netlog-fuzz-%d", getpid());
	return path;
}

/* older: by so many versions. */
static void write_state(const uint8_t *data, size_t size, bool with_head, int older)
{
	int version = strlen(STATEFILE_MAGIC) - 1;
	char boot[40] = "";
	FILE *f = fopen(state_path(), "w");

	must(f && !fchmod(fileno(f), 0600));
	if (with_head) {
		must(!statefile_boot(boot));
		fprintf(f, "%.*s%c %.36s\n", version, STATEFILE_MAGIC,
			STATEFILE_MAGIC[version] - older, boot);
	}
	must(fwrite(data, 1, size, f) == size && !fclose(f));
}

/* Two scans that find none of them end them all. */
static void end_all(struct world *w)
{
	for (int i = 0; i < 2; i++) {
		struct diag d = { .op = DIAG_SWEEP, .life = no_life,
				  .begun = 5000000000 + (60000 + 10000 * i) * 1000000LL };

		take(w, &d, &nobody, 61000 + 10000 * i);
	}
}

static void try_state(const uint8_t *data, size_t size)
{
	struct world w, again;
	unsigned int kept;

	write_state(data + 1, size - 1, *data & 1, *data >> 1 & 3);
	world_open(&w);
	if (statefile_load(state_path(), on_known, &w)) {
		must(!w.known);
	} else {
		kept = count_kept(&w);
		must(kept <= w.known && kept <= LIMIT);
		must(!statefile_save(state_path(), w.track));
		world_open(&again);
		must(!statefile_load(state_path(), on_known, &again));
		must(again.known == kept && count_kept(&again) == kept);
		world_close(&again);
		end_all(&w);
		must(!count_kept(&w));
	}
	world_close(&w);
	unlink(state_path());
}

/* The first byte sets the meaning of the others. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return 0;
	if (*data & 1)
		try_state(data + 1, size - 1);
	else
		try_dump(data + 1, size - 1);
	return 0;
}
