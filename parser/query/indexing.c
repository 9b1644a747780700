// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/indexing: makes indexes while the logs are read. */
#include "parser/query/indexing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "parser/query/exit_code.h"

#define KEPT_DAYS 30		/* an unused index is removed after this time */

/* An index in the making. */
struct making {
	struct index_writer *writer;
	struct aunetlog_log *log;
	struct index_head head;
	struct indexing_counts before;	/* when its log began */
};

struct indexing {
	struct aunetlog_source *source;
	const struct aunetlog_options *options;
	const struct indexed_host *host;
	char *directory;	/* owned */
	struct index_key chain;	/* of the audit log in front */
	struct making making[2];	/* of an audit log, and of a file of the plugin */
	bool broken;		/* audit logs after an unreadable one have no index */
	unsigned int made, had;
	int status;
};

static void complain(struct indexing *x, const char *path, int err)
{
	fprintf(stderr, "aunetlog: --index: %s: %s\n", path, strerror(err));
	x->status = AUNETLOG_FAILED;
}

/* ---- what is to be read ---- */

static bool is_own(const struct aunetlog_log *log)
{
	return log->kind == OWN_LINE || log->kind == OWN_JSON;
}

static void leave_out(struct aunetlog_log *log)
{
	close(log->fd);
	log->fd = -1;
}

/* The log that is being written, if these are the logs of a directory; a file that the user
 * names is taken to be complete. */
static bool grows(const struct aunetlog_log *log)
{
	static const char *const packed[] = { ".gz", ".zst", ".xz" };
	const char *suffix = strrchr(log->path, '.');

	for (size_t i = 0; suffix && i < sizeof(packed) / sizeof(*packed); i++)
		if (!strcmp(suffix, packed[i]))
			return false;
	return !log->named && !log->rotation;
}

static void touch(struct indexing *x, const struct aunetlog_log *log)
{
	struct index_key own;
	char *path = indexed_key(log, x->options, x->host, &own) ?
		     index_key_path(x->directory, &own) : NULL;

	if (path)
		utimensat(AT_FDCWD, path, NULL, 0);
	free(path);
	x->had++;
}

/* Logs that have an index are not read again; the state at the end of the last one is needed. */
static void leave_out_known(struct indexing *x)
{
	const struct aunetlog_log *last = indexed_last(x->source);

	for (size_t i = 0; i < x->source->count; i++) {
		struct aunetlog_log *log = &x->source->logs[i];

		if (!log->index)
			continue;
		touch(x, log);
		leave_out(log);
		if (log == last) {
			x->chain = index_file_head(log->index)->chain;
			continue;
		}
		index_file_close(log->index);
		log->index = NULL;
	}
}

/* A growing log has no index, nor have the audit logs after one. */
static void leave_out_growing(struct indexing *x)
{
	bool behind = false;

	for (size_t i = 0; i < x->source->count; i++) {
		struct aunetlog_log *log = &x->source->logs[i];

		if (log->fd < 0)
			continue;
		if (log->live || grows(log))
			behind |= !is_own(log);
		else if (is_own(log) || !behind)
			continue;
		leave_out(log);
	}
}

static bool make_directory(struct indexing *x)
{
	const char *given = x->options->index_directory;
	struct stat st;
	char *slash;

	x->directory = given ? strdup(given) : index_directory();
	if (!x->directory) {
		complain(x, "directory", ENOENT);
		return false;
	}
	slash = strrchr(x->directory, '/');
	if (!given && slash > x->directory) {	/* ~/.cache */
		*slash = 0;
		mkdir(x->directory, 0700);
		*slash = '/';
	}
	if (!mkdir(x->directory, 0700))
		return true;
	if (errno == EEXIST && !stat(x->directory, &st) && !S_ISDIR(st.st_mode))
		errno = ENOTDIR;
	else if (errno == EEXIST)
		return true;
	complain(x, x->directory, errno);
	return false;
}

struct indexing *indexing_new(struct aunetlog_source *s, const struct aunetlog_options *o,
			      const struct indexed_host *host)
{
	struct indexing *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->source = s;
	x->options = o;
	x->host = host;
	if (!make_directory(x)) {
		indexing_free(x);
		return NULL;
	}
	leave_out_growing(x);
	indexed_open(s, o, host, NULL);
	leave_out_known(x);
	return x;
}

void indexing_free(struct indexing *x)
{
	if (!x)
		return;
	for (int own = 0; own < 2; own++)
		index_writer_free(x->making[own].writer);
	free(x->directory);
	free(x);
}

/* ---- what is read ---- */

static void finish(struct indexing *x, struct making *m, const struct indexing_counts *counts)
{
	int err;

	if (!m->writer)
		return;
	if (m->log->failed) {
		x->broken |= !is_own(m->log);
	} else {
		m->head.losses = counts->losses - m->before.losses;
		m->head.prefixed = counts->prefixed - m->before.prefixed;
		err = index_writer_finish(m->writer, &m->head);
		x->made += !err;
		if (err)
			complain(x, m->log->path, -err);
		x->broken |= err && !is_own(m->log);
	}
	index_writer_free(m->writer);
	m->writer = NULL;
}

void indexing_log(struct indexing *x, struct aunetlog_log *log,
		  const struct indexing_counts *counts)
{
	bool own = is_own(log);
	struct making *m = &x->making[own];
	struct index_key key;
	char *path;

	finish(x, m, counts);
	m->before = *counts;
	if ((x->broken && !own) || !indexed_key(log, x->options, x->host, &key))
		return;
	m->log = log;
	m->head = (struct index_head){ .own = key, .kind = log->kind };
	if (!own) {
		m->head.before = x->chain;
		m->head.chain = x->chain = index_key_chain(&key, &x->chain);
	}
	path = index_key_path(x->directory, &key);
	m->writer = path ? index_writer_new(path) : NULL;
	if (!m->writer) {
		complain(x, path ? path : log->path, path ? errno : ENOMEM);
		x->broken |= !own;
	}
	free(path);
}

void indexing_entry(struct indexing *x, const struct entry *e, bool own)
{
	if (x->making[own].writer)
		index_writer_entry(x->making[own].writer, e);
}

void indexing_warning(struct indexing *x, bool own, const char *text)
{
	if (x->making[own].writer)
		index_writer_warning(x->making[own].writer, text);
}

void indexing_errors(struct indexing *x, const uint64_t audit[INPUT_ERROR_COUNT], uint64_t own)
{
	x->making[true].head.own_errors += own;
	for (int kind = 0; kind < INPUT_ERROR_COUNT; kind++)
		x->making[false].head.errors[kind] += audit[kind];
}

void indexing_refuse(struct indexing *x)
{
	x->broken = true;
	index_writer_free(x->making[false].writer);
	x->making[false].writer = NULL;
}

bool indexing_audit(const struct indexing *x)
{
	return x->making[false].writer;
}

void indexing_state(struct indexing *x, const void *state, size_t len, bool waits)
{
	struct making *m = &x->making[false];

	if (state) {
		index_writer_state(m->writer, state, len, waits);
		return;
	}
	complain(x, m->log->path, ENOMEM);
	indexing_refuse(x);
}

/* ---- the end ---- */

static void remove_old(struct indexing *x)
{
	DIR *d = opendir(x->directory);
	time_t now = time(NULL);
	struct dirent *e;
	struct stat st;

	while (d && (e = readdir(d))) {
		size_t len = strlen(e->d_name);

		if (len > 6 && !strcmp(e->d_name + len - 6, ".index") &&
		    !fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode) && st.st_mtime < now - KEPT_DAYS * 86400)
			unlinkat(dirfd(d), e->d_name, 0);
	}
	if (d)
		closedir(d);
}

int indexing_finish(struct indexing *x, const struct indexing_counts *counts)
{
	for (int own = 0; own < 2; own++)
		finish(x, &x->making[own], counts);
	remove_old(x);
	printf("%u logs indexed in %s, %u had an index\n", x->made, x->directory, x->had);
	return x->status;
}
