// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/doctor/files: small files below a root directory. */
#include "plugin/doctor/files.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static FILE *open_below(const char *root, const char *path)
{
	char full[PATH_MAX];

	if ((size_t)snprintf(full, sizeof(full), "%s%s", root, path) >= sizeof(full)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return fopen(full, "re");
}

int file_read(const char *root, const char *path, char *buf, size_t size)
{
	FILE *f = open_below(root, path);
	size_t n;
	int err;

	*buf = 0;
	if (!f)
		return -errno;
	errno = 0;
	n = fread(buf, 1, size - 1, f);
	err = ferror(f) ? -(errno ? errno : EIO) : 0;
	fclose(f);
	buf[n] = 0;
	return err ? err : (int)n;
}

bool file_exists(const char *root, const char *path)
{
	char full[PATH_MAX];

	return (size_t)snprintf(full, sizeof(full), "%s%s", root, path) < sizeof(full) &&
	       !access(full, F_OK);
}

/* The value, if the line is "KEY = VALUE", else NULL. */
static char *value_of(char *line, const char *key)
{
	size_t len = strlen(key), n;

	line += strspn(line, " \t");
	if (strncasecmp(line, key, len))
		return NULL;
	line += len;
	line += strspn(line, " \t");
	if (*line != '=')
		return NULL;
	line++;
	line += strspn(line, " \t");
	for (n = strlen(line); n && isspace((unsigned char)line[n - 1]); n--)
		line[n - 1] = 0;
	return line;
}

int file_value(const char *root, const char *path, const char *key, char *buf, size_t size)
{
	FILE *f = open_below(root, path);
	char *line = NULL, *value;
	size_t room = 0;
	int have = 0;

	if (!f)
		return -errno;
	while (getline(&line, &room, f) > 0) {
		value = value_of(line, key);
		if (!value)
			continue;
		snprintf(buf, size, "%s", value);
		have = 1;
	}
	free(line);
	fclose(f);
	return have;
}

static bool ends_in(const char *name, const char *suffix)
{
	size_t len = strlen(name), tail = strlen(suffix);

	return len > tail && *name != '.' && !strcmp(name + len - tail, suffix);
}

static int list_directory(const char *root, const char *path, struct dirent ***list)
{
	char full[PATH_MAX];
	int n;

	snprintf(full, sizeof(full), "%s%s", root, path);
	n = scandir(full, list, NULL, alphasort);
	return n < 0 ? -errno : n;
}

int directory_value(const char *root, const char *path, const char *key, char *buf,
		    size_t size)
{
	struct dirent **list;
	char file[PATH_MAX];
	int have = 0, n = list_directory(root, path, &list);

	for (int i = 0; i < n; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, list[i]->d_name);
		if (ends_in(list[i]->d_name, ".conf") &&
		    file_value(root, file, key, buf, size) == 1)
			have = 1;
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return n < 0 ? n : have;
}

bool file_text_after(const char *root, const char *path, const char *text, char *buf,
		     size_t size)
{
	FILE *f = open_below(root, path);
	char *line = NULL, *at = NULL;
	size_t room = 0;

	if (!f)
		return false;
	while (!at && getline(&line, &room, f) > 0)
		at = line[strspn(line, " \t")] != '#' ? strstr(line, text) : NULL;
	if (at)
		snprintf(buf, size, "%s", at + strlen(text));
	free(line);
	fclose(f);
	return at;
}

bool directory_text_after(const char *root, const char *path, const char *suffix,
			  const char *text, char *buf, size_t size)
{
	struct dirent **list;
	char file[PATH_MAX];
	bool has = false;
	int n = list_directory(root, path, &list);

	for (int i = 0; i < n; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, list[i]->d_name);
		if (!has && ends_in(list[i]->d_name, suffix))
			has = file_text_after(root, file, text, buf, size);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return has;
}

bool file_has(const char *root, const char *path, const char *text)
{
	char rest[1];

	return file_text_after(root, path, text, rest, sizeof(rest));
}

bool directory_has(const char *root, const char *path, const char *suffix, const char *text)
{
	char rest[1];

	return directory_text_after(root, path, suffix, text, rest, sizeof(rest));
}

bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += len)
		if ((at == text || isspace((unsigned char)at[-1])) &&
		    (!at[len] || isspace((unsigned char)at[len])))
			return true;
	return false;
}
