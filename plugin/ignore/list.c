// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/ignore/list: the ignore list and its index. */
#include "plugin/ignore/list.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

#include "parser/text.h"

#define LENGTHS 129 /* of a prefix: 0 to 128 */

/* Entries of one program and one network. */
struct net_key {
	uint8_t family, prefix; /* 0, 0: entries without an address */
	uint8_t addr[16];
};

struct net {
	struct net_key key;
	struct member *members;
	UT_hash_handle hh;
};

struct member {
	const struct ignore_item *item;
	struct member *next;
};

/* Entries of one program. */
struct program {
	const char *exe; /* borrowed from an item; "": any program */
	struct net *nets;
	/* which lengths of prefixes there are */
	uint8_t lengths[2][LENGTHS];
	unsigned int length_count[2];
	UT_hash_handle hh;
};

struct text {
	const char *text; /* borrowed from its item */
	UT_hash_handle hh;
};

struct ignore_list {
	struct ignore_item *items, **end;
	unsigned int count;
	struct program *programs;
	struct text *texts;
};

/* ---- the index ---- */

static struct program *find_program(const struct ignore_list *l, const char *exe)
{
	struct program *p;

	HASH_FIND_STR(l->programs, exe, p);
	return p;
}

static struct program *get_program(struct ignore_list *l, const char *exe)
{
	struct program *p = find_program(l, exe);

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->exe = exe;
	HASH_ADD_KEYPTR(hh, l->programs, p->exe, strlen(p->exe), p);
	return p;
}

/* The address with all bits after the prefix cleared. */
static void set_key(struct net_key *key, const struct netaddr *a, unsigned int prefix)
{
	unsigned int whole = prefix / 8, rest = prefix % 8;

	memset(key, 0, sizeof(*key));
	key->family = a->family;
	key->prefix = prefix;
	memcpy(key->addr, a->addr, whole);
	if (rest)
		key->addr[whole] = a->addr[whole] & (0xff00 >> rest);
}

static void note_length(struct program *p, uint8_t family, uint8_t prefix)
{
	unsigned int which = family == AF_INET6;

	for (unsigned int i = 0; i < p->length_count[which]; i++)
		if (p->lengths[which][i] == prefix)
			return;
	p->lengths[which][p->length_count[which]++] = prefix;
}

static struct net *get_net(struct program *p, const struct ignore_item *item)
{
	struct net_key key = { 0 };
	struct net *n;

	if (item->has_net) {
		set_key(&key, &item->net.addr, item->net.prefix);
		note_length(p, key.family, key.prefix);
	}
	HASH_FIND(hh, p->nets, &key, sizeof(key), n);
	if (n)
		return n;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->key = key;
	HASH_ADD(hh, p->nets, key, sizeof(n->key), n);
	return n;
}

static int index_item(struct ignore_list *l, const struct ignore_item *item)
{
	struct program *p = get_program(l, item->exe ? item->exe : "");
	struct net *n = p ? get_net(p, item) : NULL;
	struct member *m = n ? malloc(sizeof(*m)) : NULL;

	if (!m)
		return -ENOMEM;
	m->item = item;
	m->next = n->members;
	n->members = m;
	return 0;
}

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
	return index_item(l, item);
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

/* ---- freeing ---- */

static void free_program(struct program *p)
{
	struct net *n, *next;

	HASH_ITER(hh, p->nets, n, next) {
		HASH_DEL(p->nets, n);
		while (n->members) {
			struct member *m = n->members;

			n->members = m->next;
			free(m);
		}
		free(n);
	}
	free(p);
}

void ignore_list_free(struct ignore_list *l)
{
	struct program *p, *next_program;
	struct text *t, *next_text;

	if (!l)
		return;
	HASH_ITER(hh, l->programs, p, next_program) {
		HASH_DEL(l->programs, p);
		free_program(p);
	}
	HASH_ITER(hh, l->texts, t, next_text) {
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

/* ---- deciding ---- */

static enum ignore_decision of_net(const struct program *p, const struct net_key *key,
				   const struct entry *e)
{
	enum ignore_decision d = IGNORE_NOTHING;
	struct net *n;

	HASH_FIND(hh, p->nets, key, sizeof(*key), n);
	for (const struct member *m = n ? n->members : NULL; m; m = m->next) {
		if (!ignore_item_holds(m->item, e))
			continue;
		if (m->item->keep)
			return IGNORE_KEEP;
		d = IGNORE_DROP;
	}
	return d;
}

static enum ignore_decision stronger(enum ignore_decision a, enum ignore_decision b)
{
	return a > b ? a : b;
}

static enum ignore_decision of_program(const struct program *p, const struct entry *e)
{
	unsigned int which = e->remote.family == AF_INET6;
	struct net_key key = { 0 };
	enum ignore_decision d;

	if (!p)
		return IGNORE_NOTHING;
	d = of_net(p, &key, e);
	if (entry_is_listen(e) || !e->remote.has_addr)
		return d;
	for (unsigned int i = 0; i < p->length_count[which]; i++) {
		set_key(&key, &e->remote, p->lengths[which][i]);
		d = stronger(d, of_net(p, &key, e));
	}
	return d;
}

enum ignore_decision ignore_list_decide(const struct ignore_list *l, const struct entry *e)
{
	char exe[PATH_MAX + 1];
	enum ignore_decision d;
	size_t len;

	if (!l || !l->count)
		return IGNORE_NOTHING;
	d = of_program(find_program(l, ""), e);
	if (!e->identity->exe)
		return d;
	len = audit_text(e->identity->exe, exe, sizeof(exe));
	if (!len || strlen(exe) != len)
		return d;
	return stronger(d, of_program(find_program(l, exe), e));
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
