// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/enrich, control groups and the surroundings of a process. */
#include "plugin/enrich/container.h"
#include "plugin/enrich/context.h"
#include "plugin/enrich/entity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "table.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define UID "0f2a1b3c-1111-2222-3333-444455556666"
#define UID_ "0f2a1b3c_1111_2222_3333_444455556666"

struct row {
	const char *name, *cgroup, *id, *pod, *unit;
};

static const struct row rows[] = {
	{ "a service", "0::/system.slice/ssh.service\n", "", "", "ssh.service" },
	{ "a session", "0::/user.slice/user-1000.slice/session-3.scope\n", "", "",
	  "session-3.scope" },
	{ "a user's service", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service\n",
	  "", "", "user@1000.service" },
	{ "nothing", "0::/\n", "", "", "" },
	{ "docker, systemd", "0::/system.slice/docker-" ID ".scope\n", ID, "", "" },
	{ "docker, cgroupfs", "0::/docker/" ID "\n", ID, "", "" },
	{ "podman", "0::/machine.slice/libpod-" ID ".scope/container\n", ID, "", "" },
	{ "podman's monitor is in no container", "0::/machine.slice/libpod-conmon-" ID ".scope\n",
	  "", "", "libpod-conmon-" ID ".scope" },
	{ "podman, rootless",
	  "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope\n", ID,
	  "", "user@1000.service" },
	{ "containerd below kubelet, systemd",
	  "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_ ".slice/"
	  "cri-containerd-" ID ".scope\n",
	  ID, UID, "" },
	{ "guaranteed pods", "0::/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" ID ".scope\n",
	  ID, UID, "" },
	{ "kubelet, cgroupfs", "0::/kubepods/besteffort/pod" UID "/" ID "\n", ID, UID, "" },
	{ "version 1", "11:memory:/docker/" ID "\n1:name=systemd:/docker/" ID "\n0::/\n", ID, "",
	  "" },
	{ "version 1, a service", "11:memory:/\n1:name=systemd:/system.slice/cron.service\n", "",
	  "", "cron.service" },
	{ "LXC", "0::/lxc.payload.web-1/system.slice/nginx.service\n", "web-1", "", "" },
	{ "nspawn", "0::/machine.slice/machine-web.scope/payload\n", "web", "", "" },
	{ "docker in docker: the inner one", "0::/docker/" ID "/docker/" ID2 "\n", ID2, "", "" },
	{ "a service of docker's", "0::/system.slice/docker.service\n", "", "", "docker.service" },
	{ "an id too short", "0::/docker/0123456789ab\n", "", "", "" },
	{ "an id with other letters", "0::/docker/X"
				      "123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
	  "", "", "" },
	{ "a pod that is none", "0::/kubepods/podman/x.service\n", "", "", "x.service" },
	{ "no path", "0:\n:\n\n", "", "", "" },
};

static void test_cgroup(void **state)
{
	const struct row *row = *state;
	struct container c;

	container_parse(row->cgroup, &c);
	assert_string_equal(c.id, row->id);
	assert_string_equal(c.pod, row->pod);
	assert_string_equal(c.unit, row->unit);
}

/* ---- processes, in a directory like /proc ---- */

#define MACHINE "0123456789abcdef0123456789abcdef"
#define BOOT "3f1a09c2-0000-4000-8000-0123456789ab"

static char proc[64], groups[80];

static void put(int pid, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%d", proc, pid);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%d/%s", proc, pid, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void put_boot(const char *id)
{
	char path[128];
	FILE *f;

	static const char *const folders[] = { "sys", "sys/kernel", "sys/kernel/random", NULL };

	for (const char *const *d = folders; *d; d++) {
		snprintf(path, sizeof(path), "%s/%s", proc, *d);
		mkdir(path, 0755);
	}
	snprintf(path, sizeof(path), "%s/sys/kernel/random/boot_id", proc);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "%s\n", id);
	fclose(f);
}

/* start: seconds since boot */
static void put_process(int pid, const char *comm, int ppid, long start, const char *cgroup)
{
	char text[256];

	snprintf(text, sizeof(text), "%d (%s) S %d 1 1 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 %ld 0",
		 pid, comm, ppid, start * sysconf(_SC_CLK_TCK));
	put(pid, "stat", text);
	put(pid, "cgroup", cgroup);
}

static int64_t boot_time(void)
{
	struct timespec now, up;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	return now.tv_sec - up.tv_sec;
}

struct fixture {
	struct context *c;
	struct identity id;
	struct entry e;
};

/* Process 100 is there since second 50, its connection began at second 60. */
static void begin(struct fixture *f)
{
	snprintf(proc, sizeof(proc), "/tmp/netlog-context-XXXXXX");
	assert_non_null(mkdtemp(proc));
	put_process(10, "sh) (1", 1, 40, "0::/\n");
	put_process(100, "curl", 10, 50, "0::/docker/" ID "\n");
	put_boot(BOOT);
	snprintf(groups, sizeof(groups), "%s/cgroup", proc);
	mkdir(groups, 0755);
	f->c = context_new(proc, groups, proc, "web1", MACHINE);
	f->id = (struct identity){ .generation = 1, .pid = 100, .ppid = 10 };
	f->e = (struct entry){
		.what = CONNECT_START,
		.identity = &f->id,
		.time = { boot_time() + 60, 0, 0 },
	};
}

static void end(struct fixture *f)
{
	char command[128];

	context_free(f->c);
	snprintf(command, sizeof(command), "rm -rf '%s'", proc);
	assert_int_equal(system(command), 0);
}

static void forget(struct entry *e)
{
	e->container = e->container_name = e->pod = e->unit = e->pcomm = e->entity = e->pentity = NULL;
}

static void put_docker(const char *config)
{
	char command[512];

	snprintf(command, sizeof(command), "d='%s/var/lib/docker/containers/" ID "'; mkdir -p $d && "
		 "echo '%s' >$d/config.v2.json", proc, config);
	assert_int_equal(system(command), 0);
}

static void test_alive(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	put_docker("{\"Name\":\"/web\"}");
	context_fill(f.c, &f.e, CONTEXT_ENTITIES | CONTEXT_SURROUNDINGS);
	assert_string_equal(f.e.container, ID);
	assert_string_equal(f.e.container_name, "web");
	assert_string_equal(f.e.pcomm, "sh) (1");
	assert_null(f.e.unit);
	/* the process has ended, and its pid is another's, when the connection stops */
	put_process(100, "other", 10, 70, "0::/docker/" ID2 "\n");
	forget(&f.e);
	f.e.what = CONNECT_STOP;
	context_fill(f.c, &f.e, CONTEXT_ENTITIES | CONTEXT_SURROUNDINGS);
	assert_string_equal(f.e.container, ID);
	end(&f);
}

/* A process that started after the event is not the event's. */
static void test_reused(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	put_process(100, "other", 10, 62, "0::/docker/" ID2 "\n");
	context_fill(f.c, &f.e, CONTEXT_ENTITIES | CONTEXT_SURROUNDINGS);
	assert_null(f.e.container);
	assert_null(f.e.pcomm);
	end(&f);
}

static void test_stop_alone(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.e.what = CONNECT_STOP;
	context_fill(f.c, &f.e, CONTEXT_ENTITIES | CONTEXT_SURROUNDINGS);
	assert_null(f.e.container);
	end(&f);
}

static void test_other_parent(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.id.ppid = 11; /* it has another one by now */
	context_fill(f.c, &f.e, CONTEXT_ENTITIES | CONTEXT_SURROUNDINGS);
	assert_string_equal(f.e.container, ID);
	assert_null(f.e.pcomm);
	f.id.ppid = 10;
	f.id.generation = 2;
	forget(&f.e);
	put_process(10, "young", 1, 55, "0::/\n"); /* younger than its child */
	context_fill(f.c, &f.e, CONTEXT_ENTITIES | CONTEXT_SURROUNDINGS);
	assert_null(f.e.pcomm);
	end(&f);
}

static void test_other_host(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.e.node = "db1";
	context_fill(f.c, &f.e, CONTEXT_ENTITIES | CONTEXT_SURROUNDINGS);
	assert_null(f.e.container);
	f.e.node = "web1";
	context_fill(f.c, &f.e, CONTEXT_ENTITIES | CONTEXT_SURROUNDINGS);
	assert_string_equal(f.e.container, ID);
	end(&f);
}

/* The context of another program with the same pid (execve) is read anew. */
static void test_another_identity(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	context_fill(f.c, &f.e, CONTEXT_ENTITIES | CONTEXT_SURROUNDINGS);
	put_process(100, "curl", 10, 50, "0::/system.slice/x.service\n");
	f.id.generation = 2;
	forget(&f.e);
	context_fill(f.c, &f.e, CONTEXT_ENTITIES | CONTEXT_SURROUNDINGS);
	assert_null(f.e.container);
	assert_string_equal(f.e.unit, "x.service");
	end(&f);
}

/* The number differs in each of its four parts, and never without a start time. */
static void test_entity(void **state)
{
	struct entity_host host = { .machine = MACHINE, .boot = BOOT };
	char want[ENTITY_MAX], parent[ENTITY_MAX], other[ENTITY_MAX];
	long ticks = sysconf(_SC_CLK_TCK);
	struct fixture f;

	(void)state;
	entity_id(&host, 100, 50 * ticks, want);
	entity_id(&host, 10, 40 * ticks, parent);
	assert_int_equal(strlen(want), ENTITY_MAX - 1);
	begin(&f);
	context_fill(f.c, &f.e, CONTEXT_ENTITIES);
	assert_string_equal(f.e.entity, want);
	assert_string_equal(f.e.pentity, parent);
	assert_null(f.e.container);
	assert_null(f.e.pcomm);
	/* the same at the stop, when the process has ended */
	put_process(100, "other", 10, 70, "0::/");
	forget(&f.e);
	f.e.what = CONNECT_STOP;
	context_fill(f.c, &f.e, CONTEXT_ENTITIES);
	assert_string_equal(f.e.entity, want);
	/* a process that has the pid since is not the event's */
	f.e.what = CONNECT_START;
	f.id.generation = 2;
	forget(&f.e);
	context_fill(f.c, &f.e, CONTEXT_ENTITIES);
	assert_null(f.e.entity);
	assert_null(f.e.pentity);
	end(&f);
	entity_id(&host, 100, 50 * ticks + 1, other);
	assert_string_not_equal(want, other);
	entity_id(&host, 101, 50 * ticks, other);
	assert_string_not_equal(want, other);
	host.boot = "another";
	entity_id(&host, 100, 50 * ticks, other);
	assert_string_not_equal(want, other);
	host = (struct entity_host){ .machine = "another", .boot = BOOT };
	entity_id(&host, 100, 50 * ticks, other);
	assert_string_not_equal(want, other);
	host.machine = "";
	entity_id(&host, 100, 50 * ticks, other);
	assert_string_equal(other, "");
}

/* By hand: printf '%s' "MACHINE BOOT 100 5000" | sha1sum | xxd -r -p | head -c 12 | base64 */
static void test_entity_vector(void **state)
{
	struct entity_host host = { .machine = MACHINE, .boot = BOOT };
	char id[ENTITY_MAX];

	(void)state;
	entity_id(&host, 100, 5000, id);
	assert_string_equal(id, "zEHwtGydM7eSf7vn");
}

/* Returns the number of a control group with this path, which is made. */
static int64_t put_group(const char *path)
{
	char full[256], *slash;
	struct stat st;

	snprintf(full, sizeof(full), "%s%s", groups, path);
	for (slash = full + strlen(groups) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = 0;
		mkdir(full, 0755);
		*slash = '/';
	}
	mkdir(full, 0755);
	assert_int_equal(stat(full, &st), 0);
	return st.st_ino;
}

/* BPF's number of the control group holds for a process that has ended. */
static void test_group(void **state)
{
	char command[256];
	struct fixture f;

	(void)state;
	begin(&f);
	f.id.pid = 555; /* not there */
	f.id.cgroup.known = true;
	f.id.cgroup.number = put_group("/system.slice/docker-" ID ".scope");
	context_fill(f.c, &f.e, CONTEXT_SURROUNDINGS);
	assert_string_equal(f.e.container, ID);
	assert_null(f.e.pcomm);
	/* the group is gone, too: it is remembered */
	snprintf(command, sizeof(command), "rm -rf '%s/system.slice'", groups);
	assert_int_equal(system(command), 0);
	f.id.generation = 2;
	forget(&f.e);
	context_fill(f.c, &f.e, CONTEXT_SURROUNDINGS);
	assert_string_equal(f.e.container, ID);
	/* of one that was never seen nothing is known, nor is /proc's word for another taken */
	f.id.generation = 3;
	f.id.cgroup.number = 1;
	forget(&f.e);
	context_fill(f.c, &f.e, CONTEXT_SURROUNDINGS);
	assert_null(f.e.container);
	end(&f);
}

/* The kernel's number wins over /proc, where the pid may be another's by now. */
static void test_group_first(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f); /* /proc has ID */
	f.id.cgroup.known = true;
	f.id.cgroup.number = put_group("/machine.slice/libpod-" ID2 ".scope");
	context_fill(f.c, &f.e, CONTEXT_SURROUNDINGS);
	assert_string_equal(f.e.container, ID2);
	assert_string_equal(f.e.pcomm, "sh) (1");
	end(&f);
}

static void test_ourselves(void **state)
{
	struct context *c = context_new("/proc", "/sys/fs/cgroup", "", "web1", "");
	struct identity id = { .generation = 1, .pid = getpid(), .ppid = getppid() };
	struct entry e = { .what = CONNECT_START, .identity = &id, .time = { time(NULL), 0, 0 } };
	char comm[32];
	FILE *f;

	(void)state;
	snprintf(proc, sizeof(proc), "/proc/%d/comm", getppid());
	f = fopen(proc, "r");
	assert_non_null(f);
	assert_non_null(fgets(comm, sizeof(comm), f));
	fclose(f);
	comm[strcspn(comm, "\n")] = 0;
	e.time.milli = 999;
	context_fill(c, &e, CONTEXT_SURROUNDINGS);
	assert_non_null(e.pcomm);
	assert_string_equal(e.pcomm, comm);
	context_free(c);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_alive),
		cmocka_unit_test(test_reused),
		cmocka_unit_test(test_stop_alone),
		cmocka_unit_test(test_other_parent),
		cmocka_unit_test(test_other_host),
		cmocka_unit_test(test_another_identity),
		cmocka_unit_test(test_entity),
		cmocka_unit_test(test_entity_vector),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_group_first),
		cmocka_unit_test(test_ourselves),
	};

	return table_run("container", test_cgroup, ROWS(rows)) +
	       cmocka_run_group_tests_name("context", others, NULL, NULL);
}
