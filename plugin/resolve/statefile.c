// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plugin/resolve/statefile: the state file is text. Its first line has the version and the
 * boot id; its last line counts the others, one socket each. Fields are separated by
 * blanks: numbers, ends as family:port:scope:address, and strings in hex, or "-".
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

#define MAGIC "audisp-netlog-state 3"
#define MAGIC_OLD "audisp-netlog-state 2"	/* without number and ignored */
#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define STRING_MAX 8300
#define SIZE_MAX_FILE (256 << 20)

static int read_boot(char boot[40])
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

/* ---- writing ---- */

struct saved_known {
	struct diag_known known;
	struct identity *opener;
};

struct statefile_writer {
	FILE *file;
	char *path, *fresh;		/* the file, and its name until it is complete */
	struct saved_known *all;
	size_t count, room, next;
	bool failed;			/* no memory */
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

static void put_stamp(FILE *f, const struct stamp *s)
{
	fprintf(f, " %" PRId64 " %u %" PRIu64, s->sec, s->milli, s->serial);
}

static void put_known(FILE *f, const struct diag_known *k, const struct identity *opener)
{
	static const struct identity nobody = { 0, ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN,
					   ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN };
	const struct identity *o = opener ? opener : &nobody;

	fprintf(f, "%" PRIu64 " %" PRIu64 " %" PRId64 " %d %d %d %d %d %d", k->sock.cookie,
		k->sock.ino, k->sock.netns, k->sock.proto, k->sock.family, k->listens,
		k->inbound, k->unknown_direction, k->unknown_start);
	put_end(f, &k->sock.local);
	put_end(f, &k->sock.remote);
	put_stamp(f, &k->ev);
	put_stamp(f, &k->start);
	fprintf(f, " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
		" %" PRId64, o->pid, o->ppid, o->uid, o->auid, o->ses, o->sid);
	put_string(f, o->comm);
	put_string(f, o->exe);
	put_string(f, o->subj);
	put_string(f, o->proctitle);
	fprintf(f, " %d %" PRIu32 " %" PRIu64 " %d %" PRIu32 " %" PRIu32 " %d", k->id.has_boot,
		k->id.boot, k->id.number, k->id.by_serial, k->id.nth, k->nth, k->ignored);
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
	if (w->file) {
		fclose(w->file);
		unlink(w->fresh);
	}
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
		err = read_boot(boot);
	if (!err) {
		fprintf(w->file, MAGIC " %s\n", boot);
		track_diag_each(track, copy_known, w);
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

/* ---- reading ---- */

struct saved {
	struct diag_known known;
	struct task task;
	char text[4][STRING_MAX];
};

/* The rest of a line; bad once a field was malformed. */
struct fields {
	char *at;
	bool bad;
};

static char *field(struct fields *f)
{
	char *start = f->at, *end = start + strcspn(start, " ");

	f->bad |= end == start;
	f->at = *end ? end + 1 : end;
	*end = 0;
	return start;
}

static int64_t number(struct fields *f, int64_t min, int64_t max)
{
	char *text = field(f), *end;
	int64_t v;

	errno = 0;
	v = strtoll(text, &end, 10);
	f->bad |= errno || *end || v < min || v > max;
	return v;
}

static uint64_t big_number(struct fields *f)
{
	char *text = field(f), *end;
	uint64_t v;

	errno = 0;
	v = strtoull(text, &end, 10);
	f->bad |= errno || *end || *text == '-';
	return v;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Returns the number of bytes, or -1. */
static ssize_t read_hex(const char *text, void *to, size_t size)
{
	size_t len = strlen(text);

	if (len % 2 || len / 2 > size)
		return -1;
	for (size_t i = 0; i < len / 2; i++) {
		int hi = hex_digit(text[2 * i]), lo = hex_digit(text[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return -1;
		((uint8_t *)to)[i] = hi << 4 | lo;
	}
	return len / 2;
}

static void read_end(struct fields *f, struct netaddr *a)
{
	char *text = field(f), hex[33];
	unsigned int family, port, scope;
	int used = 0;

	memset(a, 0, sizeof(*a));
	if (!strcmp(text, "-"))
		return;
	if (sscanf(text, "%u:%u:%u:%32[0-9a-f]%n", &family, &port, &scope, hex,
		   &used) != 4 || text[used] || port > 65535 ||
	    (family != AF_INET && family != AF_INET6) ||
	    read_hex(hex, a->addr, sizeof(a->addr)) != sizeof(a->addr)) {
		f->bad = true;
		return;
	}
	a->family = family;
	a->port = port;
	a->scope = scope;
	a->has_addr = a->has_port = true;
}

/* Audit-encoded text, which has no control characters. */
static const char *read_string(struct fields *f, char *to)
{
	char *text = field(f);
	ssize_t n;

	if (!strcmp(text, "-"))
		return NULL;
	n = read_hex(text, to, STRING_MAX - 1);
	if (n <= 0 || memchr(to, 0, n)) {
		f->bad = true;
		return NULL;
	}
	to[n] = 0;
	return to;
}

static struct stamp read_stamp(struct fields *f)
{
	struct stamp s;

	s.sec = number(f, 0, INT64_MAX / 1000 - 1);
	s.milli = number(f, 0, 999);
	s.serial = big_number(f);
	return s;
}

static void read_id(struct fields *f, struct diag_known *k)
{
	k->id.has_boot = number(f, 0, 1);
	k->id.boot = number(f, 0, UINT32_MAX);
	k->id.number = big_number(f);
	k->id.by_serial = number(f, 0, 1);
	k->id.nth = number(f, 0, UINT32_MAX);
	k->nth = number(f, 0, UINT32_MAX);
	k->ignored = number(f, 0, 1);
}

static bool read_saved(char *line, struct saved *e, bool old)
{
	struct diag_known *k = &e->known;
	struct fields f = { .at = line };

	memset(k, 0, sizeof(*k));
	k->sock.cookie = big_number(&f);
	k->sock.ino = big_number(&f);
	k->sock.netns = number(&f, 0, INT64_MAX);
	k->sock.proto = number(&f, -1, 65535);
	k->sock.family = number(&f, 0, 255);
	k->listens = number(&f, 0, 1);
	k->inbound = number(&f, 0, 1);
	k->unknown_direction = number(&f, 0, 1);
	k->unknown_start = number(&f, 0, 1);
	read_end(&f, &k->sock.local);
	read_end(&f, &k->sock.remote);
	k->ev = read_stamp(&f);
	k->start = read_stamp(&f);
	e->task.pid = number(&f, ID_UNKNOWN, INT32_MAX);
	e->task.ppid = number(&f, ID_UNKNOWN, INT32_MAX);
	e->task.uid = number(&f, ID_UNKNOWN, UINT32_MAX);
	e->task.auid = number(&f, ID_UNKNOWN, UINT32_MAX);
	e->task.ses = number(&f, ID_UNKNOWN, UINT32_MAX);
	e->task.sid = number(&f, ID_UNKNOWN, INT32_MAX);
	e->task.comm = read_string(&f, e->text[0]);
	e->task.exe = read_string(&f, e->text[1]);
	e->task.subj = read_string(&f, e->text[2]);
	e->task.proctitle = read_string(&f, e->text[3]);
	if (!old)
		read_id(&f, k);
	return !f.bad && !*f.at && k->sock.cookie;
}

/* Refuses a file that anybody else could have written. */
static int open_file(const char *path, FILE **file)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    st.st_mode & 022 || st.st_size > SIZE_MAX_FILE) {
		close(fd);
		return -EINVAL;
	}
	*file = fdopen(fd, "r");
	if (*file)
		return 0;
	close(fd);
	return -ENOMEM;
}

static int check_head(char *line, bool *old)
{
	char boot[40];
	int err = read_boot(boot);

	if (err)
		return err;
	*old = !strncmp(line, MAGIC_OLD " ", strlen(MAGIC_OLD) + 1);
	if (!*old && strncmp(line, MAGIC " ", strlen(MAGIC) + 1))
		return -EINVAL;
	return strcmp(line + strlen(MAGIC) + 1, boot) ? -ESTALE : 0;
}

/* Reads all lines; with fn NULL only checks them. */
static int read_lines(FILE *f, statefile_fn fn, void *arg)
{
	static struct saved e;
	unsigned int count = 0, end;
	char *line = NULL, c;
	size_t size = 0;
	int err = -EINVAL;
	bool old = false;
	ssize_t n;

	rewind(f);
	n = getline(&line, &size, f);
	if (n > 0 && line[n - 1] == '\n') {
		line[n - 1] = 0;
		err = check_head(line, &old);
	}
	while (!err) {
		n = getline(&line, &size, f);
		err = n > 0 && line[n - 1] == '\n' && !memchr(line, 0, n) ? 0 : -EINVAL;
		if (err)
			break;
		line[n - 1] = 0;
		if (sscanf(line, "end %u%c", &end, &c) == 1) {
			err = end == count && fgetc(f) == EOF ? 0 : -EINVAL;
			break;
		}
		if (!read_saved(line, &e, old))
			err = -EINVAL;
		else if (fn)
			fn(&e.known, &e.task, arg);
		count++;
	}
	free(line);
	return err;
}

int statefile_load(const char *path, statefile_fn fn, void *arg)
{
	FILE *f = NULL;
	int err = open_file(path, &f);

	if (err)
		return err;
	err = read_lines(f, NULL, NULL);
	if (!err)
		err = read_lines(f, fn, arg);
	fclose(f);
	return err;
}
