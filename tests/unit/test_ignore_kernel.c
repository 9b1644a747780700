// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/unit: compares the ignore list in the kernel with the full list, for random lists and
 * connections. The kernel may only leave out connections that the full list leaves out; and it
 * must leave out most of them.
 */
#include "plugin/ignore/kernel.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "table.h"

static const char *const programs[] = { "/bin/cat", "/bin/sh", "/no/such/program" };
static const char *const nets[] = {
	"10.0.0.0/8", "10.1.0.0/16", "192.0.2.7", "2001:db8::/32", "2001:db8::7", "0.0.0.0/0",
};
static const char *const remotes[] = {
	"10.1.2.3", "10.2.0.1", "192.0.2.7", "192.0.2.8", "2001:db8::7", "2001:db9::1",
};
static const char *const ports[] = { "22", "53", "20-60", "443" };

#define PICK(table) table[rand() % (sizeof(table) / sizeof(*(table)))]

static void random_entry(FILE *f, bool keep)
{
	const char *exe = rand() % 3 ? PICK(programs) : "*";

	fprintf(f, "%s%s", keep ? "!" : "", exe);
	if (rand() % 2)
		fprintf(f, "|i<%s>", PICK(nets));
	if (rand() % 2)
		fprintf(f, "|p<%s>", PICK(ports));
	if (rand() % 3 == 0)
		fprintf(f, "|u<%d>", rand() % 3);
	if (rand() % 8 == 0)
		fprintf(f, "|c<web>");
	/* * alone is refused */
	fprintf(f, *exe == '*' ? "|u<0-2000>\n" : "\n");
}

/* NULL: two conditions of a kind, or nothing new: another one is made. */
static struct ignore_list *random_list(bool keeps)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	struct ignore_error error;
	struct ignore_list *l;

	for (int i = rand() % 12; i >= 0; i--)
		random_entry(f, keeps && rand() % 5 == 0);
	fclose(f);
	f = fmemopen(text, size, "r");
	l = ignore_list_read(f, &error);
	fclose(f);
	free(text);
	return l;
}

struct connection {
	struct entry e;
	struct identity id;
	char exe[64];
	struct netlog_subject subject;
};

static void set_subject(struct connection *c, const char *exe)
{
	const struct netaddr *r = &c->e.remote;
	uint8_t net[16] = { 0 };
	struct stat st;

	c->subject = (struct netlog_subject){ .uid = c->id.uid };
	c->subject.port = entry_direction(&c->e) == DIRECTION_OUT ? r->port : c->e.local.port;
	if (!stat(exe, &st)) {
		c->subject.ino = st.st_ino;
		c->subject.dev = major(st.st_dev) << 20 | minor(st.st_dev);
	}
	if (entry_is_listen(&c->e))
		return;
	c->subject.remote = 1;
	if (r->family == AF_INET) {
		net[10] = net[11] = 0xff;
		memcpy(net + 12, r->addr, 4);
	} else {
		memcpy(net, r->addr, 16);
	}
	memcpy(c->subject.net, net, sizeof(net));
}

static void random_connection(struct connection *c)
{
	const char *exe = PICK(programs);
	struct netaddr_range r;

	memset(c, 0, sizeof(*c));
	c->e.identity = &c->id;
	c->e.what = rand() % 4 ? CONNECT_START : LISTEN_START;
	c->e.inbound = rand() % 2;
	c->id.uid = rand() % 3;
	snprintf(c->exe, sizeof(c->exe), "\"%s\"", exe);
	c->id.exe = c->exe;
	c->e.local = (struct netaddr){ .family = AF_INET, .has_port = true,
				       .port = rand() % 2 ? 22 : 40000 };
	if (c->e.what == CONNECT_START) {
		assert_int_equal(netaddr_parse_range(PICK(remotes), &r), 0);
		c->e.remote = r.addr;
		c->e.remote.port = rand() % 2 ? 53 : 443;
		c->e.remote.has_port = true;
	}
	set_subject(c, exe);
}

static enum ignore_decision kernel_decides(const struct ignore_kernel *k,
					   const struct netlog_subject *s)
{
	for (unsigned int i = 0; i < k->count; i++)
		if (netlog_ignore_holds(&k->at[i], s))
			return k->at[i].keep ? IGNORE_KEEP : IGNORE_DROP;
	return IGNORE_NOTHING;
}

static void compare(bool keeps)
{
	unsigned int dropped = 0, in_kernel = 0;

	srand(7);
	for (int round = 0; round < 2000; round++) {
		struct ignore_list *l = random_list(keeps);
		struct ignore_kernel k;
		struct connection c;

		if (!l)
			continue;
		ignore_kernel_make(&k, l, true);
		for (int i = 0; i < 50; i++) {
			random_connection(&c);
			if (ignore_list_decide(l, &c.e) == IGNORE_DROP) {
				dropped++;
				in_kernel += kernel_decides(&k, &c.subject) == IGNORE_DROP;
			} else {
				assert_int_not_equal(kernel_decides(&k, &c.subject), IGNORE_DROP);
			}
		}
		ignore_kernel_close(&k);
		ignore_list_free(l);
	}
	assert_true(dropped > 10000);
	assert_true(in_kernel * 2 > dropped);
}

static void test_drops(void **state)
{
	(void)state;
	compare(false);
}

static void test_exceptions(void **state)
{
	(void)state;
	compare(true);
}

static void test_loopback(void **state)
{
	struct netlog_subject s = { .remote = 1, .port = 80 };
	struct ignore_kernel k;

	(void)state;
	ignore_kernel_make(&k, NULL, false);
	memcpy(s.net, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\1\2\3", 16);
	assert_int_equal(kernel_decides(&k, &s), IGNORE_DROP);
	memcpy(s.net, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	assert_int_equal(kernel_decides(&k, &s), IGNORE_DROP);
	memcpy(s.net, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\1\2\3", 16);
	assert_int_equal(kernel_decides(&k, &s), IGNORE_NOTHING);
	ignore_kernel_make(&k, NULL, true);
	assert_int_equal(k.count, 0);
}

/* As many entries as fit in a page; the text is the one that the module reads. */
static void test_text(void **state)
{
	struct ignore_kernel k = { .count = NETLOG_IGNORES };
	struct netlog_ignore r;
	char text[4096];
	size_t len;

	(void)state;
	for (int i = 0; i < NETLOG_IGNORES; i++)
		k.at[i] = (struct netlog_ignore){
			{ ~0ULL, ~0ULL }, { ~0ULL, 1 }, 4711, 0x800001, 1, 5, 7, 22, 23, 1, 0 };
	len = ignore_kernel_text(&k, text, sizeof(text));
	assert_true(len > 2000 && len < sizeof(text) && text[len - 1] == '\n' && !text[len]);
	assert_int_equal(sscanf(text, NETLOG_IGNORE_FORMAT, &r.keep, &r.exe, &r.dev,
				(unsigned long long *)&r.ino, &r.remote,
				(unsigned long long *)&r.net[0], (unsigned long long *)&r.net[1],
				(unsigned long long *)&r.mask[0], (unsigned long long *)&r.mask[1],
				(unsigned long long *)&r.uid_low, (unsigned long long *)&r.uid_high,
				(unsigned long long *)&r.first, (unsigned long long *)&r.last), 13);
	assert_memory_equal(&r, &k.at[0], sizeof(r));
	k.count = 0;
	assert_int_equal(ignore_kernel_text(&k, text, sizeof(text)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drops), cmocka_unit_test(test_exceptions),
		cmocka_unit_test(test_loopback), cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests_name("ignore_kernel", tests, NULL, NULL);
}
