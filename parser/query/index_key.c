// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/index_key: which index belongs to a log. */
#include "parser/query/index_key.h"

#include <errno.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser/entry/fields.h"

#define FORMAT 5		/* of the index; another number: no old one is found */
#define PART 65536		/* bytes at the beginning and at the end that are compared */
#define NAME_BYTES 16		/* of the key, in the file's name */

static void add(SHA2_CTX *hash, const void *data, size_t len)
{
	SHA256Update(hash, data, len);
}

static void add_number(SHA2_CTX *hash, uint64_t v)
{
	add(hash, &v, sizeof(v));
}

/* The meaning of the numbers in an index: a build with another table cannot read it. */
static void add_tables(SHA2_CTX *hash)
{
	add(hash, NETLOG_VERSION, sizeof(NETLOG_VERSION));
	for (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++) {
		add(hash, fields[id].key, strlen(fields[id].key) + 1);
		add_number(hash, fields[id].type);
		add_number(hash, fields[id].of_identity);
	}
	for (int kind = 0; kind < ENTRY_KIND_COUNT; kind++)
		add(hash, entry_kind_name(kind), strlen(entry_kind_name(kind)) + 1);
	for (int via = 0; via < VIA_COUNT; via++)
		add(hash, entry_via_name(via), strlen(entry_via_name(via)) + 1);
}

static bool add_part(SHA2_CTX *hash, int fd, off_t from, size_t len)
{
	static char buf[PART];
	size_t done = 0;
	ssize_t n;

	while (done < len && (n = pread(fd, buf + done, len - done, from + done)) != 0) {
		if (n < 0)
			return false;
		done += n;
	}
	add(hash, buf, done);
	return true;
}

bool index_key_of(int fd, const char *context, struct index_key *out)
{
	SHA2_CTX hash;
	struct stat st;
	off_t part;

	if (fstat(fd, &st))
		return false;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return false;
	}
	part = st.st_size < PART ? st.st_size : PART;
	SHA256Init(&hash);
	add_number(&hash, FORMAT);
	add_tables(&hash);
	add(&hash, context, strlen(context) + 1);
	add_number(&hash, st.st_size);
	add_number(&hash, st.st_mtim.tv_sec);
	add_number(&hash, st.st_mtim.tv_nsec);
	if (!add_part(&hash, fd, 0, part) || !add_part(&hash, fd, st.st_size - part, part))
		return false;
	SHA256Final(out->bytes, &hash);
	return true;
}

struct index_key index_key_chain(const struct index_key *own, const struct index_key *before)
{
	struct index_key key;
	SHA2_CTX hash;

	SHA256Init(&hash);
	add(&hash, own->bytes, sizeof(own->bytes));
	add(&hash, before->bytes, sizeof(before->bytes));
	SHA256Final(key.bytes, &hash);
	return key;
}

char *index_directory(void)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *path;
	int n;

	if (!geteuid())
		return strdup(INDEX_DIRECTORY);
	if (cache && *cache == '/')
		n = asprintf(&path, "%s/audit-netlog", cache);
	else if (home && *home == '/')
		n = asprintf(&path, "%s/.cache/audit-netlog", home);
	else
		return NULL;
	return n < 0 ? NULL : path;
}

char *index_key_path(const char *directory, const struct index_key *key)
{
	char name[2 * NAME_BYTES + 1], *own = NULL, *path;

	for (int i = 0; i < NAME_BYTES; i++)
		snprintf(name + 2 * i, 3, "%02x", key->bytes[i]);
	if (!directory)
		directory = own = index_directory();
	if (!directory || asprintf(&path, "%s/%s.index", directory, name) < 0)
		path = NULL;
	free(own);
	return path;
}
