// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/enrich/names, with made-up trees of the container engines. */
#include "plugin/enrich/names.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "table.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define DOCKER "/var/lib/docker/containers/" ID "/config.v2.json"
#define KUBERNETES "/run/containerd/io.containerd.runtime.v2.task/k8s.io/" ID "/config.json"
#define NERDCTL "/run/containerd/io.containerd.runtime.v2.task/default/" ID "/config.json"
#define CRIO "/run/containers/storage/overlay-containers/" ID "/userdata/config.json"
#define PODMAN "/var/lib/containers/storage/overlay-containers/containers.json"
#define PODMAN_RUN "/var/lib/containers/storage/overlay-containers/volatile-containers.json"

struct row {
	const char *name, *path, *text, *expect;
};

static const struct row rows[] = {
	{ "docker", DOCKER, "{\"ID\":\"" ID "\",\"Name\":\"/web\",\"Config\":{\"Hostname\":\"x\"}}",
	  "web" },
	{ "containerd, Kubernetes", KUBERNETES,
	  "{\"ociVersion\":\"1.1.0\",\"annotations\":{\"io.kubernetes.cri.container-name\":\"nginx\","
	  "\"io.kubernetes.cri.sandbox-name\":\"nginx-7c5\"}}", "nginx" },
	{ "the sandbox of a pod has no name", KUBERNETES,
	  "{\"annotations\":{\"io.kubernetes.cri.sandbox-name\":\"nginx-7c5\"}}", NULL },
	{ "containerd, nerdctl", NERDCTL, "{\"annotations\":{\"nerdctl/name\":\"db\"}}", "db" },
	{ "CRI-O", CRIO, "{\"annotations\":{\"io.kubernetes.container.name\":\"etcd\"}}", "etcd" },
	{ "podman", PODMAN, "[{\"id\":\"" OTHER "\",\"names\":[\"not\"]},{\"id\":\"" ID
	  "\",\"names\":[\"db\",\"second\"]}]", "db" },
	{ "podman run --rm", PODMAN_RUN, "[{\"id\":\"" ID "\",\"names\":[\"job\"]}]", "job" },
	{ "another container's", PODMAN, "[{\"id\":\"" OTHER "\",\"names\":[\"not\"]}]", NULL },
	{ "no names", PODMAN, "[{\"id\":\"" ID "\",\"names\":[]},{\"id\":7},null]", NULL },
	{ "not JSON", DOCKER, "{\"Name\":", NULL },
	{ "an empty file", DOCKER, "", NULL },
	{ "no string", DOCKER, "{\"Name\":{\"a\":1}}", NULL },
	{ "an array", DOCKER, "[\"Name\"]", NULL },
	{ "an object", PODMAN, "{\"id\":\"" ID "\"}", NULL },
	{ "annotations are no object", CRIO, "{\"annotations\":\"x\"}", NULL },
	{ "a slash alone", DOCKER, "{\"Name\":\"/\"}", NULL },
	{ "a blank and a quote", DOCKER, "{\"Name\":\"a \\\"b\"}", "a \"b" },
	{ "too long", DOCKER, "{\"Name\":\"0123456789012345678901234567890123456789012345678901234567"
	  "89012345678901234567890123456789012345678901234567890123456789012345678\"}", NULL },
};

static char root[64];

static void put(const char *path, const char *text)
{
	char whole[512];
	FILE *f;

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (char *at = whole + strlen(root) + 1; (at = strchr(at, '/')); at++) {
		*at = 0;
		mkdir(whole, 0755);
		*at = '/';
	}
	f = fopen(whole, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static struct names *begin(void)
{
	struct names *n;

	snprintf(root, sizeof(root), "/tmp/netlog-names-XXXXXX");
	assert_non_null(mkdtemp(root));
	n = names_new(root);
	assert_non_null(n);
	return n;
}

static void end(struct names *n)
{
	char command[128];

	names_free(n);
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	assert_int_equal(system(command), 0);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct names *n = begin();
	const char *name;

	put(row->path, row->text);
	name = names_find(n, ID, 100000);
	if (row->expect)
		assert_string_equal(name, row->expect);
	else
		assert_null(name);
	end(n);
}

/* A name is read once; one that is not there yet, again after 10 s. */
static void test_kept(void **state)
{
	struct names *n = begin();

	(void)state;
	assert_null(names_find(n, ID, 100000));
	put(DOCKER, "{\"Name\":\"/web\"}");
	assert_null(names_find(n, ID, 109999));
	assert_string_equal(names_find(n, ID, 110000), "web");
	put(DOCKER, "{\"Name\":\"/renamed\"}");
	assert_string_equal(names_find(n, ID, 900000), "web");
	assert_null(names_find(n, OTHER, 900000));
	end(n);
}

/* Text that is no id never becomes a path; the memory is bounded. */
static void test_bounds(void **state)
{
	struct names *n = begin();
	char id[65];

	(void)state;
	assert_null(names_find(n, "../../etc/passwd", 1));
	assert_null(names_find(n, "", 1));
	for (int i = 0; i < 3 * NAMES_MAX; i++) {
		snprintf(id, sizeof(id), "%064x", i);
		assert_null(names_find(n, id, 1));
	}
	end(n);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_kept), cmocka_unit_test(test_bounds),
	};

	return table_run("names", test_row, ROWS(rows)) +
	       cmocka_run_group_tests_name("names, kept", others, NULL, NULL);
}
