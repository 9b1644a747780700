// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/fuzz: bytes as audit's stream, through reader, tracker and format. Invariants for any
 * input: no sanitizer reports, each record is one printable line, every stop has its start, and
 * only pasted text comes with a prefix of syslog.
 */
#include <stdlib.h>
#include <string.h>

#include "parser/audit/reassemble.h"
#include "parser/entry/format.h"
#include "parser/entry/line.h"
#include "parser/entry/line_time.h"
#include "parser/text.h"
#include "parser/track/track.h"
#include "fuzz.h"

#define OTHERS 4

struct world {
	struct track *track;
	struct line_format *format;
	struct format *others[OTHERS];
	struct input_errors complaints;
	struct reassembler *reader;
	int64_t open;
	bool pasted;
};

static void check_line(struct line_format *f, const struct entry *r)
{
	static char line[FORMAT_LINE_MAX];
	static struct line_clock clock;
	char time[FORMAT_TIME_MAX];
	size_t len = line_format(f, r, line);

	must(len > 0 && len < FORMAT_LINE_MAX && strlen(line) == len);
	for (size_t i = 0; i < len; i++)
		must(line[i] >= ' ' && line[i] <= '~');
	must(!strstr(line, "  ") && line[len - 1] != ' ');
	must(!r->ev.serial == !strstr(line, " ev="));
	must(!r->id.nth == !strstr(line, " id=") && (r->id.nth || r->incomplete));
	len = line_time(&clock, &r->time, time);
	must(len > 0 && len <= 40 && strlen(time) == len);
}

/* Whatever an entry holds: one printable line that ends as it must. */
static void check_others(struct world *w, const struct entry *r)
{
	static char text[FORMAT_MAX];

	for (int i = 0; i < OTHERS; i++) {
		size_t len = format_entry(w->others[i], r, text);

		must(len > 0 && len < FORMAT_MAX && (*text != '{' || text[len - 1] == '}'));
		for (size_t j = 0; j < len; j++)
			must((unsigned char)text[j] >= ' ' || text[j] == '\t');
	}
}

static void on_record(const struct entry *r, void *arg)
{
	struct world *w = arg;

	must(!(r->via & VIA_SYSLOG) || (w->pasted && reassemble_prefixed(w->reader)));
	check_line(w->format, r);
	check_others(w, r);
	switch (r->what) {
	case CONNECT_START:
	case LISTEN_START:
		w->open++;
		break;
	case CONNECT_STOP:
	case LISTEN_STOP:
		if (!r->incomplete)
			w->open--;
		break;
	default:
		break;
	}
	must(w->open >= 0);
}

static void on_event(const struct event *f, void *arg)
{
	struct world *w = arg;
	struct track_stats stats;

	track_event(w->track, f);
	track_stats(w->track, &stats);
	must(stats.open <= w->open);
	must(stats.open + w->complaints.count[INPUT_ERROR_EVICTED] >=
	     (uint64_t)w->open);
	must(stats.sockets <= 16 && stats.processes <= 16);
}

static void on_complaint(enum input_error_kind kind, const char *sample,
			 size_t len, void *arg)
{
	char text[160];

	(void)kind;
	(void)arg;
	text_escape(text, text + sizeof(text), sample, len);
}

/* The first byte sets the size of the pieces, and whether it is a log named by the user. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct track_limits limits = { 16, 16 };
	struct world w = { .complaints = { .first = on_complaint } };
	struct track_io io = { .emit = on_record, .arg = &w };
	static const char *const others[OTHERS] = { "json", "ocsf", "cef", "leef" };
	struct reassembler *r;
	char error[128];
	int64_t now = 0;
	size_t piece, n;

	if (!size)
		return 0;
	piece = *data & 1 ? SIZE_MAX : (*data >> 1 & 0x3f) + 1u;
	w.pasted = *data & 0x80;
	w.track = track_new(&limits, &io, &w.complaints);
	w.reader = r = reassemble_open(on_event, &w, &w.complaints);
	w.format = line_format_new();
	for (int i = 0; i < OTHERS; i++)
		w.others[i] = format_open(others[i], NULL, error, sizeof(error));
	for (int i = 0; i < OTHERS; i++)
		must(w.others[i]);
	must(w.track && r && w.format);
	if (w.pasted)
		reassemble_replay(r, true);
	for (data++, size--; size; data += n, size -= n) {
		n = size < piece ? size : piece;
		reassemble_feed(r, (const char *)data, n);
		reassemble_count_late(r, now += 300);
	}
	reassemble_age(r);
	reassemble_flush(r);
	reassemble_close(r);
	track_free(w.track);
	line_format_free(w.format);
	for (int i = 0; i < OTHERS; i++)
		format_close(w.others[i]);
	return 0;
}
