// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/index_file: reads an index. Its bytes are not trusted. */
#include "parser/query/index_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "parser/query/index_layout.h"

#define DIRECTORY_MAX (1u << 30)

struct index_file {
	int fd;
	uint64_t end;		/* of the blocks */
	unsigned char *directory;	/* owned */
	const struct index_head *head;
	const struct index_block *blocks;
	const uint64_t *filters;
	const char *warnings;
};

static bool read_at(int fd, void *buf, size_t len, uint64_t at)
{
	size_t done = 0;
	ssize_t n;

	while (done < len && (n = pread(fd, (char *)buf + done, len - done, at + done)) > 0)
		done += n;
	return done == len;
}

bool index_file_is_trusted(const struct stat *st)
{
	return S_ISREG(st->st_mode) && (st->st_uid == geteuid() || !st->st_uid) &&
	       !(st->st_mode & (S_IWGRP | S_IWOTH));
}

static bool read_directory(struct index_file *f, const struct index_trailer *t)
{
	unsigned char *frame;
	size_t n = 0;

	if (t->size < sizeof(struct index_head) || t->size > DIRECTORY_MAX ||
	    t->len > DIRECTORY_MAX)
		return false;
	frame = malloc(t->len);
	f->directory = malloc(t->size + 1);
	if (frame && f->directory && read_at(f->fd, frame, t->len, t->offset))
		n = ZSTD_decompress(f->directory, t->size, frame, t->len);
	free(frame);
	f->end = t->offset;
	return n == t->size;
}

static bool is_block(const struct index_file *f, const struct index_block *b)
{
	return b->offset <= f->end && (uint64_t)b->hot_len + b->cold_len <= f->end - b->offset &&
	       b->words && !(b->words & (b->words - 1)) && b->filter <= f->head->filter_words &&
	       b->words <= f->head->filter_words - b->filter;
}

/* Finds the parts of the directory. */
static bool set_parts(struct index_file *f, size_t size)
{
	const struct index_head *h = f->head = (const struct index_head *)f->directory;
	uint64_t need = sizeof(*h) + (uint64_t)h->block_count * sizeof(*f->blocks) +
			(uint64_t)h->filter_words * sizeof(*f->filters) + h->warning_len;

	if (need != size)
		return false;
	f->blocks = (const struct index_block *)(h + 1);
	f->filters = (const uint64_t *)(f->blocks + h->block_count);
	f->warnings = (const char *)(f->filters + h->filter_words);
	f->directory[size] = 0;
	for (uint32_t i = 0; i < h->block_count; i++)
		if (!is_block(f, &f->blocks[i]))
			return false;
	return true;
}

/* Returns NULL, or what is wrong with the file. */
static const char *open_parts(struct index_file *f, off_t size, const struct index_key *own)
{
	char magic[sizeof(INDEX_MAGIC)];
	struct index_trailer t;

	if (size < (off_t)(sizeof(magic) + sizeof(t)))
		return "it is cut short";
	if (!read_at(f->fd, magic, sizeof(magic), 0) || memcmp(magic, INDEX_MAGIC, sizeof(magic)))
		return "its beginning is not that of an index";
	if (!read_at(f->fd, &t, sizeof(t), size - sizeof(t)) || t.magic != INDEX_TRAILER)
		return "its end is missing";
	if (!read_directory(f, &t) || !set_parts(f, t.size))
		return "its directory cannot be read";
	return index_key_equal(&f->head->own, own) ? NULL : "it is of another log";
}

struct index_file *index_file_open(const char *path, const struct index_key *own,
				   const char **damage)
{
	struct index_file *f = calloc(1, sizeof(*f));
	struct stat st;

	*damage = NULL;
	if (!f)
		return NULL;
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (f->fd >= 0 && !fstat(f->fd, &st) && index_file_is_trusted(&st)) {
		*damage = open_parts(f, st.st_size, own);
		if (!*damage)
			return f;
	}
	index_file_close(f);
	return NULL;
}

void index_file_close(struct index_file *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	free(f->directory);
	free(f);
}

const struct index_head *index_file_head(const struct index_file *f)
{
	return f->head;
}

const struct index_block *index_file_blocks(const struct index_file *f)
{
	return f->blocks;
}

void *index_file_state(const struct index_file *f, size_t *len)
{
	void *state;

	if (f->head->state_at > f->end || f->head->state_len > f->end - f->head->state_at)
		return NULL;
	*len = f->head->state_len;
	state = malloc(*len + 1);
	if (state && read_at(f->fd, state, *len, f->head->state_at) &&
	    index_sum(state, *len, 0) == f->head->state_sum)
		return state;
	free(state);
	return NULL;
}

const char *index_file_warnings(const struct index_file *f)
{
	return f->warnings;
}

bool index_file_may_have(const struct index_file *f, const struct index_block *b, uint64_t hash)
{
	const uint64_t *filter = f->filters + b->filter;

	for (int probe = 0; probe < INDEX_PROBES; probe++) {
		uint64_t bit = index_probe(hash, probe, b->words);

		if (!(filter[bit / 64] & 1ull << bit % 64))
			return false;
	}
	return true;
}

bool index_file_read(const struct index_file *f, const struct index_block *b, void *buf)
{
	return read_at(f->fd, buf, (size_t)b->hot_len + b->cold_len, b->offset);
}
