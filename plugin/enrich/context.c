// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/enrich/context: the surroundings of an entry's process. */
#include "plugin/enrich/context.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uthash.h>

#include "plugin/enrich/cgroups.h"
#include "plugin/enrich/container.h"
#include "plugin/enrich/entity.h"
#include "plugin/enrich/names.h"

#define KEPT_MAX 4096
#define SLACK_MS 10 /* audit's time is up to one tick early */

struct known {
	int64_t pid;
	uint64_t generation; /* for the identity of the last call */
	struct container container;
	char name[128]; /* of the container */
	char pcomm[17];
	char entity[ENTITY_MAX], pentity[ENTITY_MAX];
	UT_hash_handle hh;
};

struct context {
	const char *proc, *node;
	struct entity_host host;
	char boot[40];
	int64_t ticks; /* a second */
	struct known *known;
	struct cgroups *cgroups; /* NULL: without memory */
	struct names *names;	 /* the same */
};

/* Reads the needed fields of "2304 (odd ) name) S 2211 …". */
struct stat_line {
	int64_t ppid, start; /* start: ticks since boot */
	char comm[17];
};

static void read_boot(struct context *c)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/sys/kernel/random/boot_id", c->proc);
	f = fopen(path, "re");
	if (f && fgets(c->boot, sizeof(c->boot), f))
		c->boot[strcspn(c->boot, "\n")] = 0;
	if (f)
		fclose(f);
}

struct context *context_new(const char *proc, const char *cgroup_root, const char *root,
			    const char *node, const char *machine)
{
	struct context *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->proc = proc;
	c->node = node;
	c->ticks = sysconf(_SC_CLK_TCK);
	c->cgroups = cgroups_new(cgroup_root);
	c->names = names_new(root);
	read_boot(c);
	c->host = (struct entity_host){ .machine = machine, .boot = c->boot };
	return c;
}

static void forget_all(struct context *c)
{
	struct known *k, *next;

	HASH_ITER(hh, c->known, k, next) {
		HASH_DEL(c->known, k);
		free(k);
	}
}

void context_free(struct context *c)
{
	if (!c)
		return;
	forget_all(c);
	cgroups_free(c->cgroups);
	names_free(c->names);
	free(c);
}

static bool read_file(const struct context *c, int64_t pid, const char *name, char *buf,
		      size_t size)
{
	char path[512];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%" PRId64 "/%s", c->proc, pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, buf, size - 1);
	close(fd);
	buf[n > 0 ? n : 0] = 0;
	return n > 0;
}

static bool read_stat(const struct context *c, int64_t pid, struct stat_line *s)
{
	char text[1024], *begin, *end;

	if (!read_file(c, pid, "stat", text, sizeof(text)))
		return false;
	begin = strchr(text, '(');
	end = strrchr(text, ')');
	if (!begin || !end)
		return false;
	*end = 0;
	snprintf(s->comm, sizeof(s->comm), "%s", begin + 1);
	/* fields 3 to 22 */
	return sscanf(end + 1, " %*c %" SCNd64 " %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d "
			       "%*d %*d %*d %*d %*d %" SCNd64,
		      &s->ppid, &s->start) == 2;
}

static int64_t ms_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Returns true if the process was there at that time: not one that has its pid since. */
static bool was_there(const struct context *c, const struct stat_line *s,
		      const struct stamp *time)
{
	int64_t boot = ms_of(CLOCK_REALTIME) - ms_of(CLOCK_BOOTTIME);
	int64_t start = boot + s->start * 1000 / c->ticks;

	return start <= stamp_ms(time) + SLACK_MS;
}

static void read_parent(const struct context *c, const struct identity *id,
			const struct stat_line *child, struct known *k)
{
	struct stat_line s;

	/* a parent is older than its child, and is the one that the event named */
	if (child->ppid <= 0 || (id->ppid >= 0 && id->ppid != child->ppid) ||
	    !read_stat(c, child->ppid, &s) || s.start > child->start)
		return;
	snprintf(k->pcomm, sizeof(k->pcomm), "%s", s.comm);
	entity_id(&c->host, child->ppid, s.start, k->pentity);
}

static void forget(struct known *k)
{
	memset(&k->container, 0, sizeof(k->container));
	*k->name = *k->pcomm = *k->entity = *k->pentity = 0;
}

/* The control group that the kernel reported, if there is one: it is right even if the process
 * has ended by now. */
static bool read_group(const struct context *c, const struct identity *id, struct known *k)
{
	const struct container *found = NULL;

	if (id->cgroup.known && c->cgroups)
		found = cgroups_find(c->cgroups, id->cgroup.number, ms_of(CLOCK_MONOTONIC));
	if (found)
		k->container = *found;
	return found;
}

static void name_container(const struct context *c, struct known *k)
{
	const char *name = NULL;

	if (*k->container.id && c->names)
		name = names_find(c->names, k->container.id, ms_of(CLOCK_MONOTONIC));
	if (name)
		snprintf(k->name, sizeof(k->name), "%s", name);
}

/* A control group that is read from /proc counts if the process is the same one before and
 * after. */
static void read_process(const struct context *c, const struct entry *e, struct known *k,
			 unsigned int parts)
{
	const struct identity *id = e->identity;
	struct stat_line before, after;
	char text[4096] = "";
	bool has_group;

	forget(k);
	has_group = parts & CONTEXT_SURROUNDINGS && read_group(c, id, k);
	if (!read_stat(c, id->pid, &before) || !was_there(c, &before, &e->time))
		return;
	entity_id(&c->host, id->pid, before.start, k->entity);
	read_parent(c, id, &before, k);
	if (!(parts & CONTEXT_SURROUNDINGS) || has_group ||
	    !read_file(c, id->pid, "cgroup", text, sizeof(text)))
		return;
	if (read_stat(c, id->pid, &after) && after.start == before.start)
		container_parse(text, &k->container);
	else
		forget(k);
}

static struct known *find(struct context *c, int64_t pid)
{
	struct known *k;

	HASH_FIND(hh, c->known, &pid, sizeof(pid), k);
	if (k)
		return k;
	if (HASH_COUNT(c->known) >= KEPT_MAX)
		forget_all(c);
	k = calloc(1, sizeof(*k));
	if (!k)
		return NULL;
	k->pid = pid;
	HASH_ADD(hh, c->known, pid, sizeof(k->pid), k);
	return k;
}

static bool is_start(const struct entry *e)
{
	return e->what == CONNECT_START || e->what == CONNECT_FAIL || e->what == LISTEN_START ||
	       e->what == PROC_FORK || e->what == PROC_EXEC;
}

static const char *text_or_null(const char *text)
{
	return *text ? text : NULL;
}

void context_fill(struct context *c, struct entry *e, unsigned int parts)
{
	const struct identity *id = e->identity;
	struct known *k;

	if (id->pid <= 0 || (e->node && strcmp(e->node, c->node)))
		return;
	k = find(c, id->pid);
	if (!k)
		return;
	if (k->generation != id->generation) {
		if (!is_start(e)) /* its process may have ended long ago */
			return;
		read_process(c, e, k, parts);
		name_container(c, k);
		k->generation = id->generation;
	}
	e->entity = text_or_null(k->entity);
	e->pentity = text_or_null(k->pentity);
	if (!(parts & CONTEXT_SURROUNDINGS))
		return;
	e->container = text_or_null(k->container.id);
	e->container_name = text_or_null(k->name);
	e->pod = text_or_null(k->container.pod);
	e->unit = text_or_null(k->container.unit);
	if (!e->pcomm)
		e->pcomm = text_or_null(k->pcomm);
}
