// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/checkpoint: the file of --checkpoint. */
#include "parser/query/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser/query/decompress.h"
#include "parser/query/exit_code.h"
#include "parser/query/index_file.h"

#define HEADER "aunetlog checkpoint 2\n"
#define BEFORE 256		/* bytes before the offset that must be the same */
#define STATE_MAX (1UL << 30)

static int invalid(const char *path, const char *why)
{
	fprintf(stderr, "aunetlog: --checkpoint %s: %s; remove it to start again\n", path, why);
	return AUNETLOG_CHECKPOINT_INVALID;
}

int checkpoint_invalid(const struct checkpoint *c)
{
	return invalid(c->path, "is damaged, or of another version of aunetlog");
}

static int read_state(struct checkpoint *c, FILE *f)
{
	struct stat st;
	long at = ftell(f);

	if (at < 0 || fstat(fileno(f), &st) || st.st_size < at ||
	    (size_t)(st.st_size - at) > STATE_MAX)
		return invalid(c->path, "cannot be read");
	if (!index_file_is_trusted(&st))
		return invalid(c->path, "belongs to another user, or others can write to it");
	c->state_len = st.st_size - at;
	c->state = malloc(c->state_len + 1);
	if (!c->state || fread(c->state, 1, c->state_len, f) != c->state_len)
		return invalid(c->path, "cannot be read");
	return 0;
}

int checkpoint_read(struct checkpoint *c, const char *path)
{
	FILE *f = fopen(path, "re");
	char line[64];
	int err;

	*c = (struct checkpoint){ .path = path };
	if (!f && errno == ENOENT)
		return 0;
	if (!f)
		return invalid(path, strerror(errno));
	if (!fgets(line, sizeof(line), f) || strcmp(line, HEADER) ||
	    fscanf(f, "log %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNx64, &c->device, &c->inode,
		   &c->offset, &c->before) != 4 || getc(f) != '\n')
		err = invalid(path, "is not a checkpoint of this version of aunetlog");
	else
		err = read_state(c, f);
	fclose(f);
	c->found = !err;
	return err;
}

void checkpoint_fini(struct checkpoint *c)
{
	free(c->state);
}

/* Hash of the bytes before an offset. */
static uint64_t hash_before(int fd, uint64_t offset)
{
	unsigned char bytes[BEFORE];
	size_t want = offset < BEFORE ? offset : BEFORE;
	ssize_t n = pread(fd, bytes, want, offset - want);
	uint64_t h = 14695981039346656037ULL;

	for (ssize_t i = 0; i < n; i++)
		h = (h ^ bytes[i]) * 1099511628211ULL;
	return n == (ssize_t)want ? h : 0;
}

static void leave_out(struct aunetlog_log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}

static int gone(const struct checkpoint *c, const char *why)
{
	fprintf(stderr, "aunetlog: --checkpoint %s: %s; remove it to start again, or query the "
		"missing time with -ts\n", c->path, why);
	return AUNETLOG_CHECKPOINT_GONE;
}

int checkpoint_skip(const struct checkpoint *c, struct aunetlog_source *s)
{
	size_t at = s->count;
	struct stat st;

	if (!c->found)
		return 0;
	for (size_t i = 0; i < s->count; i++)
		if (s->logs[i].fd >= 0 && !fstat(s->logs[i].fd, &st) && st.st_ino == c->inode &&
		    st.st_dev == c->device)
			at = i;
	if (at == s->count)
		return gone(c, "its log no longer exists");
	if (fstat(s->logs[at].fd, &st) || (uint64_t)st.st_size < c->offset ||
	    hash_before(s->logs[at].fd, c->offset) != c->before)
		return gone(c, "its log was overwritten");
	for (size_t i = 0; i < at; i++)
		leave_out(&s->logs[i]);
	s->logs[at].from = c->offset;
	return aunetlog_source_again(s, &s->logs[at]) ? 0 : AUNETLOG_FAILED;
}

/* The last log that was read, to its last whole line. */
static const struct aunetlog_log *last_log(const struct aunetlog_source *s)
{
	for (size_t i = s->count; i; i--)
		if (s->logs[i - 1].fd >= 0)
			return &s->logs[i - 1];
	return NULL;
}

static int cannot_write(const struct checkpoint *c, int err)
{
	fprintf(stderr, "aunetlog: --checkpoint %s: %s\n", c->path, strerror(err));
	return AUNETLOG_CHECKPOINT_FAILED;
}

static int write_file(const struct checkpoint *c, const struct aunetlog_log *log,
		      const struct stat *st, const void *state, size_t len)
{
	uint64_t at = lseek(log->fd, 0, SEEK_CUR) - log->left;
	char *path;
	bool bad;
	FILE *f;
	int fd;

	if (asprintf(&path, "%s.new", c->path) < 0)
		return cannot_write(c, ENOMEM);
	unlink(path);	/* of a run that was killed */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	bad = !f || fprintf(f, HEADER "log %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIx64 "\n",
			    (uint64_t)st->st_dev, (uint64_t)st->st_ino, at,
			    hash_before(log->fd, at)) < 0 || fwrite(state, 1, len, f) != len;
	bad |= f && fclose(f);
	bad = bad || rename(path, c->path);
	if (bad) {
		cannot_write(c, errno);
		unlink(path);
	}
	free(path);
	return bad ? AUNETLOG_CHECKPOINT_FAILED : 0;
}

int checkpoint_write(const struct checkpoint *c, const struct aunetlog_source *s,
		     const void *state, size_t len)
{
	const struct aunetlog_log *log = last_log(s);
	struct stat st;

	if (!state)
		return cannot_write(c, ENOMEM);
	if (!log || fstat(log->fd, &st))
		return cannot_write(c, EIO);
	if (decompress_kind(log->bytes)) {
		fprintf(stderr, "aunetlog: --checkpoint %s: the last log, %s, is compressed and does "
			"not grow\n", c->path, log->path);
		return AUNETLOG_CHECKPOINT_FAILED;
	}
	return write_file(c, log, &st, state, len);
}
