// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/source: opens the logs, orders and reads them. All are opened
 * before the first is read: auditd may rotate in the meantime, and a name would
 * then lead to another file, an open descriptor does not.
 */
#include "parser/query/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser/audit/head.h"
#include "parser/query/decompress.h"
#include "parser/query/source_find.h"

static int earlier_first(const void *a, const void *b)
{
	const struct aunetlog_log *x = a, *y = b;

	if (x->first_ms != y->first_ms)
		return x->first_ms < y->first_ms ? -1 : 1;
	return source_older_first(a, b);
}

/* The time of the first record among these bytes, or -1. */
static int64_t first_time(const char *text, size_t len)
{
	static const char before[] = "audit(";
	struct head_stamp last = { .len = 0 };
	const char *end = text + len, *newline;
	struct head h;

	for (; text < end; text = newline + 1) {
		newline = memchr(text, '\n', end - text);
		if (!newline)
			newline = end;
		if (!memmem(text, newline - text, before, sizeof(before) - 1))
			continue;
		if (head_read(&h, text, newline - text, true, &last) && h.serial)
			return h.time;
	}
	return -1;
}

/* Reads a little of a file for the time of its first event, and rewinds it. */
static void look_ahead(struct aunetlog_log *log)
{
	static char buf[65536];
	ssize_t n = decompress_read(log->bytes, buf, sizeof(buf));
	const char *why;

	log->kind = own_recognize(buf, n > 0 ? n : 0, &why);
	if (log->kind == OWN_LINE || log->kind == OWN_JSON)
		log->first_ms = own_first_time(log->kind, buf, n);
	else
		log->first_ms = n > 0 ? first_time(buf, n) : -1;
	decompress_free(log->bytes);
	log->bytes = lseek(log->fd, 0, SEEK_SET) < 0 ? NULL : decompress_new(log->fd);
}

static void open_log(struct aunetlog_source *s, struct aunetlog_log *log)
{
	struct stat st;

	log->fd = open(log->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (log->fd < 0 || fstat(log->fd, &st) < 0) {
		source_complain(s, log->path, errno);
		return;
	}
	log->live = !S_ISREG(st.st_mode);
	log->bytes = decompress_new(log->fd);
	if (log->bytes && !log->live)
		look_ahead(log);
	if (log->bytes)
		return;
	source_complain(s, log->path, ENOMEM);
	close(log->fd);
	log->fd = -1;
}

/* Names can lie about the order; a file without any event keeps its place by name. named:
 * the names have an order, the user gave none. */
static void sort_by_time(struct aunetlog_source *s, bool named)
{
	int64_t latest = -1;
	bool sorted = true;

	for (size_t i = 0; i < s->count; i++) {
		struct aunetlog_log *log = &s->logs[i];

		if (log->first_ms < 0)
			log->first_ms = latest;
		sorted &= log->first_ms >= latest;
		if (log->first_ms > latest)
			latest = log->first_ms;
	}
	if (sorted)
		return;
	qsort(s->logs, s->count, sizeof(*s->logs), earlier_first);
	if (!named)
		return;
	fprintf(stderr, "aunetlog: the files are read in the order of their first events, which "
		"is not that of their names\n");
}

void aunetlog_source_open(struct aunetlog_source *s,
			  const struct aunetlog_options *o)
{
	memset(s, 0, sizeof(*s));
	source_find(s, o);
	for (size_t i = 0; i < s->count; i++)
		if (s->logs[i].fd < 0)
			open_log(s, &s->logs[i]);
	sort_by_time(s, o->input_count < 2 && !s->both);
}

bool aunetlog_source_again(struct aunetlog_source *s, struct aunetlog_log *log)
{
	decompress_free(log->bytes);
	log->bytes = lseek(log->fd, log->from, SEEK_SET) < 0 ? NULL : decompress_new(log->fd);
	if (log->bytes)
		return true;
	source_complain(s, log->path, errno);
	close(log->fd);
	log->fd = -1;
	return false;
}

void aunetlog_source_close(struct aunetlog_source *s)
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->logs[i].fd > STDIN_FILENO)
			close(s->logs[i].fd);
		decompress_free(s->logs[i].bytes);
		index_file_close(s->logs[i].index);
		free(s->logs[i].path);
	}
	free(s->logs);
	memset(s, 0, sizeof(*s));
}

ssize_t aunetlog_source_read(struct aunetlog_source *s, struct aunetlog_log *log,
			     char *buf, size_t size, int wait)
{
	struct pollfd p = { .fd = log->fd, .events = POLLIN };
	ssize_t n;

	if (log->live && !poll(&p, 1, wait))
		return -EAGAIN;
	n = decompress_read(log->bytes, buf, size);
	if (n >= 0)
		return n;
	if (n == -ENODATA || n == -EBADMSG) {
		fprintf(stderr, "aunetlog: %s: %s data %s; the part before that was read\n",
			log->path, decompress_kind(log->bytes),
			n == -ENODATA ? "ends too early" : "is damaged");
		log->failed = s->failed = true;
		return 0;
	}
	log->failed = true;
	source_complain(s, log->path, -n);
	return 0;
}
