// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: what sock_diag lost is counted on when it is closed and opened again. */
#include "plugin/sources.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "plugin/input/bpf.h"
#include "plugin/log.h"
#include "plugin/privileges.h"

/* ---- in place of the others ---- */

static struct { uint64_t lost, cut; bool exact; } fake;

struct resolver *resolver_open(struct track *t, const struct resolver_options *o, const char **error)
{
	(void)t, (void)o, (void)error;
	fake.lost = fake.cut = 0;	/* a new one counts from 0 */
	return (struct resolver *)&fake;
}

void resolver_close(struct resolver *r, bool ending)
{
	(void)r, (void)ending;
}

void resolver_stats(const struct resolver *r, struct resolver_stats *out)
{
	assert_ptr_equal(r, &fake);
	*out = (struct resolver_stats){ .lost = fake.lost, .cut = fake.cut };
}

void kernel_source_open(struct kernel_source *k, enum kernel_use use,
			const struct bpf_wants *wants, bool snapshot, bool named,
			void (*event)(const struct event *e, void *arg), void *arg)
{
	(void)k, (void)use, (void)wants, (void)snapshot, (void)named, (void)event, (void)arg;
}

bool kernel_source_exact(const struct kernel_source *k) { (void)k; return fake.exact; }
void kernel_source_close(struct kernel_source *k) { (void)k; }
const char *kernel_source_name(const struct kernel_source *k) { (void)k; return NULL; }
bool bpf_input_has_cookies(const struct bpf_input *b) { (void)b; return true; }
bool privileges_has(unsigned int capability) { (void)capability; return true; }
bool privileges_sees_all(void) { return true; }
void log_warnx(const char *format, ...) { (void)format; }
void keep_load(struct keep *k) { (void)k; }
void keep_continue(struct keep *k, const struct slice *slice) { (void)k, (void)slice; }
bool keep_save(struct keep *k) { (void)k; return true; }
void keep_remove(struct keep *k) { (void)k; }
void keep_fini(struct keep *k) { (void)k; }

bool kernel_source_losses(struct kernel_source *k, struct kernel_losses *out)
{
	(void)k, (void)out;
	return false;
}

/* In place of libc's: the initial pid namespace. */
ssize_t readlink(const char *path, char *to, size_t size)
{
	(void)path, (void)size;
	memcpy(to, "pid:[4026531836]", 16);
	return 16;
}

/* ---- the test ---- */

/* Once the reports said sockdiag=18446744073709551613: 3 less than before. */
static void test_counts_go_on(void **state)
{
	static const struct track_limits limits = { .sockets = 16, .processes = 16 };
	static struct input_errors errors;
	struct config c = { .use = USE_AUTO };
	struct track_io io = { 0 };
	struct track *t = track_new(&limits, &io, &errors);
	static struct sources s;

	(void)state;
	sources_open(&s, &c, t, true);
	sources_update(&s);
	assert_non_null(s.resolver);
	fake.lost = 3;
	fake.cut = 2;
	assert_int_equal(sources_sockdiag_lost(&s), 3);
	fake.exact = true;		/* BPF comes: sock_diag is closed */
	sources_update(&s);
	assert_null(s.resolver);
	assert_int_equal(sources_sockdiag_lost(&s), 3);
	fake.exact = false;		/* and opened again */
	sources_update(&s);
	assert_non_null(s.resolver);
	assert_int_equal(sources_sockdiag_lost(&s), 3);
	fake.lost = 1;
	assert_int_equal(sources_sockdiag_lost(&s), 4);
	assert_int_equal(sources_sockdiag_cut(&s), 2);
	sources_close(&s);
	assert_int_equal(sources_sockdiag_lost(&s), 4);
	track_free(t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
