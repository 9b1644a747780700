// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/bpf: loads and attaches the BPF programs, reads their ring buffer. */
#include "plugin/input/bpf.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "plugin/clock.h"
#include "plugin/input/bpf_scan.h"
#include "plugin/log.h"

#include "kpatch/bpf/netlog_bpf.h"
#include "netlog.skel.h"	/* made by make */
#include "netlog_old.skel.h"

#define SCTP_BTF "/sys/kernel/btf/sctp"	/* since 5.11 */
#define BATCH_MS 20	/* from the first record in the ring to reading it */

struct bpf_input {
	struct netlog_bpf *bpf;
	struct ring_buffer *ring;
	struct bpf_events *events;
	int64_t due;		/* monotonic ms: the ring is to be read; 0: it is empty */
	struct bpf_scan *scan;
	void (*on_scanned)(int64_t begun, void *arg);
	void *arg;
	bool confused;		/* a record was none: reported once */
};

/* These kernels have no such function, or it is inlined, and others report the same. */
static const char *const optional[] = {
	"inet_sendmsg", "inet6_sendmsg", "inet_recvmsg", "inet6_recvmsg",
	"taskstats_exit", "__x64_sys_delete_module",
	"tcp_v4_pre_connect", "tcp_v6_pre_connect", "tcp_v6_connect", "mptcp_disconnect",
	"udp_abort", "tcp_abort", "inet6_bind", "udpv6_sendmsg", "tty_audit_exit",
	"auditsc_get_stamp",
	"sctp_inet_listen", "sctp_primitive_ASSOCIATE", "sctp_association_free",
	"security_sctp_bind_connect",
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t now_ms(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1000000;
}

/* ---- libbpf's own messages: the first warning explains an error ---- */

static char warning[512];

static int on_print(enum libbpf_print_level level, const char *format, va_list ap)
{
	char text[512];

	if (level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(text, sizeof(text), format, ap);
	text[strcspn(text, "\n")] = 0;
	log_debug("%s", text);
	if (level == LIBBPF_WARN && !*warning)
		snprintf(warning, sizeof(warning), "%s",
			 strncmp(text, "libbpf: ", 8) ? text : text + 8);
	return 0;
}

/* ---- loading ---- */

/* The kernel function of a program; NULL for a tracepoint. */
static const char *function_of(const struct bpf_program *p)
{
	const char *section = bpf_program__section_name(p);

	if (strncmp(section, "fentry/", 7) && strncmp(section, "fexit/", 6))
		return NULL;
	return strchr(section, '/') + 1;
}

static bool is_optional(const char *function)
{
	for (size_t i = 0; i < sizeof(optional) / sizeof(*optional); i++)
		if (!strcmp(function, optional[i]))
			return true;
	return false;
}

static bool has_function(const struct btf *btf, const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}

/* In the kernel, or in a module that is loaded. */
static bool can_attach(const struct btf *btf, const char *function)
{
	if (!strncmp(function, "sctp_", 5))
		return !access(SCTP_BTF, F_OK);
	return has_function(btf, function) ||
	       (strstr(function, "6_") && !access("/sys/kernel/btf/ipv6", F_OK));
}

static bool is_use(const struct netlog_bpf *b, const struct bpf_program *p)
{
	return p == b->progs.on_send4 || p == b->progs.on_send6 || p == b->progs.on_recv4 ||
	       p == b->progs.on_recv6;
}

static bool is_data(const struct netlog_bpf *b, const struct bpf_program *p)
{
	return p == b->progs.on_data_send4 || p == b->progs.on_data_send6 ||
	       p == b->progs.on_data_recv4 || p == b->progs.on_data_recv6;
}

/* A family is watched where both of its functions are. */
static void choose_data(struct netlog_bpf *b, bool wanted)
{
	b->rodata->sees_data4 = wanted && bpf_program__autoload(b->progs.on_data_send4) &&
				bpf_program__autoload(b->progs.on_data_recv4);
	b->rodata->sees_data6 = wanted && bpf_program__autoload(b->progs.on_data_send6) &&
				bpf_program__autoload(b->progs.on_data_recv6);
	if (!wanted)
		bpf_map__set_max_entries(b->maps.unused, 1);
}

/* The tracepoints of sendmsg and recvmsg, 6.3. */
static bool has_lengths(const struct btf *btf)
{
	return btf__find_by_name_kind(btf, "btf_trace_sock_send_length", BTF_KIND_TYPEDEF) > 0;
}

/* The same programs and maps, from the object that this kernel takes. */
static struct netlog_bpf *open_object(const struct btf *btf)
{
	struct netlog_bpf *b = calloc(1, sizeof(*b));

	if (!b || netlog_bpf__create_skeleton(b))
		goto err;
	if (!has_function(btf, "bpf_loop"))
		b->skeleton->data = (void *)netlog_old_bpf__elf_bytes(&b->skeleton->data_sz);
	if (!bpf_object__open_skeleton(b->skeleton, NULL))
		return b;
err:
	netlog_bpf__destroy(b);
	return NULL;
}

/* Sets what this kernel has. Returns 0 or -errno. */
static int choose(struct netlog_bpf *b, const struct btf *btf, const struct bpf_input_options *o,
		  bool can_read, char *error, size_t size)
{
	struct bpf_program *p;
	const char *missing = NULL;

	b->rodata->can_read = can_read;
	b->rodata->has_task_btf = has_function(btf, "bpf_get_current_task_btf");
	b->rodata->has_cookie = has_function(btf, "bpf_get_socket_ptr_cookie");
	b->rodata->sctp_late = access(SCTP_BTF, F_OK) != 0;
	if (has_function(btf, "bpf_rcu_read_lock"))	/* 6.2 */
		b->rodata->exit_fds = 512;
	bpf_object__for_each_program(p, b->obj) {
		const char *function = function_of(p);
		bool there = !function || can_attach(btf, function);

		if (p == b->progs.on_udp_sendmsg || p == b->progs.on_udpv6_sendmsg)
			there = there && o->wants.flows;
		else if (is_data(b, p))
			there = there && o->wants.data;
		else if (p == b->progs.on_fork || p == b->progs.on_exec || p == b->progs.on_end)
			there = there && o->wants.processes;
		else if (p == b->progs.on_send || p == b->progs.on_recv)
			there = o->wants.uses && has_lengths(btf);
		else if (is_use(b, p))
			there = there && o->wants.uses && !has_lengths(btf) && b->rodata->has_task_btf;
		else if (p == b->progs.on_file)
			there = has_function(btf, "bpf_sock_from_file");
		else if (p == b->progs.on_file_old)
			there = can_read && !has_function(btf, "bpf_sock_from_file");
		else if (p == b->progs.on_sctp_connect_late)
			there = there && b->rodata->sctp_late;
		else if (p == b->progs.on_delete_module)	/* 5.10's verifier refuses it */
			there = there && has_function(btf, "bpf_loop");
		else if (p == b->progs.on_accept_old)
			there = !has_function(btf, "__inet_accept");
		else if (!there && p != b->progs.on_accept && !is_optional(function))
			missing = function;
		bpf_program__set_autoload(p, there);
	}
	if (b->rodata->has_cookie)
		bpf_map__set_max_entries(b->maps.numbers, 8192);	/* of MPTCP alone */
	if (!o->wants.uses || !b->rodata->has_task_btf)	/* both are of 5.11 */
		bpf_map__set_autocreate(b->maps.users, false);
	if (!o->wants.flows)
		bpf_map__set_max_entries(b->maps.flows, 1);
	choose_data(b, o->wants.data);
	if (!missing)
		return 0;
	snprintf(error, size, "this kernel has no function %s", missing);
	return -ENOENT;
}

static struct netlog_bpf *load(const struct bpf_input_options *o, bool can_read,
			       char *error, size_t size)
{
	struct btf *btf = btf__load_vmlinux_btf();
	struct netlog_bpf *b;
	int err;

	*error = *warning = 0;
	if (!btf) {
		snprintf(error, size, "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)");
		return NULL;
	}
	b = open_object(btf);
	err = b ? choose(b, btf, o, can_read, error, size) : 0;
	btf__free(btf);
	if (!b) {
		snprintf(error, size, "no memory");
		return NULL;
	}
	if (err)
		goto err_open;
	err = netlog_bpf__load(b);
	if (!err)
		return b;
	snprintf(error, size, "the kernel refuses the programs: %s",
		 *warning ? warning : strerror(-err));
err_open:
	netlog_bpf__destroy(b);
	return NULL;
}

static int attach(struct netlog_bpf *b, char *error, size_t size)
{
	struct bpf_program *p;
	int err = netlog_bpf__attach(b);

	if (!err)
		return 0;
	/* which one was it? */
	bpf_object__for_each_program(p, b->obj) {
		struct bpf_link *l;

		if (!bpf_program__autoload(p))
			continue;
		l = bpf_program__attach(p);
		if (!l) {
			snprintf(error, size, "cannot attach to %s: %s",
				 bpf_program__section_name(p), strerror(errno));
			return err;
		}
		bpf_link__destroy(l);
	}
	snprintf(error, size, "cannot attach: %s", strerror(-err));
	return err;
}

/* ---- the snapshot ---- */

static int link_fd(const struct bpf_link *l)
{
	return l ? bpf_link__fd(l) : -1;
}

static struct bpf_scan *new_scan(const struct netlog_bpf *b, struct bpf_events *events)
{
	const int links[BPF_SCAN_PARTS] = {
		link_fd(b->links.on_file ? b->links.on_file : b->links.on_file_old),
		link_fd(b->links.on_tcp), link_fd(b->links.on_udp),
	};

	return bpf_scan_new(links, events);
}

bool bpf_input_scan(struct bpf_input *b, bool last_ones)
{
	return bpf_scan_begin(b->scan, last_ones);
}

bool bpf_input_scans(const struct bpf_input *b)
{
	return bpf_scan_runs(b->scan);
}

/* ---- reading ---- */

static int on_record(void *arg, void *data, size_t size)
{
	struct bpf_input *b = arg;
	const struct netlog_bpf_event *e = data;

	if (e->kind == NETLOG_BPF_EVENT && bpf_scan_has_found(b->scan))
		bpf_scan_report(b->scan, e->mono);
	if (bpf_events_record(b->events, data, size) == -EINVAL && !b->confused) {
		log_warnx("BPF: a record of %zu bytes is not understood", size);
		b->confused = true;
	}
	return 0;
}

void bpf_input_read(struct bpf_input *b)
{
	int64_t begun;

	bpf_events_clock(b->events, clock_real_minus_mono());
	ring_buffer__consume(b->ring);
	if (bpf_scan_has_found(b->scan))
		bpf_scan_report(b->scan, UINT64_MAX);
	b->due = 0;
	if (!bpf_scan_is_complete(b->scan))
		return;
	begun = bpf_scan_take(b->scan);
	if (begun)		/* and what ended since then is read */
		b->on_scanned(begun, b->arg);
}

/* Once it has woken us, the kernel does not again until all is read. */
int bpf_input_poll(const struct bpf_input *b, struct pollfd *fd)
{
	int64_t wait;

	fd->fd = b->due ? -1 : ring_buffer__epoll_fd(b->ring);
	fd->events = POLLIN;
	fd->revents = 0;
	if (bpf_scan_runs(b->scan) || bpf_scan_is_complete(b->scan))
		return 0;
	if (!b->due)
		return -1;
	wait = b->due - now_ms();
	return wait > 0 ? wait : 0;
}

void bpf_input_work(struct bpf_input *b, const struct pollfd *fd)
{
	if (bpf_scan_runs(b->scan))
		bpf_scan_read(b->scan);
	if (bpf_scan_is_complete(b->scan))
		bpf_input_read(b);
	else if (!b->due && fd->fd >= 0 && fd->revents)
		b->due = now_ms() + BATCH_MS;
	else if (b->due && now_ms() >= b->due)
		bpf_input_read(b);
}

/* ---- the rest ---- */

bool bpf_input_test(struct bpf_input *b)
{
	struct netlog_bpf_shared *s = &b->bpf->bss->shared;
	int fd;

	__atomic_store_n(&s->fired, 0, __ATOMIC_SEQ_CST);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return true;	/* not this one's fault */
	close(fd);
	return __atomic_load_n(&s->fired, __ATOMIC_SEQ_CST);
}

bool bpf_input_has_cookies(const struct bpf_input *b)
{
	return b->bpf->rodata->has_cookie;
}

void bpf_input_silence(struct bpf_input *b, bool silent)
{
	__atomic_store_n(&b->bpf->bss->shared.silent, silent, __ATOMIC_SEQ_CST);
}

int64_t bpf_input_unseen(const struct bpf_input *b)
{
	const struct netlog_bpf_shared *s = &b->bpf->bss->shared;

	return __atomic_load_n(&s->begun, __ATOMIC_SEQ_CST) -
	       __atomic_load_n(&s->seen, __ATOMIC_SEQ_CST);
}

unsigned int bpf_input_woken(const struct bpf_input *b)
{
	return __atomic_load_n(&b->bpf->bss->shared.woken, __ATOMIC_SEQ_CST);
}

void bpf_input_stamps(struct bpf_input *b, bool on)
{
	__atomic_store_n(&b->bpf->bss->shared.stamps, on, __ATOMIC_SEQ_CST);
}

/* While it is replaced nothing is ignored. */
void bpf_input_ignore(struct bpf_input *b, const struct netlog_ignore *list, unsigned int count)
{
	struct netlog_bpf_shared *s = &b->bpf->bss->shared;

	__atomic_store_n(&s->ignores, 0, __ATOMIC_SEQ_CST);
	if (!count)
		return;
	memcpy(b->bpf->bss->ignores, list, count * sizeof(*list));
	__atomic_store_n(&s->ignoring, 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&s->ignores, count, __ATOMIC_SEQ_CST);
}

static int64_t missed(const struct bpf_input *b)
{
	struct bpf_program *p;
	int64_t sum = 0;

	bpf_object__for_each_program(p, b->bpf->obj) {
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);

		if (!bpf_program__autoload(p))
			continue;
		/* len comes back as what the kernel knows */
		if (bpf_obj_get_info_by_fd(bpf_program__fd(p), &info, &len) ||
		    len < offsetof(struct bpf_prog_info, recursion_misses) +
			  sizeof(info.recursion_misses))
			return -1;
		sum += info.recursion_misses;
	}
	return sum;
}

void bpf_input_counts(const struct bpf_input *b, struct bpf_input_counts *c)
{
	const struct netlog_bpf_shared *s = &b->bpf->bss->shared;

	*c = (struct bpf_input_counts){
		.written = s->written, .lost = s->lost, .map_full = s->map_full,
		.exe_lost = s->exe_lost, .missed = missed(b), .ignored = s->ignored,
	};
}

void bpf_input_close(struct bpf_input *b)
{
	if (!b)
		return;
	ring_buffer__free(b->ring);
	bpf_scan_free(b->scan);
	bpf_events_free(b->events);
	if (b->bpf)
		netlog_bpf__destroy(b->bpf);
	free(b);
}

struct bpf_input *bpf_input_open(const struct bpf_input_options *o, char *error, size_t size)
{
	struct bpf_input *b = calloc(1, sizeof(*b));
	char first[768];

	snprintf(error, size, "no memory");
	if (!b)
		return NULL;
	b->on_scanned = o->scanned;
	b->arg = o->to.arg;
	libbpf_set_print(on_print);
	b->events = bpf_events_new(&o->to);
	if (!b->events)
		goto err;
	b->bpf = load(o, true, error, size);
	if (!b->bpf) {
		/* lockdown=confidentiality refuses the helpers that read kernel memory */
		snprintf(first, sizeof(first), "%s", error);
		b->bpf = load(o, false, error, size);
		if (b->bpf)
			log_warnx("BPF cannot read all of the kernel's memory, and program "
				  "paths are not known: %s", first);
	}
	if (!b->bpf || attach(b->bpf, error, size))
		goto err;
	b->ring = ring_buffer__new(bpf_map__fd(b->bpf->maps.ring), on_record, b, NULL);
	if (!b->ring) {
		snprintf(error, size, "cannot map the ring buffer: %s", strerror(errno));
		goto err;
	}
	b->scan = new_scan(b->bpf, b->events);
	if (!b->scan) {
		snprintf(error, size, "no memory");
		goto err;
	}
	if (bpf_input_test(b))
		return b;
	snprintf(error, size, "the programs do not run: kernel.ftrace_enabled is 0");
err:
	bpf_input_close(b);
	return NULL;
}
