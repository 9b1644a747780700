// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/main: aunetlog. Reads audit logs and prints the lines that the plugin
 * would have written: source -> event -> track -> match -> format.
 */
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "parser/query/options.h"
#include "parser/query/source.h"
#include "parser/audit/reassemble.h"
#include "parser/entry/format.h"
#include "parser/entry/line.h"
#include "parser/text.h"
#include "parser/track/track.h"

#define CHUNK 65536
#define IDLE_MS 1000
#define HEAD_LINES 8	/* of an event that began in the file before */

struct query {
	struct aunetlog_options options;
	struct aunetlog_source source;
	struct reassembler *reader;
	struct track *track;
	struct format *format;
	struct line_clock clock;	/* for the time in front of a line */
	struct input_errors errors;
	struct utsname name;
	const char *path;	/* being read */
	uint64_t found;
	bool done;		/* no more entries are wanted */
	int write_error;
};

static void on_event(const struct event *e, void *arg)
{
	struct query *q = arg;

	track_event(q->track, e);
}

/*
 * Every event goes through the tracker and only entries are filtered: if -ts skipped
 * the events before it, the stop of a connection that began earlier would lack its
 * start, its addresses and its process.
 */
static void on_entry(const struct entry *e, void *arg)
{
	char line[FORMAT_TIME_MAX + FORMAT_MAX + 1];
	struct query *q = arg;
	size_t n = 0, len;

	if (q->done || !match_entry(&q->options.match, e))
		return;
	if (!format_has_time(q->format))
		n = line_time(&q->clock, &e->time, line);
	len = format_entry(q->format, e, line + n);
	if (!len)
		return;		/* the format has no text for it */
	n += len;
	line[n++] = '\n';
	if (fwrite(line, 1, n, stdout) != n) {
		q->write_error = errno;
		q->done = true;
		return;
	}
	q->found++;
	q->done |= q->options.just_one;
}

/* Returns true for what every log has: it begins while programs are running, and
 * mostly in the middle of an event. */
static bool is_usual(const struct query *q, enum input_error_kind kind)
{
	if (q->options.debug)
		return false;
	return kind == INPUT_ERROR_UNATTRIBUTED ||
	       (kind == INPUT_ERROR_ORPHAN && reassemble_line(q->reader) <= HEAD_LINES);
}

static void on_input_error(enum input_error_kind kind, const char *sample, size_t len,
			 void *arg)
{
	struct query *q = arg;
	char text[64], *end;

	if (is_usual(q, kind)) {
		q->errors.count[kind] = 0;
		return;
	}
	fprintf(stderr, "aunetlog: %s:%llu: %s", q->path,
		(unsigned long long)reassemble_line(q->reader), input_error_text(kind));
	end = text_escape(text, text + sizeof(text) - 1, sample, len);
	if (end > text)
		fprintf(stderr, ": %.*s", (int)(end - text), text);
	fputc('\n', stderr);
}

/* At the end of a file: the first error of each kind in the next one is reported again. */
static void count_input_errors(struct query *q)
{
	for (int kind = 0; kind < INPUT_ERROR_COUNT; kind++) {
		uint64_t count = q->errors.count[kind];

		q->errors.count[kind] = 0;
		if (count > 1)
			fprintf(stderr, "aunetlog: %s: and %llu more: %s\n",
				q->path, (unsigned long long)count - 1,
				input_error_text(kind));
	}
}

/* A live input has nothing for now: everything read so far is written out. */
static void idle(struct query *q, bool second)
{
	if (second)
		reassemble_age(q->reader);
	else
		reassemble_push(q->reader);
	if (fflush(stdout)) {
		q->write_error = errno;
		q->done = true;
	}
}

static void read_log(struct query *q, struct aunetlog_log *log)
{
	char buf[CHUNK], last = '\n';
	bool waiting = false;
	ssize_t n;

	q->path = log->path;
	reassemble_new_source(q->reader);
	while (!q->done) {
		n = aunetlog_source_read(&q->source, log, buf, sizeof(buf),
					 waiting ? IDLE_MS : 0);
		if (n == -EAGAIN) {
			idle(q, waiting);
			waiting = true;
			continue;
		}
		if (n <= 0)
			break;
		waiting = false;
		reassemble_feed(q->reader, buf, n);
		last = buf[n - 1];
	}
	/* Or the first line of the next file would be glued to it. */
	if (last != '\n')
		reassemble_feed(q->reader, "\n", 1);
}

static void read_logs(struct query *q)
{
	for (size_t i = 0; i < q->source.count && !q->done; i++) {
		if (q->source.logs[i].fd < 0)
			continue;
		if (q->path)
			count_input_errors(q);
		read_log(q, &q->source.logs[i]);
	}
	/* Not after each: an event may go on in the next file. */
	if (!q->done)
		reassemble_flush(q->reader);
	count_input_errors(q);
}

/* EPIPE: the reader (head, a pager) has seen enough. */
static int finish_output(struct query *q)
{
	if (fclose(stdout) && !q->write_error)
		q->write_error = errno;
	if (q->write_error && q->write_error != EPIPE)
		fprintf(stderr, "aunetlog: standard output: %s\n",
			strerror(q->write_error));
	return q->write_error ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool any_log(const struct aunetlog_source *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->logs[i].fd >= 0)
			return true;
	return false;
}

static bool line_wise(const struct query *q)
{
	return q->options.line_buffered || isatty(STDOUT_FILENO);
}

static int64_t booted_at(void)
{
	FILE *f = fopen("/proc/stat", "re");
	int64_t at = -1;
	char line[8192];

	while (f && at < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "btime %" SCNd64, &at) != 1)
			at = -1;
	if (f)
		fclose(f);
	return at;
}

/* Only this host's own logs are known to be of this host's boot: a file given by name
 * may be another's. */
static void set_boot(struct query *q)
{
	struct track_boot boot = { .since = booted_at() };
	FILE *f;

	if (q->options.input || boot.since < 0 || uname(&q->name))
		return;
	boot.node = q->name.nodename;
	f = fopen("/proc/sys/kernel/random/boot_id", "re");
	if (!f)
		return;
	if (fscanf(f, "%8" SCNx32, &boot.id) == 1)
		track_set_boot(q->track, &boot);
	fclose(f);
}

/* The exit codes are those of ausearch(8). */
static int query(struct query *q)
{
	static const struct track_limits limits = {
		.sockets = 65536, .processes = 32768,
	};
	struct track_io io = { .emit = on_entry, .arg = q };

	q->errors.first = on_input_error;
	q->errors.arg = q;
	q->track = track_new(&limits, &io, &q->errors);
	q->reader = reassemble_open(on_event, q, &q->errors);
	if (!q->track || !q->reader) {
		fprintf(stderr, "aunetlog: out of memory\n");
		return EXIT_FAILURE;
	}
	reassemble_replay(q->reader, q->options.input);
	set_boot(q);
	aunetlog_source_open(&q->source, &q->options);
	setvbuf(stdout, NULL, line_wise(q) ? _IOLBF : _IOFBF, CHUNK);
	read_logs(q);
	if (finish_output(q))
		return EXIT_FAILURE;
	if (reassemble_prefixed(q->reader))
		fprintf(stderr, "aunetlog: %llu records came through syslog or the like, where "
			"any local user can write such lines\n",
			(unsigned long long)reassemble_prefixed(q->reader));
	if (!q->found && any_log(&q->source))
		fprintf(stderr, "<no matches>\n");
	return !q->found || q->source.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run(struct query *q, int argc, char **argv)
{
	if (aunetlog_options_parse(&q->options, argc, argv, time(NULL))) {
		fprintf(stderr, "aunetlog: %s\n", q->options.error);
		return EXIT_FAILURE;
	}
	switch (q->options.action) {
	case AUNETLOG_HELP:
		aunetlog_options_usage(stdout);
		break;
	case AUNETLOG_HELP_FIELDS:
		aunetlog_options_fields(stdout);
		break;
	case AUNETLOG_VERSION:
		printf("aunetlog version %s\n", NETLOG_VERSION);
		break;
	default:
		q->format = format_open(q->options.format, NULL, q->options.error,
					sizeof(q->options.error));
		if (q->format)
			return query(q);
		fprintf(stderr, "aunetlog: --format %s\n", q->options.error);
		return EXIT_FAILURE;
	}
	return finish_output(q);
}

int main(int argc, char **argv)
{
	struct query q = { 0 };
	int status;

	/* Dates are read as the user writes them; nothing else depends on it. */
	setlocale(LC_TIME, "");
	status = run(&q, argc, argv);
	if (q.reader)
		reassemble_close(q.reader);
	if (q.track)
		track_free(q.track);
	format_close(q.format);
	aunetlog_source_close(&q.source);
	aunetlog_options_fini(&q.options);
	return status;
}
