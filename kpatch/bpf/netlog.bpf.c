// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operations of netlog_record.h from BPF, without a module: fentry, fexit and one
 * tracepoint find here what kpatch/probes.c finds with kprobes, in the same order and by the
 * same rules. Records go to a ring buffer (netlog_bpf.h), which plugin/input/bpf.c reads. One
 * object, built once, serves every kernel with BTF (CO-RE).
 *
 * A sleeping function may have an exit program here: unlike a kretprobe, a trampoline has no
 * pool of instances. The kernel skips a program that is already running on the same processor,
 * and counts the skip (recursion_misses); again.h has second programs for that.
 */
#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

#include "netlog_bpf.h"
#include "kpatch/netlog_ignore.h"
#include "kpatch/netlog_record.h"

char LICENSE[] SEC("license") = "GPL";

#include "maps.h"
#include "again.h"
#include "smc.h"
#include "socket.h"
#include "task.h"
#include "stamp.h"
#include "ignore.h"
#include "snapshot.h"
#include "unused.h"

#include "record.h"
#include "connect.h"
#include "calls.h"
#include "accept.h"
#include "flow.h"
#include "release.h"
#include "use.h"
#include "unload.h"
#include "process.h"
#include "sctp.h"
