// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/index_write: writes an index. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser/query/index_file.h"
#include "parser/query/index_layout.h"
#include "parser/query/packed.h"

#define HASHES 4		/* of an entry: both addresses, process and opener */
#define BITS 12			/* of a filter, for each hash */
#define WARNINGS_MAX (1u << 20)

struct index_writer {
	char *path, *new_path;
	FILE *file;
	int err;		/* the first one, negative */
	uint64_t state_at, state_len, state_sum;
	bool waits;
	uint64_t at, entries;
	struct index_encoder *encoder;
	struct index_frames frames;
	struct index_bytes blocks, filters, warnings;
	uint64_t hashes[INDEX_BLOCK * HASHES];
	unsigned int hash_count;
};

uint64_t index_hash_address(uint8_t family, const uint8_t addr[16])
{
	uint64_t h = 14695981039346656037ULL ^ family;

	for (int i = 0; i < 16; i++)
		h = (h ^ addr[i]) * 1099511628211ULL;
	return h ^ h >> 29;
}

uint64_t index_hash_pid(int64_t pid)
{
	uint64_t h = (pid + 1) * 0x9e3779b97f4a7c15ULL;

	return h ^ h >> 31;
}

static void put(struct index_writer *w, const void *data, size_t len)
{
	if (!w->err && fwrite(data, 1, len, w->file) != len)
		w->err = -errno;
	w->at += len;
}

struct index_writer *index_writer_new(const char *path)
{
	struct index_writer *w = calloc(1, sizeof(*w));
	int fd;

	if (!w)
		return NULL;
	w->path = strdup(path);
	if (asprintf(&w->new_path, "%s.XXXXXX", path) < 0)
		w->new_path = NULL;
	w->encoder = index_encoder_new();
	if (!w->path || !w->new_path || !w->encoder) {
		index_writer_free(w);
		errno = ENOMEM;
		return NULL;
	}
	fd = mkostemp(w->new_path, O_CLOEXEC);
	w->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!w->file) {
		int err = errno;

		if (fd >= 0)
			close(fd);
		index_writer_free(w);
		errno = err;
		return NULL;
	}
	put(w, INDEX_MAGIC, sizeof(INDEX_MAGIC));
	return w;
}

void index_writer_free(struct index_writer *w)
{
	if (!w)
		return;
	if (w->file && w->new_path) {
		fclose(w->file);
		unlink(w->new_path);
	}
	index_encoder_free(w->encoder);
	index_bytes_fini(&w->frames.hot);
	index_bytes_fini(&w->frames.cold);
	index_bytes_fini(&w->blocks);
	index_bytes_fini(&w->filters);
	index_bytes_fini(&w->warnings);
	free(w->path);
	free(w->new_path);
	free(w);
}

/* ---- blocks ---- */

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static unsigned int distinct(uint64_t *hashes, unsigned int count)
{
	unsigned int n = 0;

	qsort(hashes, count, sizeof(*hashes), compare);
	for (unsigned int i = 0; i < count; i++)
		if (!n || hashes[n - 1] != hashes[i])
			hashes[n++] = hashes[i];
	return n;
}

static bool add_filter(struct index_writer *w, struct index_block *b)
{
	unsigned int n = distinct(w->hashes, w->hash_count), words = 1;
	uint64_t *filter;
	bool done;

	while (words * 64 < n * BITS)
		words *= 2;
	filter = calloc(words, sizeof(*filter));
	if (!filter)
		return false;
	for (unsigned int i = 0; i < n; i++)
		for (int probe = 0; probe < INDEX_PROBES; probe++) {
			uint64_t bit = index_probe(w->hashes[i], probe, words);

			filter[bit / 64] |= 1ull << bit % 64;
		}
	b->filter = w->filters.len / sizeof(*filter);
	b->words = words;
	done = index_bytes_add(&w->filters, filter, words * sizeof(*filter));
	free(filter);
	return done;
}

static void end_block(struct index_writer *w)
{
	struct index_frames *f = &w->frames;
	struct index_block b;

	if (index_encoder_end(w->encoder, f)) {
		w->err = w->err ? w->err : -ENOMEM;
		return;
	}
	if (!f->count)
		return;
	b = (struct index_block){
		.offset = w->at, .count = f->count, .identities = f->identities,
		.addresses = f->addresses, .from = f->from, .to = f->to,
		.hot_len = f->hot.len, .cold_len = f->cold.len,
		.hot_size = f->hot_size, .cold_size = f->cold_size,
		.unknown = (f->no_local ? INDEX_LOCAL_UNKNOWN : 0) |
			   (f->no_remote ? INDEX_REMOTE_UNKNOWN : 0),
	};
	b.sum = index_sum(f->cold.at, f->cold.len, index_sum(f->hot.at, f->hot.len, 0));
	put(w, f->hot.at, f->hot.len);
	put(w, f->cold.at, f->cold.len);
	if (!add_filter(w, &b) || !index_bytes_add(&w->blocks, &b, sizeof(b)))
		w->err = -ENOMEM;
	w->hash_count = 0;
}

static void add_address(struct index_writer *w, const struct netaddr *a)
{
	if (a->has_addr)
		w->hashes[w->hash_count++] = index_hash_address(a->family, a->addr);
}

void index_writer_entry(struct index_writer *w, const struct entry *e)
{
	int err;

	if (!w->err && !index_encoder_fits(w->encoder, e))
		end_block(w);
	if (w->err)
		return;
	add_address(w, &e->local);
	add_address(w, &e->remote);
	w->hashes[w->hash_count++] = index_hash_pid(e->identity->pid);
	if (e->opener >= 0)
		w->hashes[w->hash_count++] = index_hash_pid(e->opener);
	err = index_encoder_put(w->encoder, e);
	if (err)
		w->err = err;
	w->entries++;
}

void index_writer_warning(struct index_writer *w, const char *text)
{
	if (w->warnings.len > WARNINGS_MAX || !index_bytes_add(&w->warnings, text, strlen(text)))
		w->err = w->err ? w->err : -ENOMEM;
}

void index_writer_state(struct index_writer *w, const void *state, size_t len, bool waits)
{
	end_block(w);
	w->state_at = w->at;
	w->state_len = len;
	w->state_sum = index_sum(state, len, 0);
	w->waits = waits;
	put(w, state, len);
}

/* ---- the end ---- */

/* Writes one frame. Returns its length. */
static size_t put_frame(struct index_writer *w, const void *data, size_t len)
{
	size_t n = 0;
	void *frame = packed_new(data, len, &n);

	if (!frame)
		w->err = w->err ? w->err : -ENOMEM;
	else
		put(w, frame, n);
	free(frame);
	return w->err ? 0 : n;
}

static void put_directory(struct index_writer *w, const struct index_head *head)
{
	struct index_trailer trailer = { .offset = w->at, .magic = INDEX_TRAILER };
	struct index_bytes raw = { 0 };

	if (!index_bytes_add(&raw, head, sizeof(*head)) ||
	    !index_bytes_add(&raw, w->blocks.at, w->blocks.len) ||
	    !index_bytes_add(&raw, w->filters.at, w->filters.len) ||
	    !index_bytes_add(&raw, w->warnings.at, w->warnings.len))
		w->err = -ENOMEM;
	trailer.len = put_frame(w, raw.at, raw.len);
	trailer.size = raw.len;
	put(w, &trailer, sizeof(trailer));
	index_bytes_fini(&raw);
}

int index_writer_finish(struct index_writer *w, const struct index_head *head)
{
	struct index_head h = *head;

	end_block(w);
	h.block_count = w->blocks.len / sizeof(struct index_block);
	h.filter_words = w->filters.len / sizeof(uint64_t);
	h.warning_len = w->warnings.len;
	h.entries = w->entries;
	h.state_at = w->state_at;
	h.state_len = w->state_len;
	h.state_sum = w->state_sum;
	h.waits = w->waits;
	if (!w->err)
		put_directory(w, &h);
	if (!w->err && (fflush(w->file) || fsync(fileno(w->file))))
		w->err = -errno;
	if (!w->err && rename(w->new_path, w->path))
		w->err = -errno;
	if (!w->err) {
		fclose(w->file);
		w->file = NULL;
	}
	return w->err;
}
