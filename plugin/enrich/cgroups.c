// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/enrich/cgroups: control groups by their number. */
#include "plugin/enrich/cgroups.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uthash.h>

#define SCAN_MS 1000
#define DEPTH_MAX 32

struct group {
	int64_t number;
	struct container container;
	UT_hash_handle hh;
};

struct cgroups {
	const char *root;
	struct group *groups;
	bool scanned;
	int64_t scanned_ms;
	char path[PATH_MAX]; /* of the current directory */
};

struct cgroups *cgroups_new(const char *root)
{
	struct cgroups *c = calloc(1, sizeof(*c));

	if (c)
		c->root = root;
	return c;
}

static void forget_all(struct cgroups *c)
{
	struct group *g, *next;

	HASH_ITER(hh, c->groups, g, next) {
		HASH_DEL(c->groups, g);
		free(g);
	}
}

void cgroups_free(struct cgroups *c)
{
	if (!c)
		return;
	forget_all(c);
	free(c);
}

/* Numbers are not reused: a cached group stays valid after its removal. */
static void add(struct cgroups *c, int64_t number)
{
	char line[PATH_MAX + 8];
	struct group *g;

	HASH_FIND(hh, c->groups, &number, sizeof(number), g);
	if (g)
		return;
	if (HASH_COUNT(c->groups) >= CGROUPS_MAX)
		forget_all(c);
	g = calloc(1, sizeof(*g));
	if (!g)
		return;
	g->number = number;
	snprintf(line, sizeof(line), "0::%s\n", c->path + strlen(c->root));
	container_parse(line, &g->container);
	HASH_ADD(hh, c->groups, number, sizeof(g->number), g);
}

/* The directory c->path and those below it. */
static void scan(struct cgroups *c, unsigned int depth)
{
	size_t len = strlen(c->path);
	DIR *d = depth < DEPTH_MAX ? opendir(c->path) : NULL;
	struct dirent *e;
	struct stat st;

	if (!d)
		return;
	if (!fstat(dirfd(d), &st))
		add(c, st.st_ino);
	while ((e = readdir(d))) {
		if (e->d_type != DT_DIR || *e->d_name == '.' ||
		    len + 1 + strlen(e->d_name) >= sizeof(c->path))
			continue;
		sprintf(c->path + len, "/%s", e->d_name);
		scan(c, depth + 1);
		c->path[len] = 0;
	}
	closedir(d);
}

const struct container *cgroups_find(struct cgroups *c, int64_t number, int64_t now_ms)
{
	struct group *g;

	HASH_FIND(hh, c->groups, &number, sizeof(number), g);
	if (g)
		return &g->container;
	if (c->scanned && now_ms - c->scanned_ms < SCAN_MS)
		return NULL;
	c->scanned = true;
	c->scanned_ms = now_ms;
	snprintf(c->path, sizeof(c->path), "%s", c->root);
	scan(c, 0);
	HASH_FIND(hh, c->groups, &number, sizeof(number), g);
	return g ? &g->container : NULL;
}
