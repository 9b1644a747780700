// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/statefile_load: reads the state file, or refuses it as a whole. */
#include "plugin/resolve/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION_OLDEST 2 /* without number and ignored */
#define VERSION_BPF 4	 /* since then with egid, cgroup and pcomm */
#define VERSION_AT (sizeof(STATEFILE_MAGIC) - 2)
#define STRING_MAX 8300
#define SIZE_MAX_FILE (256 << 20)

struct saved {
	struct diag_known known;
	struct task task;
	char text[5][STRING_MAX];
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
		   &used) != 4 ||
	    text[used] || port > 65535 ||
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

static struct optional read_optional(struct fields *f, int64_t min, int64_t max)
{
	if (*f->at == '-' && (!f->at[1] || f->at[1] == ' ')) {
		field(f);
		return (struct optional){ false };
	}
	return (struct optional){ true, number(f, min, max) };
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

static void read_of_bpf(struct fields *f, struct saved *e)
{
	e->task.egid = read_optional(f, 0, UINT32_MAX);
	e->task.cgroup = read_optional(f, INT64_MIN, INT64_MAX);
	e->task.pcomm = read_string(f, e->text[4]);
}

static bool read_saved(char *line, struct saved *e, int version)
{
	struct diag_known *k = &e->known;
	struct fields f = { .at = line };

	memset(k, 0, sizeof(*k));
	memset(&e->task, 0, sizeof(e->task));
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
	if (version > VERSION_OLDEST)
		read_id(&f, k);
	if (version >= VERSION_BPF)
		read_of_bpf(&f, e);
	return !f.bad && !*f.at && (k->sock.cookie || k->sock.ino);
}

/* Refuses a file that another user could have written. */
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

/* version: the digit of STATEFILE_MAGIC, or of an older one. */
static int check_head(char *line, int *version)
{
	char boot[40];
	int err = statefile_boot(boot);

	if (err)
		return err;
	if (strncmp(line, STATEFILE_MAGIC, VERSION_AT) || line[VERSION_AT] < '0' + VERSION_OLDEST ||
	    line[VERSION_AT] > STATEFILE_MAGIC[VERSION_AT] || line[VERSION_AT + 1] != ' ')
		return -EINVAL;
	*version = line[VERSION_AT] - '0';
	return strcmp(line + VERSION_AT + 2, boot) ? -ESTALE : 0;
}

/* Reads all lines; with fn NULL only checks them. */
static int read_lines(FILE *f, statefile_fn fn, void *arg)
{
	static struct saved e;
	unsigned int count = 0, end;
	char *line = NULL, c;
	size_t size = 0;
	int err = -EINVAL;
	int version = 0;
	ssize_t n;

	rewind(f);
	n = getline(&line, &size, f);
	if (n > 0 && line[n - 1] == '\n') {
		line[n - 1] = 0;
		err = check_head(line, &version);
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
		if (!read_saved(line, &e, version))
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
