// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/rotate: renames and deletes the old files of a log. */
#include "plugin/output/rotate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OLD_MAX 4096	/* files; the limits keep them far below */
#define DAY_S 86400

/* A file that was rotated. */
struct old {
	unsigned int number;
	char suffix[16];	/* "" or ".zst" */
	uint64_t size;
	time_t written;
	uint64_t ino;
};

struct old_files {
	int dir;
	const char *base;	/* name of the log in dir */
	struct old *at;		/* largest number first */
	size_t count;
};

static bool same_day(time_t a, time_t b)
{
	struct tm x, y;

	return localtime_r(&a, &x) && localtime_r(&b, &y) && x.tm_yday == y.tm_yday &&
	       x.tm_year == y.tm_year;
}

bool rotate_is_due(const struct rotate_limits *l, uint64_t size, time_t written, time_t now)
{
	return size && (size >= l->file || !same_day(written, now));
}

/* NAME.N or NAME.N.SUFFIX */
static bool is_old(const char *name, const char *base, struct old *o)
{
	size_t len = strlen(base);
	unsigned long number;
	char *end;

	if (strncmp(name, base, len) || name[len] != '.' || name[len + 1] < '1' ||
	    name[len + 1] > '9')
		return false;
	number = strtoul(name + len + 1, &end, 10);
	if (number >= INT_MAX || (*end && *end != '.') || strlen(end) >= sizeof(o->suffix))
		return false;
	o->number = number;
	strcpy(o->suffix, end);
	return true;
}

static void name_of(const struct old_files *f, const struct old *o, unsigned int number,
		    char name[NAME_MAX + 1])
{
	snprintf(name, NAME_MAX + 1, "%s.%u%s", f->base, number, o->suffix);
}

static int larger_first(const void *a, const void *b)
{
	const struct old *x = a, *y = b;

	return (x->number < y->number) - (x->number > y->number);
}

static void close_files(struct old_files *f)
{
	if (f->dir >= 0)
		close(f->dir);
	free(f->at);
}

static int list(struct old_files *f)
{
	int fd = openat(f->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	struct stat st;

	if (!d)
		return -errno;
	while (f->count < OLD_MAX && (e = readdir(d))) {
		struct old *o = &f->at[f->count];

		if (!is_old(e->d_name, f->base, o) ||
		    fstatat(f->dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode))
			continue;
		o->size = st.st_size;
		o->written = st.st_mtime;
		o->ino = st.st_ino;
		f->count++;
	}
	closedir(d);
	qsort(f->at, f->count, sizeof(*f->at), larger_first);
	return 0;
}

/* path must outlive *f. Undone with close_files() in any case. */
static int open_files(struct old_files *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];

	*f = (struct old_files){ .dir = -1, .base = slash ? slash + 1 : path };
	f->at = calloc(OLD_MAX, sizeof(*f->at));
	if (!f->at)
		return -ENOMEM;
	snprintf(dir, sizeof(dir), "%.*s", slash && slash > path ? (int)(slash - path) : 1,
		 slash ? path : ".");
	f->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return f->dir < 0 ? -errno : list(f);
}

int rotate_shift(const char *path)
{
	char from[NAME_MAX + 1], to[NAME_MAX + 1];
	struct old_files f;
	int err = open_files(&f, path);

	if (!err && faccessat(f.dir, f.base, F_OK, AT_SYMLINK_NOFOLLOW))
		err = -errno;
	for (size_t i = 0; i < f.count && !err; i++) {
		name_of(&f, &f.at[i], f.at[i].number, from);
		name_of(&f, &f.at[i], f.at[i].number + 1, to);
		if (renameat(f.dir, from, f.dir, to))
			err = -errno;
	}
	snprintf(to, sizeof(to), "%s.1", f.base);
	if (!err && renameat(f.dir, f.base, f.dir, to))
		err = -errno;
	close_files(&f);
	return err;
}

bool rotate_find_plain(const char *path, uint64_t ino, unsigned int *number)
{
	struct old_files f;
	bool found = false;

	if (!open_files(&f, path))
		for (size_t i = 0; i < f.count && !found; i++) {
			found = !*f.at[i].suffix && (!ino || f.at[i].ino == ino);
			*number = f.at[i].number;
		}
	close_files(&f);
	return found;
}

int rotate_prune(const char *path, const struct rotate_limits *l, time_t now)
{
	uint64_t total = l->file;	/* what the current one may become */
	char name[NAME_MAX + 1];
	struct old_files f;
	int err = open_files(&f, path);

	for (size_t i = 0; i < f.count; i++)
		total += f.at[i].size;
	for (size_t i = 0; i < f.count; i++) {
		const struct old *o = &f.at[i];

		if (total <= l->total && now - o->written <= (time_t)l->days * DAY_S)
			continue;
		name_of(&f, o, o->number, name);
		if (!unlinkat(f.dir, name, 0))
			total -= o->size;
		else if (!err)
			err = -errno;
	}
	close_files(&f);
	return err;
}
