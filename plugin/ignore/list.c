// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/ignore/list: reads the ignore list. */
#include "plugin/ignore/list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

struct text {
	const char *text; /* borrowed from its item */
	UT_hash_handle hh;
};

struct ignore_list {
	struct ignore_item *items, **end;
	unsigned int count;
	struct ignore_index index;
	struct text *texts;
};

/* ---- reading ---- */

static struct text *find_text(const struct ignore_list *l, const char *text)
{
	struct text *t;

	HASH_FIND_STR(l->texts, text, t);
	return t;
}

/* Takes the item. */
static int add_item(struct ignore_list *l, struct ignore_item *item)
{
	struct text *t;

	if (find_text(l, item->text)) {
		ignore_item_free(item);
		return 0;
	}
	*l->end = item;
	l->end = &item->next;
	l->count++;
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->text = item->text;
	HASH_ADD_KEYPTR(hh, l->texts, t->text, strlen(t->text), t);
	return ignore_index_add(&l->index, item);
}

static int add_text(struct ignore_list *l, const char *text, size_t len,
		    struct ignore_error *error)
{
	struct ignore_item *item;

	while (len && strchr(" \t\r\n", *text))
		text++, len--;
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (!len)
		return 0;
	item = ignore_item_parse(text, len, error->text, sizeof(error->text));
	if (!item)
		return *error->text ? -EINVAL : -ENOMEM;
	item->line = error->line;
	return add_item(l, item);
}

static int add_line(struct ignore_list *l, const char *line, struct ignore_error *error)
{
	int err = 0;

	line += strspn(line, " \t");
	if (*line == '#')
		return 0;
	while (!err) {
		size_t len = strcspn(line, ",");

		err = add_text(l, line, len, error);
		if (!line[len])
			break;
		line += len + 1;
	}
	return err;
}

static int read_lines(struct ignore_list *l, FILE *file, struct ignore_error *error)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int err = 0;

	while (!err && (len = getline(&line, &room, file)) > 0) {
		error->line++;
		if (strlen(line) == (size_t)len) {
			err = add_line(l, line, error);
		} else {
			snprintf(error->text, sizeof(error->text), "the line has a NUL byte");
			err = -EINVAL;
		}
	}
	free(line);
	if (!err && ferror(file)) {
		error->line = 0;
		err = -EIO;
	}
	return err;
}

struct ignore_list *ignore_list_read(FILE *file, struct ignore_error *error)
{
	struct ignore_list *l = calloc(1, sizeof(*l));
	int err = -ENOMEM;

	*error = (struct ignore_error){ 0 };
	if (l) {
		l->end = &l->items;
		err = read_lines(l, file, error);
	}
	if (!err)
		return l;
	if (err != -EINVAL)
		snprintf(error->text, sizeof(error->text), "%s", strerror(-err));
	ignore_list_free(l);
	return NULL;
}

struct ignore_list *ignore_list_open(const char *path, struct ignore_error *error)
{
	struct ignore_list *l = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); /* of a FIFO, too */
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct stat st;

	*error = (struct ignore_error){ 0 };
	if (!file || fstat(fd, &st)) {
		snprintf(error->text, sizeof(error->text), "%s", strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		snprintf(error->text, sizeof(error->text), "it is not a regular file");
	} else if ((st.st_uid && st.st_uid != geteuid()) || st.st_mode & 022) {
		snprintf(error->text, sizeof(error->text), "must belong to root and be writable "
							   "by no other user: chown root: and chmod go-w");
	} else {
		l = ignore_list_read(file, error);
	}
	if (file)
		fclose(file);
	else if (fd >= 0)
		close(fd);
	return l;
}

void ignore_list_free(struct ignore_list *l)
{
	struct text *t, *next;

	if (!l)
		return;
	ignore_index_fini(&l->index);
	HASH_ITER(hh, l->texts, t, next) {
		HASH_DEL(l->texts, t);
		free(t);
	}
	while (l->items) {
		struct ignore_item *item = l->items;

		l->items = item->next;
		ignore_item_free(item);
	}
	free(l);
}

enum ignore_decision ignore_list_decide(const struct ignore_list *l, const struct entry *e)
{
	return l && l->count ? ignore_index_decide(&l->index, e) : IGNORE_NOTHING;
}

unsigned int ignore_list_count(const struct ignore_list *l)
{
	return l ? l->count : 0;
}

const struct ignore_item *ignore_list_items(const struct ignore_list *l)
{
	return l ? l->items : NULL;
}

bool ignore_list_has(const struct ignore_list *l, const char *text)
{
	return l && find_text(l, text);
}
