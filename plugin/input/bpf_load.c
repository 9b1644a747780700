// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/bpf_load: selects, loads and attaches the BPF programs for this kernel. */
#include "plugin/input/bpf_load.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin/input/bpf_btf.h"
#include "plugin/input/bpf_preempt.h"
#include "plugin/log.h"

#include "kpatch/bpf/netlog_bpf.h"
#include "netlog.skel.h"	/* made by make */
#include "netlog_old.skel.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"
#define SCTP_BTF "/sys/kernel/btf/sctp"	/* since 5.11 */

/* Functions that these kernels lack or inline; other functions report the same. */
static const char *const optional[] = {
	"inet_sendmsg", "inet6_sendmsg", "inet_recvmsg", "inet6_recvmsg",
	"taskstats_exit", "__x64_sys_delete_module",
	"tcp_v4_pre_connect", "tcp_v6_pre_connect", "tcp_v6_connect", "mptcp_disconnect",
	"udp_abort", "tcp_abort", "inet6_bind", "udpv6_sendmsg", "tty_audit_exit",
	"auditsc_get_stamp",
	"sctp_inet_listen", "sctp_primitive_ASSOCIATE", "sctp_association_free",
	"security_sctp_bind_connect", "security_socket_listen", "security_sock_graft",
};

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

bool bpf_load_is_again(const struct bpf_program *p)
{
	return !strncmp(bpf_program__name(p), "again_", 6);
}

struct bpf_program *bpf_load_again(const struct netlog_bpf *b, const struct bpf_program *p)
{
	char name[64];

	snprintf(name, sizeof(name), "again_%s", bpf_program__name(p));
	return bpf_object__find_program_by_name(b->obj, name);
}

/* A second program is loaded where the first one is. */
static void choose_again(struct netlog_bpf *b, bool preempts)
{
	struct bpf_program *p, *second;
	bool there;

	b->rodata->has_again_set = preempts && b->rodata->has_loop;
	bpf_map__set_autocreate(b->maps.ran, b->rodata->has_again_set);
	bpf_object__for_each_program(p, b->obj) {
		second = bpf_load_again(b, p);
		if (!second)
			continue;
		there = b->rodata->has_again_set && bpf_program__autoload(p);
		bpf_program__set_autoload(second, there);
	}
}

/* In the kernel, or in a module that is loaded. */
static bool can_attach(struct bpf_btf *functions, const char *function)
{
	if (!strncmp(function, "sctp_", 5))
		return !access(SCTP_BTF, F_OK);
	return bpf_btf_has_function(functions, function) ||
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

/* The same programs and maps, from the object that this kernel accepts. */
static struct netlog_bpf *open_object(struct bpf_btf *functions)
{
	struct netlog_bpf *b = calloc(1, sizeof(*b));

	if (!b || netlog_bpf__create_skeleton(b))
		goto err;
	if (!bpf_btf_has_function(functions, "bpf_loop"))
		b->skeleton->data = (void *)netlog_old_bpf__elf_bytes(&b->skeleton->data_sz);
	if (!bpf_object__open_skeleton(b->skeleton, NULL))
		return b;
err:
	netlog_bpf__destroy(b);
	return NULL;
}

/* Sets what this kernel has. Returns 0 or -errno. */
static int choose(struct netlog_bpf *b, const struct btf *btf, struct bpf_btf *functions,
		  const struct bpf_wants *wants, bool can_read, char *error, size_t size)
{
	struct bpf_program *p;
	const char *missing = NULL;

	b->rodata->can_read = can_read;
	b->rodata->has_list = b->rodata->has_list && wants->list;
	b->rodata->has_task_btf_set = bpf_btf_has_function(functions, "bpf_get_current_task_btf");
	b->rodata->has_cookie_set = bpf_btf_has_function(functions, "bpf_get_socket_ptr_cookie");
	b->rodata->has_cast = b->rodata->has_loop &&
			      bpf_btf_has_function(functions, "bpf_rdonly_cast");
	b->rodata->sctp_late = access(SCTP_BTF, F_OK) != 0;
	bpf_object__for_each_program(p, b->obj) {
		const char *function = function_of(p);
		bool there = !function || can_attach(functions, function);

		if (bpf_load_is_again(p))	/* choose_again() */
			continue;
		if (p == b->progs.on_udp_sendmsg || p == b->progs.on_udpv6_sendmsg)
			there = there && wants->flows;
		else if (is_data(b, p))
			there = there && wants->data;
		else if (p == b->progs.on_fork || p == b->progs.on_exec || p == b->progs.on_end)
			there = there && wants->processes;
		else if (p == b->progs.on_send || p == b->progs.on_recv)
			there = wants->uses && has_lengths(btf);
		else if (is_use(b, p))
			there = there && wants->uses && !has_lengths(btf) && b->rodata->has_task_btf_set;
		else if (p == b->progs.on_file)
			there = bpf_btf_has_function(functions, "bpf_sock_from_file");
		else if (p == b->progs.on_file_old)
			there = can_read && !bpf_btf_has_function(functions, "bpf_sock_from_file");
		else if (p == b->progs.on_sctp_connect_late)
			there = there && b->rodata->sctp_late;
		else if (p == b->progs.on_delete_module)	/* 5.10's verifier refuses it */
			there = there && bpf_btf_has_function(functions, "bpf_loop");
		else if (p == b->progs.on_accept_old)
			there = !bpf_btf_has_function(functions, "__inet_accept");
		else if (!there && p != b->progs.on_accept && !is_optional(function))
			missing = function;
		bpf_program__set_autoload(p, there);
	}
	if (b->rodata->has_cookie_set)
		bpf_map__set_max_entries(b->maps.numbers, 8192);	/* of MPTCP alone */
	if (!wants->uses || !b->rodata->has_task_btf_set)	/* both are of 5.11 */
		bpf_map__set_autocreate(b->maps.users, false);
	if (!wants->flows)
		bpf_map__set_max_entries(b->maps.flows, 1);
	choose_data(b, wants->data);
	/* built with CONFIG_PREEMPTION */
	choose_again(b, bpf_btf_has_function(functions, "preempt_schedule") && bpf_preempt_happens());
	if (!missing)
		return 0;
	snprintf(error, size, "this kernel has no function %s", missing);
	return -ENOENT;
}

/* The running kernel's BTF only: btf__load_vmlinux_btf() would also take a vmlinux file of the
 * same release, such as that of Debian's headers, and the numbers of its types may differ. */
static struct netlog_bpf *load(const struct bpf_wants *wants, bool can_read,
			       char *error, size_t size)
{
	struct btf *btf = btf__parse(KERNEL_BTF, NULL);
	struct bpf_btf *functions;
	struct netlog_bpf *b;
	int err;

	*error = *warning = 0;
	if (!btf) {
		snprintf(error, size, "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)");
		return NULL;
	}
	functions = bpf_btf_new(btf);
	b = functions ? open_object(functions) : NULL;
	err = b ? choose(b, btf, functions, wants, can_read, error, size) : 0;
	bpf_btf_free(functions);
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

struct netlog_bpf *bpf_load(const struct bpf_wants *wants, char *error, size_t size)
{
	struct bpf_wants less = *wants;
	struct netlog_bpf *b;
	char first[768];

	libbpf_set_print(on_print);
	b = load(wants, true, error, size);
	less.list = false;
	if (!b && wants->list) {	/* a part that nothing else depends on */
		snprintf(first, sizeof(first), "%s", error);
		b = load(&less, true, error, size);
		if (b)
			log_warnx("the plugin applies the ignore list, not BPF: %s", first);
	}
	if (!b) {
		/* lockdown=confidentiality refuses the helpers that read kernel memory */
		snprintf(first, sizeof(first), "%s", error);
		b = load(&less, false, error, size);
		if (b)
			log_warnx("BPF cannot read all of the kernel's memory, and program "
				  "paths are not known: %s", first);
	}
	if (!b || !attach(b, error, size))
		return b;
	netlog_bpf__destroy(b);
	return NULL;
}
