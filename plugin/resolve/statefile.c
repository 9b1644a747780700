// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plugin/resolve/statefile: the state file is text. Its first line has the version and the
 * boot id; its last line counts the others, one socket each. Fields are separated by
 * blanks: numbers, ends as family:port:scope:address, and strings in hex; unknown is "-".
 */
#include "plugin/resolve/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

int statefile_boot(char boot[40])
{
	FILE *f = fopen(BOOT_ID, "re");
	bool good = f && fgets(boot, 40, f);

	if (f)
		fclose(f);
	if (!good)
		return -EIO;
	boot[strcspn(boot, "\n")] = 0;
	return 0;
}

struct saved_known {
	struct diag_known known;
	struct identity *opener;
};

struct statefile_writer {
	FILE *file;
	char *path, *fresh; /* the file, and its name until it is complete */
	struct saved_known *all;
	size_t count, room, next;
	bool failed; /* no memory */
};

static void put_hex(FILE *f, const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *b = bytes;

	for (size_t i = 0; i < len; i++) {
		putc_unlocked(digits[b[i] >> 4], f);
		putc_unlocked(digits[b[i] & 15], f);
	}
}

static void put_end(FILE *f, const struct netaddr *a)
{
	if (!a->has_addr) {
		fputs(" -", f);
		return;
	}
	fprintf(f, " %u:%u:%u:", a->family, a->port, a->scope);
	put_hex(f, a->addr, sizeof(a->addr));
}

static void put_string(FILE *f, const char *s)
{
	putc_unlocked(' ', f);
	if (s && *s)
		put_hex(f, s, strlen(s));
	else
		putc_unlocked('-', f);
}

static void put_optional(FILE *f, const struct optional *v)
{
	if (v->known)
		fprintf(f, " %" PRId64, v->number);
	else
		fputs(" -", f);
}

static void put_stamp(FILE *f, const struct stamp *s)
{
	fprintf(f, " %" PRId64 " %u %" PRIu64, s->sec, s->milli, s->serial);
}

static void put_known(FILE *f, const struct diag_known *k, const struct identity *opener)
{
	const struct identity *o = opener ? opener : identity_unknown();

	fprintf(f, "%" PRIu64 " %" PRIu64 " %" PRId64 " %d %d %d %d %d %d", k->sock.cookie,
		k->sock.ino, k->sock.netns, k->sock.proto, k->sock.family, k->listens,
		k->inbound, k->unknown_direction, k->unknown_start);
	put_end(f, &k->sock.local);
	put_end(f, &k->sock.remote);
	put_stamp(f, &k->ev);
	put_stamp(f, &k->start);
	fprintf(f, " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64,
		o->pid, o->ppid, o->uid, o->auid, o->ses, o->sid);
	put_string(f, o->comm);
	put_string(f, o->exe);
	put_string(f, o->subj);
	put_string(f, o->proctitle);
	fprintf(f, " %d %" PRIu32 " %" PRIu64 " %d %" PRIu32 " %" PRIu32 " %d", k->id.has_boot,
		k->id.boot, k->id.number, k->id.by_serial, k->id.nth, k->nth, k->ignored);
	put_optional(f, &o->egid);
	put_optional(f, &o->cgroup);
	put_string(f, o->pcomm);
	putc_unlocked('\n', f);
}

static void copy_known(const struct diag_known *k, const struct identity *opener, void *arg)
{
	struct statefile_writer *w = arg;
	size_t more = w->room ? w->room * 2 : 256;
	struct saved_known *all;

	if (w->count == w->room) {
		all = reallocarray(w->all, more, sizeof(*all));
		if (!all) {
			w->failed = true;
			return;
		}
		w->all = all;
		w->room = more;
	}
	w->all[w->count++] = (struct saved_known){
		.known = *k,
		.opener = opener ? identity_get((struct identity *)opener) : NULL,
	};
}

static int create(struct statefile_writer *w, const char *path)
{
	int fd;

	w->path = strdup(path);
	if (!w->path || asprintf(&w->fresh, "%s.new", path) < 0) {
		w->fresh = NULL;
		return -ENOMEM;
	}
	unlink(w->fresh);
	fd = open(w->fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	w->file = fdopen(fd, "w");
	if (w->file)
		return 0;
	close(fd);
	return -ENOMEM;
}

static void free_writer(struct statefile_writer *w)
{
	for (; w->next < w->count; w->next++)
		if (w->all[w->next].opener)
			identity_put(w->all[w->next].opener);
	free(w->all);
	free(w->path);
	free(w->fresh);
	free(w);
}

void statefile_abandon(struct statefile_writer *w)
{
	if (!w)
		return;
	if (w->file)
		fclose(w->file);
	if (w->fresh)
		unlink(w->fresh);
	free_writer(w);
}

struct statefile_writer *statefile_begin(const char *path, const struct track *track)
{
	struct statefile_writer *w = calloc(1, sizeof(*w));
	char boot[40];
	int err;

	if (!w)
		return NULL;
	err = create(w, path);
	if (!err)
		err = statefile_boot(boot);
	if (!err) {
		fprintf(w->file, STATEFILE_MAGIC " %s\n", boot);
		track_diag_each(track, copy_known, w);
		track_kernel_each(track, copy_known, w);
		err = w->failed ? -ENOMEM : 0;
	}
	if (!err)
		return w;
	statefile_abandon(w);
	errno = -err;
	return NULL;
}

static int put_in_place(struct statefile_writer *w)
{
	int err;

	fprintf(w->file, "end %zu\n", w->count);
	err = fflush(w->file) || ferror(w->file) ? -EIO : 0;
	if (fclose(w->file) && !err)
		err = -errno;
	w->file = NULL;
	if (!err && rename(w->fresh, w->path))
		err = -errno;
	if (err)
		unlink(w->fresh);
	free_writer(w);
	return err;
}

int statefile_write(struct statefile_writer *w, const struct slice *slice)
{
	while (w->next < w->count) {
		struct saved_known *s = &w->all[w->next++];

		put_known(w->file, &s->known, s->opener);
		if (s->opener)
			identity_put(s->opener);
		if (slice && slice_over(slice))
			return 1;
	}
	return put_in_place(w);
}

int statefile_save(const char *path, const struct track *track)
{
	struct statefile_writer *w = statefile_begin(path, track);

	return w ? statefile_write(w, NULL) : -errno;
}
