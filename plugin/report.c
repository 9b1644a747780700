// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/report: entries and the plugin's notes, to every output. */
#include "plugin/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <unistd.h>

#include "plugin/brief.h"
#include "plugin/clock.h"
#include "plugin/log.h"
#include "plugin/output/queue.h"
#include "plugin/transports.h"

#define CLOSE_MS 5000
#define NOTE_MAX 1024

_Static_assert(FORMAT_MAX <= MESSAGE_MAX, "a text fits in a message");

/* Called from an output's thread. */
static void on_change(enum output_change what, const char *name, const struct transport *t,
		      int err, void *arg)
{
	(void)arg;
	switch (what) {
	case OUTPUT_FAILED:
		log_warnx("output %s: %s: %s; %s", name, t->target,
			  *t->reason ? t->reason : strerror(err),
			  t->ops->keeps ? "lines wait in the queue" :
					  "lines are lost until it can be written");
		break;
	case OUTPUT_WORKS:
		log_info("output %s: %s: writing again", name, t->target);
		break;
	case OUTPUT_NOT_REOPENED:
		log_warnx("output %s: %s: %s; the old file stays in use", name, t->target,
			  *t->reason ? t->reason : strerror(err));
		break;
	}
}

/* A format keeps texts of processes: one that has less of them is another. */
static struct format *shared_format(struct report *r, const struct config_output *o)
{
	const struct report_output *at;
	const struct format_host host = {
		.name = *r->host_name ? r->host_name : NULL,
		.id = *r->host_id ? r->host_id : NULL,
	};
	char error[256];
	struct format *f;

	for (unsigned int i = 0; i < r->count; i++) {
		at = &r->at[i];
		if (!strcmp(format_spec(at->format), o->format) &&
		    at->command_line == o->command_line && at->exe_path == o->exe_path)
			return at->format;
	}
	f = format_open(o->format, &host, error, sizeof(error));
	if (f)
		r->formats[r->format_count++] = f;
	else
		log_warnx("%s", error);
	return f;
}

/* Returns the counter of the output; NULL: its lines have no numbers. The numbers of a stream
 * with another name end when no place is free. */
static struct format_place *find_place(struct report *r, const struct config_output *o)
{
	struct report_stream *s = r->streams;

	if (!o->sequence)
		return NULL;
	while (s < r->streams + CONFIG_OUTPUTS_MAX - 1 && *s->name && strcmp(s->name, o->name))
		s++;
	if (strcmp(s->name, o->name)) {
		*s = (struct report_stream){ 0 };
		snprintf(s->name, sizeof(s->name), "%s", o->name);
		if (getrandom(&s->place.run, sizeof(s->place.run), GRND_NONBLOCK) < 0)
			s->place.run = (uint64_t)clock_stamp().sec << 32 | getpid();
	}
	return &s->place;
}

static bool add_output(struct report *r, const struct config_output *o)
{
	struct report_output *to = &r->at[r->count];
	struct format *f = shared_format(r, o);
	struct transport *t = f ? transports_new(o) : NULL;
	struct output_options options = {
		.name = o->name,
		.queue_size = o->queue_kib * 1024UL,
		.format = f,
		.severity = o->priority,
		.place = find_place(r, o),
		.changed = on_change,
	};

	*to = (struct report_output){
		.output = t ? output_new(t, &options) : NULL,
		.format = f,
		.severity = o->priority,
		.command_line = o->command_line,
		.exe_path = o->exe_path,
	};
	if (!to->output) {
		log_warnx("output %s: no memory", o->name);
		return false;
	}
	r->count++;
	return true;
}

/* Reads the host's identity for JSON and other formats; empty: unknown. */
static void read_host(struct report *r)
{
	FILE *f = fopen("/etc/machine-id", "re");

	if (gethostname(r->host_name, sizeof(r->host_name) - 1))
		r->host_name[0] = 0;
	r->host_id[0] = 0;
	if (f && (!fgets(r->host_id, sizeof(r->host_id), f) || strlen(r->host_id) != 32))
		r->host_id[0] = 0;
	if (f)
		fclose(f);
}

bool report_open(struct report *r, const struct config *c)
{
	struct config_output list[REPORT_OUTPUTS_MAX];
	unsigned int count = config_outputs(c, list);

	r->count = r->format_count = 0;
	order_init(&r->held);
	read_host(r);
	for (unsigned int i = 0; i < count; i++)
		if (!add_output(r, &list[i]))
			return false;
	return true;
}

void report_close(struct report *r)
{
	report_release(r, INT64_MAX);
	for (unsigned int i = 0; i < r->count; i++) {
		char name[64];
		struct output_counts c;
		uint64_t left;

		output_counts(r->at[i].output, &c);
		snprintf(name, sizeof(name), "%s", output_name(r->at[i].output));
		left = output_close(r->at[i].output, CLOSE_MS);
		r->lost_before += c.lost + left;
		if (left)
			log_warnx("output %s: the last %llu lines could not be written in %d s",
				  name, (unsigned long long)left, CLOSE_MS / 1000);
	}
	for (unsigned int i = 0; i < r->format_count; i++)
		format_close(r->formats[i]);
	r->count = r->format_count = 0;
}

void report_set_width(struct report *r, unsigned int width)
{
	for (unsigned int i = 0; i < r->format_count; i++)
		format_set_width(r->formats[i], width);
}

size_t report_heading(const struct report *r, const char *output, char *buf)
{
	for (unsigned int i = 0; i < r->count; i++)
		if (!strcmp(output_name(r->at[i].output), output))
			return format_heading(r->at[i].format, buf);
	return 0;
}

bool report_has_entities(const struct report *r)
{
	for (unsigned int i = 0; i < r->format_count; i++)
		if (format_has_entities(r->formats[i]))
			return true;
	return false;
}

void report_reopen(struct report *r)
{
	for (unsigned int i = 0; i < r->count; i++)
		output_reopen(r->at[i].output);
}

void report_push(struct report *r)
{
	for (unsigned int i = 0; i < r->count; i++)
		output_push(r->at[i].output);
}

bool report_dead(struct report *r)
{
	struct output_counts c;

	if (r->count != 1)
		return false;
	output_counts(r->at[0].output, &c);
	return c.dead;
}

/* Formats the entry for output i; m->len is 0 if its format has no text for it. made: the
 * format of the text that m has. */
static void format_for(struct report *r, unsigned int i, const struct entry *e,
		       struct message *m, char *text, const struct format **made)
{
	struct report_output *o = &r->at[i];
	struct brief brief;

	if (o->format != *made)
		m->len = format_entry(o->format, brief_entry(&brief, e, o->command_line, o->exe_path),
				      text);
	*made = o->format;
	m->has_time = format_has_time(o->format);
	m->structured = format_is_structured(o->format);
	m->severity = o->severity;
}

/* A held text consists of a frame for each output that has one, each after the output's number. */
static void put_frames(const char *text, size_t len, void *arg)
{
	struct report *r = arg;

	for (size_t at = 0; at < len;) {
		unsigned int i = (unsigned char)text[at++];
		struct message m;

		at += frame_get(text + at, &m);
		if (i < r->count)
			output_put(r->at[i].output, &m);
	}
}

static bool hold_entry(struct report *r, const struct entry *e)
{
	static char frames[REPORT_OUTPUTS_MAX * (1 + FRAME_MAX)];
	uint64_t key = e->id.nth ? e->id.number * 0x9e3779b97f4a7c15 + e->id.nth : 0;
	const struct format *made = NULL;
	char text[MESSAGE_MAX];
	struct message m = { .time = e->time, .text = text };
	size_t len = 0;

	for (unsigned int i = 0; i < r->count; i++) {
		format_for(r, i, e, &m, text, &made);
		if (!m.len)
			continue;
		frames[len++] = i;
		len += frame_put(frames + len, &m);
	}
	return order_add(&r->held, &e->time, key, frames, len);
}

void report_entry(struct report *r, const struct entry *e, bool hold)
{
	const struct format *made = NULL;
	char text[MESSAGE_MAX];
	struct message m = { .time = e->time, .text = text };

	if (hold && hold_entry(r, e))
		return;
	report_release(r, INT64_MAX); /* a start is never after its stop */
	for (unsigned int i = 0; i < r->count; i++) {
		format_for(r, i, e, &m, text, &made);
		if (m.len)
			output_put(r->at[i].output, &m);
	}
}

void report_release(struct report *r, int64_t before_ms)
{
	if (r->held.count)
		order_release(&r->held, before_ms, put_frames, r);
}

void report_note(struct report *r, const char *format, ...)
{
	char note[NOTE_MAX], text[MESSAGE_MAX];
	struct message m = { .time = clock_stamp(), .text = text };
	va_list ap;

	va_start(ap, format);
	vsnprintf(note, sizeof(note), format, ap);
	va_end(ap);
	for (unsigned int i = 0; i < r->count; i++) {
		m.len = format_note(r->at[i].format, &m.time, note, strlen(note), text);
		m.has_time = format_has_time(r->at[i].format);
		m.structured = format_is_structured(r->at[i].format);
		m.severity = r->at[i].severity;
		if (m.len) /* hone has no notes */
			output_put(r->at[i].output, &m);
	}
}

uint64_t report_lost(struct report *r)
{
	uint64_t lost = r->lost_before;
	struct output_counts c;

	for (unsigned int i = 0; i < r->count; i++) {
		output_counts(r->at[i].output, &c);
		lost += c.lost;
	}
	return lost;
}

void report_state(struct report *r)
{
	for (unsigned int i = 0; i < r->count; i++) {
		struct output_counts c;

		output_counts(r->at[i].output, &c);
		report_note(r, "netlog state sink=%s lines=%llu lost=%llu queue_peak=%llu "
			       "written=%llu queued=%llu failures=%llu failing=%s",
			    output_name(r->at[i].output), (unsigned long long)c.messages,
			    (unsigned long long)c.lost, (unsigned long long)c.queue_peak,
			    (unsigned long long)c.written, (unsigned long long)c.queued,
			    (unsigned long long)c.failures, c.failing ? "yes" : "no");
	}
}
