// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/enrich/names: the names of containers. */
#include "plugin/enrich/names.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

#define AGAIN_MS 10000
#define FILE_MAX (4 << 20) /* bytes of a file that is read */
#define ID_MAX 72
#define NAME_MAX_LEN 128

struct container_name {
	char id[ID_MAX];
	char name[NAME_MAX_LEN]; /* empty: none was found */
	int64_t at_ms;
	UT_hash_handle hh;
};

struct names {
	const char *root;
	struct container_name *by_id;
};

struct names *names_new(const char *root)
{
	struct names *n = calloc(1, sizeof(*n));

	if (n)
		n->root = root;
	return n;
}

static void forget_all(struct names *n)
{
	struct container_name *c, *next;

	HASH_ITER(hh, n->by_id, c, next) {
		HASH_DEL(n->by_id, c);
		free(c);
	}
}

void names_free(struct names *n)
{
	if (!n)
		return;
	forget_all(n);
	free(n);
}

/* ---- files ---- */

/* The whole file as JSON, or NULL. */
static json_object *read_json(const struct names *n, const char *path)
{
	char whole[PATH_MAX];
	json_object *o = NULL;
	struct stat st;
	int fd;

	if ((size_t)snprintf(whole, sizeof(whole), "%s%s", n->root, path) >= sizeof(whole) ||
	    stat(whole, &st) || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
		return NULL;
	fd = open(whole, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		o = json_object_from_fd(fd);
		close(fd);
	}
	return o;
}

/* Takes a string that fits. Docker's names begin with a slash. */
static bool take(json_object *o, char *name)
{
	const char *text = json_object_is_type(o, json_type_string) ? json_object_get_string(o) : "";

	text += *text == '/';
	if (!*text || strlen(text) >= NAME_MAX_LEN)
		return false;
	strcpy(name, text);
	return true;
}

/* A member of the object, or of its member "annotations". */
static bool take_member(json_object *o, bool annotations, const char *key, char *name)
{
	json_object *at = o;

	return (!annotations || json_object_object_get_ex(o, "annotations", &at)) &&
	       json_object_object_get_ex(at, key, &at) && take(at, name);
}

/* The files of one container; %s is its id. */
static const struct {
	const char *path;
	bool annotations;
	const char *key;
} files[] = {
	{ "/var/lib/docker/containers/%s/config.v2.json", false, "Name" },
	{ "/run/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json", true,
	  "io.kubernetes.cri.container-name" },
	{ "/run/containerd/io.containerd.runtime.v2.task/default/%s/config.json", true,
	  "nerdctl/name" },
	{ "/run/containers/storage/overlay-containers/%s/userdata/config.json", true,
	  "io.kubernetes.container.name" },
};

static bool from_own_file(const struct names *n, const char *id, char *name)
{
	char path[PATH_MAX];
	bool found = false;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files) && !found; i++) {
		json_object *o;

		snprintf(path, sizeof(path), files[i].path, id);
		o = read_json(n, path);
		found = o && take_member(o, files[i].annotations, files[i].key, name);
		json_object_put(o);
	}
	return found;
}

/* podman: [{"id":"…","names":["web"],…},…] */
static bool from_list(const struct names *n, const char *path, const char *id, char *name)
{
	json_object *list = read_json(n, path), *c, *at;
	bool found = false;

	for (size_t i = 0; json_object_is_type(list, json_type_array) && !found &&
			   i < json_object_array_length(list); i++) {
		c = json_object_array_get_idx(list, i);
		found = json_object_object_get_ex(c, "id", &at) &&
			json_object_is_type(at, json_type_string) &&
			!strcmp(json_object_get_string(at), id) &&
			json_object_object_get_ex(c, "names", &at) &&
			json_object_is_type(at, json_type_array) &&
			take(json_object_array_get_idx(at, 0), name);
	}
	json_object_put(list);
	return found;
}

static void look_up(const struct names *n, struct container_name *c)
{
	static const char *const lists[] = {
		"/var/lib/containers/storage/overlay-containers/containers.json",
		"/var/lib/containers/storage/overlay-containers/volatile-containers.json",
	};

	if (from_own_file(n, c->id, c->name))
		return;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (from_list(n, lists[i], c->id, c->name))
			return;
}

const char *names_find(struct names *n, const char *id, int64_t now_ms)
{
	struct container_name *c;

	if (strlen(id) != 64 || strspn(id, "0123456789abcdef") != 64)
		return NULL;
	HASH_FIND_STR(n->by_id, id, c);
	if (!c) {
		if (HASH_COUNT(n->by_id) >= NAMES_MAX)
			forget_all(n);
		c = calloc(1, sizeof(*c));
		if (!c)
			return NULL;
		strcpy(c->id, id);
		c->at_ms = now_ms - AGAIN_MS;
		HASH_ADD_STR(n->by_id, id, c);
	}
	if (!*c->name && now_ms - c->at_ms >= AGAIN_MS) {
		c->at_ms = now_ms;
		look_up(n, c);
	}
	return *c->name ? c->name : NULL;
}
