// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/source_find: which files aunetlog reads, by the command line and auditd's and the
 * plugin's configuration. */
#include "parser/query/source_find.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser/query/decompress.h"

#define LOG_NAME "audit.log"
#define OWN_NAME "netlog.log"
#define BUILTIN_LOG "/var/log/audit/" LOG_NAME
#define BUILTIN_OWN_LOG "/var/log/audit-netlog/netlog.log"

void source_complain(struct aunetlog_source *s, const char *path, int err)
{
	const char *hint = "";

	if ((err == EACCES || err == EPERM) && geteuid())
		hint = "; run aunetlog as root, or name a log that you may read "
		       "with -if";
	fprintf(stderr, "aunetlog: %s: %s%s\n", path, strerror(err), hint);
	s->failed = true;
}

static struct aunetlog_log *add(struct aunetlog_source *s, const char *path,
				unsigned long rotation)
{
	struct aunetlog_log *logs = reallocarray(s->logs, s->count + 1,
						 sizeof(*logs)), *log;
	char *copy = strdup(path);

	if (logs)
		s->logs = logs;
	if (!logs || !copy) {
		free(copy);
		source_complain(s, path, ENOMEM);
		return NULL;
	}
	log = &logs[s->count++];
	*log = (struct aunetlog_log){ .path = copy, .fd = -1, .rotation = rotation,
				      .first_ms = -1 };
	return log;
}

int source_older_first(const void *a, const void *b)
{
	const struct aunetlog_log *x = a, *y = b;

	return (x->rotation < y->rotation) - (x->rotation > y->rotation);
}

static bool is_packed_suffix(const char *s)
{
	return !*s || !strcmp(s, ".gz") || !strcmp(s, ".zst") || !strcmp(s, ".xz");
}

/* audit.log, audit.log.N, audit.log-20261128, and these with .gz, .zst or .xz: the N, or
 * 0. -1: the name is not of that form. */
static long rotation_of(const char *name, const char *base)
{
	size_t n = strlen(base), digits;

	if (strncmp(name, base, n))
		return -1;
	if (is_packed_suffix(name + n))
		return 0;
	digits = strspn(name + n + 1, "0123456789");
	if ((name[n] != '.' && name[n] != '-') || !digits || digits > 9 ||
	    !is_packed_suffix(name + n + 1 + digits))
		return -1;
	return name[n] == '.' ? atol(name + n + 1) : 1;
}

/* Adds the logs among the files in dir whose name starts with base; reports the others. */
static void add_named(struct aunetlog_source *s, const char *dir,
		      const char *base, const char *name)
{
	long rotation = rotation_of(name, base);
	char *path;

	if (strncmp(name, base, strlen(base)))
		return;
	if (asprintf(&path, "%s%s%s", dir,
		     dir[strlen(dir) - 1] == '/' ? "" : "/", name) < 0) {
		source_complain(s, name, ENOMEM);
		return;
	}
	if (rotation >= 0)
		add(s, path, rotation);
	else
		fprintf(stderr, "aunetlog: %s: not read; rotations are named %s.1, "
			"%s.2.gz, %s-20261128.xz and so on\n", path, base, base, base);
	free(path);
}

/* second: the name to use if there is no base; or NULL. */
static void add_directory(struct aunetlog_source *s, const char *dir,
			  const char *base, const char *second)
{
	size_t before = s->count;
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d) {
		source_complain(s, dir, errno);
		return;
	}
	while ((e = readdir(d)))
		add_named(s, dir, base, e->d_name);
	closedir(d);
	if (s->count > before) {
		qsort(s->logs + before, s->count - before, sizeof(*s->logs), source_older_first);
		return;
	}
	if (second) {
		add_directory(s, dir, second, NULL);
		return;
	}
	fprintf(stderr, "aunetlog: %s: no %s in it\n", dir,
		strcmp(base, OWN_NAME) ? base : LOG_NAME " and no " OWN_NAME);
	s->failed = true;
}

/* The value of "KEY = /path" in a line of a configuration file, or NULL. */
static char *path_value(char *line, const char *name)
{
	char *save = NULL, *key = strtok_r(line, " \t\n", &save);
	char *equals = strtok_r(NULL, " \t\n", &save);
	char *value = strtok_r(NULL, " \t\n", &save);

	if (!key || strcasecmp(key, name) || !equals || strcmp(equals, "="))
		return NULL;
	return value;
}

static char *configured_log(const char *conf)
{
	FILE *f = fopen(conf, "re");
	char *line = NULL, *value, *found = NULL;
	size_t size = 0;

	if (!f) {
		fprintf(stderr, "aunetlog: %s: %s; assuming the log is %s\n", conf,
			strerror(errno), BUILTIN_LOG);
		return strdup(BUILTIN_LOG);
	}
	while (getline(&line, &size, f) > 0) {
		value = path_value(line, "log_file");
		if (!value)
			continue;
		free(found);
		found = strdup(value);
	}
	free(line);
	fclose(f);
	return found ? found : strdup(BUILTIN_LOG);
}

static void add_configured(struct aunetlog_source *s, const char *conf)
{
	char *path = configured_log(conf), *slash = path ? strrchr(path, '/') : NULL;

	if (!path) {
		source_complain(s, conf, ENOMEM);
	} else if (!slash || slash == path) {
		fprintf(stderr, "aunetlog: %s: log_file = %s: not a path in a "
			"directory\n", conf, path);
		s->failed = true;
	} else {
		*slash = 0;
		add_directory(s, path, slash + 1, NULL);
	}
	free(path);
}

/* The file that the plugin writes, by its configuration: that of [log], or if this is off
 * that of [output]; NULL: none. Owned. */
char *source_own_log(const char *conf)
{
	FILE *f = fopen(conf, "re");
	char *line = NULL, *output = NULL, *log = strdup(BUILTIN_OWN_LOG), **to = NULL;
	size_t size = 0;

	while (f && getline(&line, &size, f) > 0) {
		const char *value, *key = line + strspn(line, " \t");

		if (*key == '[')
			to = !strncmp(key, "[log]", 5) ? &log :
			     !strncmp(key, "[output]", 8) ? &output : NULL;
		if (!to || strncmp(key, "file", 4) || !strchr(" \t=", key[4]))
			continue;
		free(*to);
		value = strchr(key, '=') ? strchr(key, '=') + 1 : "";
		value += strspn(value, " \t");
		*to = *value == '/' ? strndup(value, strcspn(value, " \t\n")) : NULL;
	}
	free(line);
	if (f)
		fclose(f);
	if (!log)
		return output;
	free(output);
	return log;
}

/* An unreadable file is skipped silently: the audit log has the same entries. */
static void add_own(struct aunetlog_source *s, const char *conf)
{
	char *path = source_own_log(conf), *slash = path ? strrchr(path, '/') : NULL;
	size_t before = s->count;

	if (path && slash > path && !access(path, R_OK)) {
		*slash = 0;
		add_directory(s, path, slash + 1, NULL);
	}
	for (size_t i = before; i < s->count; i++)
		s->logs[i].own = true;
	s->both = s->count > before && before;
	free(path);
}

static void add_stdin(struct aunetlog_source *s)
{
	struct aunetlog_log *log = add(s, "stdin", 0);

	if (!log)
		return;
	log->fd = STDIN_FILENO;
	log->live = true;
	log->bytes = decompress_new(STDIN_FILENO);
	if (!log->bytes)
		log->fd = -1;
}

static void add_file(struct aunetlog_source *s, const char *path)
{
	struct aunetlog_log *log = add(s, path, 0);

	if (log)
		log->named = true;
}

static void add_input(struct aunetlog_source *s, const char *path)
{
	struct stat st;

	if (!strcmp(path, "-"))
		add_stdin(s);
	else if (stat(path, &st) < 0)
		source_complain(s, path, errno);
	else if (S_ISDIR(st.st_mode))
		add_directory(s, path, LOG_NAME, OWN_NAME);
	else
		add_file(s, path);
}

static bool is_pipe(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISFIFO(st.st_mode);
}

/*
 * An empty pipe (as in a cron job) is no input: the configured logs are read. A pipe that has
 * no data yet may be slow: reading something else would answer another question.
 */
static bool has_input(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int bytes = 0;

	if (!poll(&p, 1, 1000)) {
		fprintf(stderr, "aunetlog: reading standard input, a pipe that has nothing yet; to "
			"read the logs: --input-logs\n");
		poll(&p, 1, -1);
	}
	if (ioctl(fd, FIONREAD, &bytes) || bytes)
		return true;
	fprintf(stderr, "aunetlog: standard input is an empty pipe: reading the logs\n");
	return false;
}

/* Returns true if fd is a file that begins as a log does: it could also be the list that a shell's
 * loop reads. */
static bool is_log(int fd)
{
	static const char *const packed[] = { "\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd" "7zXZ" };
	char head[4096];
	struct stat st;
	const char *why;
	ssize_t n;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return false;
	n = pread(fd, head, sizeof(head), lseek(fd, 0, SEEK_CUR));
	for (size_t i = 0; n > 8 && i < sizeof(packed) / sizeof(*packed); i++)
		if (!memcmp(head, packed[i], strlen(packed[i])))
			return true;
	return n > 0 && (memmem(head, n, "audit(", 6) || own_recognize(head, n, &why) != OWN_NOT);
}

static void add_default(struct aunetlog_source *s, const struct aunetlog_options *o)
{
	add_configured(s, o->auditd_conf);
	if (!o->input_logs && !o->raw && !o->checkpoint)
		add_own(s, o->netlog_conf);
}
void source_find(struct aunetlog_source *s, const struct aunetlog_options *o)
{
	if (o->input_count)
		for (unsigned int i = 0; i < o->input_count; i++)
			add_input(s, o->inputs[i]);
	else if (!o->input_logs && (is_log(STDIN_FILENO) ||
				    (is_pipe(STDIN_FILENO) && has_input(STDIN_FILENO))))
		add_stdin(s);
	else
		add_default(s, o);
}
