// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/progress: shows the progress of a long read on a terminal. */
#include "parser/query/progress.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOW_AFTER 1000		/* ms */
#define ADVISE_AFTER 3000	/* ms */
#define CLEAR "\r\033[K"
#define MB 1e6

static off_t size_of(const struct aunetlog_log *log)
{
	struct stat st;

	return log->fd >= 0 && !fstat(log->fd, &st) && S_ISREG(st.st_mode) ? st.st_size : 0;
}

static void count(const struct aunetlog_source *s, const struct aunetlog_log *log, off_t *read,
		  off_t *all)
{
	*read = *all = 0;
	for (size_t i = 0; i < s->count; i++) {
		off_t size = size_of(&s->logs[i]), at;

		*all += size;
		if (&s->logs[i] < log)
			*read += size;
		if (&s->logs[i] != log)
			continue;
		at = lseek(log->fd, 0, SEEK_CUR);
		*read += at > 0 ? at : 0;
	}
}

void progress_show(struct progress *p, const struct aunetlog_source *s,
		   const struct aunetlog_log *log, int64_t now_ms)
{
	double seconds, rate;
	off_t read, all;

	if (!p->began_ms)
		p->began_ms = now_ms;
	if (now_ms - p->began_ms < SHOW_AFTER || !isatty(STDERR_FILENO) || isatty(STDOUT_FILENO))
		return;
	count(s, log, &read, &all);
	if (!read || read > all)
		return;
	seconds = (now_ms - p->began_ms) / 1e3;
	rate = read / seconds;
	fprintf(stderr, CLEAR "aunetlog: %.0f of %.0f MB read, %.0f MB/s, %.0f s left", read / MB,
		all / MB, rate / MB, (all - read) / rate);
	fflush(stderr);
	p->shown = true;
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs(CLEAR, stderr);
	p->shown = false;
}

/* Returns true if --index would write one of this log. */
static bool can_have_index(const struct aunetlog_log *log)
{
	return log->fd >= 0 && !log->index && !log->live && (log->named || log->rotation);
}

void progress_advise(const struct progress *p, const struct aunetlog_source *s, int64_t now_ms)
{
	off_t size = 0;

	if (!p->began_ms || now_ms - p->began_ms < ADVISE_AFTER || !isatty(STDERR_FILENO))
		return;
	for (size_t i = 0; i < s->count; i++)
		if (can_have_index(&s->logs[i]))
			size += size_of(&s->logs[i]);
	if (size)
		fprintf(stderr, "aunetlog: %.0f MB have no index; aunetlog --index makes later queries "
			"faster\n", size / MB);
}
