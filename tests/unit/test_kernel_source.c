// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/kernel_source: who speaks, module or BPF, while the module comes and
 * goes and BPF fails: no event twice, none lost uncounted. BPF, the clock and the module's
 * state are made up here. */
#include "plugin/kernel_source.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "table.h"

#define MS 1000000LL

/* ---- in place of libc and plugin/input/bpf ---- */

static int64_t now;	/* ns */
static bool live;	/* the module is loaded */

int clock_gettime(clockid_t clock, struct timespec *t)
{
	(void)clock;
	t->tv_sec = now / (1000 * MS);
	t->tv_nsec = now % (1000 * MS);
	return 0;
}

FILE *fopen(const char *path, const char *mode)
{
	static char state[] = "live\n";

	if (!strcmp(path, "/sys/module/audit_netlog/initstate"))
		return live ? fmemopen(state, sizeof(state) - 1, "r") : NULL;
	(void)mode;
	return NULL;
}

static struct bpf_input {
	struct bpf_input_options o;
	bool silent, fails, runs, last_ones;
	unsigned int woken, scans, lost;
	int64_t unseen;
} bpf;

struct bpf_input *bpf_input_open(const struct bpf_input_options *o, char *error, size_t size)
{
	(void)error, (void)size;
	bpf = (struct bpf_input){ .o = *o };
	return &bpf;
}

void bpf_input_close(struct bpf_input *b) { (void)b; }
int bpf_input_poll(const struct bpf_input *b, struct pollfd *fd) { (void)b, (void)fd; return -1; }
void bpf_input_work(struct bpf_input *b, const struct pollfd *fd) { (void)b, (void)fd; }
void bpf_input_read(struct bpf_input *b) { (void)b; }
bool bpf_input_scans(const struct bpf_input *b) { return b->runs; }
bool bpf_input_test(struct bpf_input *b) { return !b->fails; }
bool bpf_input_has_cookies(const struct bpf_input *b) { (void)b; return true; }
void bpf_input_silence(struct bpf_input *b, bool silent) { b->silent = silent; }
void bpf_input_stamps(struct bpf_input *b, bool on) { (void)b, (void)on; }
unsigned int bpf_input_woken(const struct bpf_input *b) { return b->woken; }
int64_t bpf_input_unseen(const struct bpf_input *b) { return b->unseen; }

bool bpf_input_scan(struct bpf_input *b, bool last_ones)
{
	b->scans++;
	b->runs = true;
	b->last_ones = last_ones;
	return true;
}

void bpf_input_counts(const struct bpf_input *b, struct bpf_input_counts *c)
{
	*c = (struct bpf_input_counts){ .missed = -1, .lost = b->lost };
}

/* ---- steps, at times of their own in ms ("@5") ----
 *   M m      the module is loaded, is not any more
 *   W        rmmod is called: BPF ends its silence
 *   F f      BPF's programs do not run, run again; u5: so many connects were not seen
 *   b7 k7    an event of inode 7, now, by BPF, by the module through auditd
 *   k7-300   the same, of 300 ms ago
 *   o7       BPF: inode 7 is released by this process, as the last holder
 *   U        the module's last record
 *   .        the check of each second
 *   =TEXT    what the tracker got since the last =: L and X for op=load and unload
 *   ~ !      BPF is silent, is not
 *   #3       so many losses were counted since the last #
 *   l3       so many are counted in all
 *   s1 s2    the loop comes round: a scan after a loss, one by the clock, begins; s0: none
 *   S s      the scan is complete: S1 is of something lost, S2 by the clock
 */
struct row {
	const char *name, *steps;
};

static const struct row rows[] = {
	{ "BPF alone", "=L, b1 =b1, ! k1 =" },
	{ "a scan was the last to hold a socket: nobody is named", "b1 o1 =L,b1,-1," },
	{ "the module comes", "b1 @1000 M b2 . =L,b1,b2, ~ k2 = @1100 k3 =k3," },
	{ "the module comes: what both saw, and what BPF missed",
	  "@1000 b1 M . ~ =L,b1, @1005 k1 = k2 =k2," },
	{ "the module goes", "@1000 M . @2000 k1 =L,k1, W ! @2010 b2 b3 = k2 = m @2050 b4 U =L,b3,k2,b4," },
	{ "the module goes: the two in the order of time",
	  "@1000 M . =L, W @2010 b2 @2020 b3 @2030 b4 @2300 k4-275 k2-285 k5-285 m U =L,k2,k5,b3,k4," },
	{ "the module goes: a late record of before",
	  "@1000 M . @2000 W @2010 b2 =L, @2400 k7-500 k2-390 m U =L,k7,k2," },
	{ "the module goes, its records are late",
	  "@1000 M . @2000 k1 =L,k1, W @2010 b2 b3 m @3000 . b4 = k2-990 k5-1100 = U =L,k5,b3,k2,b4, k3 = b6 =b6," },
	{ "the module's last record is lost",
	  "@1000 M . @2000 W b1 m @3000 . @11000 . =L, @12500 . =L,b1, !" },
	{ "rmmod fails", "@1000 M . =L, W @1500 b1 k1 = @2000 . ! @5000 . ~ =k1, k3 =k3, W ! b2 = m U =L,b2," },
	{ "BPF fails", "=L, b1 u5 @1000 . F u8 @2000 . =b1,X, ~ #3 b2 f @3000 . ! =L," },
	{ "scans at the start, and by the clock", "s1 s0 S1 @3000 s1 S1 @6000 s0 @303000 s2 @700000 s0 S2 s2" },
	{ "a scan after a loss waits for the one by the clock",
	  "s1 S1 @2000 s1 S1 @302000 s2 l3 #3 @304000 s0 S2 s1 S1 @306000 s1 S1 @308000 s0" },
	{ "a scan after a loss comes at once, and not too often",
	  "s1 S1 @2000 s1 S1 @10000 l3 #3 s1 S1 @12000 s1 S1 @12500 l4 #1 s0 @13900 s0 @14000 s1" },
	{ "no scan by the clock while neither speaks", "s1 S1 @2000 s1 S1 F @3000 . @600000 s0 f . s1" },
	{ "BPF fails beside the module", "M @1000 . F u8 @2000 . #0 ~ k1 =L,k1," },
};

static char got[1024];
static int by_clock;	/* kind of the last complete scan, as S */
static struct kernel_source k;

static void on_event(const struct event *e, void *arg)
{
	size_t n = strlen(got);

	(void)arg;
	if (e->kind == EVENT_SCANNED)
		by_clock = e->result ? 2 : 1;
	else if (e->op == NETLOG_OP_LOAD || e->op == NETLOG_OP_UNLOAD)
		snprintf(got + n, sizeof(got) - n, "%c,", e->op == NETLOG_OP_LOAD ? 'L' : 'X');
	else
		snprintf(got + n, sizeof(got) - n, "%s%d,", e->task.pid == 1 ? "b" :
			 e->task.pid == ID_UNKNOWN ? "-" : "k", (int)e->ino);
}

static struct event event(enum netlog_op op, int ino, int64_t mono, int pid)
{
	return (struct event){ .kind = EVENT_MODULE, .op = op, .ino = ino, .mono = mono,
			       .task = { .pid = pid } };
}

/* Does the same as the plugin's main.c. */
static void by_auditd(struct event e)
{
	if (kernel_source_takes(&k, &e))
		on_event(&e, NULL);
}

static void step(const char *s)
{
	struct kernel_losses lost = { 0 };
	struct event e;
	int ino = 0, ago = 0;

	switch (*s) {
	case '@':	now = atoi(s + 1) * MS; break;
	case 'M':	live = true; break;
	case 'm':	live = false; break;
	case 'W':	bpf.woken++; bpf.silent = false; break;
	case 'F':	bpf.fails = true; break;
	case 'f':	bpf.fails = false; break;
	case 'u':	bpf.unseen = atoi(s + 1); break;
	case 'b':
		e = event(NETLOG_OP_ACCEPT, atoi(s + 1), now, 1);
		if (!bpf.silent)
			bpf.o.to.event(&e, bpf.o.to.arg);
		break;
	case 'o':
		e = event(NETLOG_OP_RELEASE, atoi(s + 1), now, getpid());
		bpf.o.to.event(&e, bpf.o.to.arg);
		break;
	case 'k':
		assert_true(sscanf(s, "k%d-%d", &ino, &ago) >= 1);
		by_auditd(event(NETLOG_OP_ACCEPT, ino, now - ago * MS, 2));
		break;
	case 'U':	by_auditd(event(NETLOG_OP_UNLOAD, 0, now, 2)); break;
	case '.':	kernel_source_check(&k); break;
	case '~':	assert_true(bpf.silent); break;
	case '!':	assert_false(bpf.silent); break;
	case '#':
		kernel_source_losses(&k, &lost);
		assert_int_equal(lost.bpf, atoi(s + 1));
		break;
	case 'l':	bpf.lost = atoi(s + 1); break;
	case 's':
		bpf.scans = 0;
		kernel_source_work(&k, NULL);
		assert_int_equal(bpf.scans, s[1] != '0');
		if (bpf.scans)
			assert_int_equal(bpf.last_ones, s[1] == '1');
		break;
	case 'S':
		bpf.runs = false;
		bpf.o.scanned(1, bpf.o.to.arg);
		assert_int_equal(by_clock, s[1] - '0');
		break;
	case '=':
		assert_string_equal(got, s + 1);
		*got = 0;
		break;
	default:
		fail_msg("step %s", s);
	}
}

static void test(void **state)
{
	static const struct bpf_wants wants = { .scan = 300 };
	const struct row *row = *state;
	char *steps = strdup(row->steps), *save = NULL;

	now = 0;
	live = false;
	*got = 0;
	memset(&k, 0, sizeof(k));
	kernel_source_open(&k, KERNEL_AUTO, &wants, true, true, on_event, NULL);
	for (char *s = strtok_r(steps, " ", &save); s; s = strtok_r(NULL, " ", &save))
		step(s);
	kernel_source_close(&k);
	free(steps);
}

int main(void)
{
	return table_run("kernel_source", test, ROWS(rows));
}
