/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: settings that user space makes before loading, the maps, the ring buffer. */
#ifndef NETLOG_BPF_MAPS_H
#define NETLOG_BPF_MAPS_H

/* Set by user space before loading: what this kernel allows. */
const volatile bool can_read = true;	/* bpf_probe_read_kernel(): no lockdown=confidentiality */
const volatile bool has_task_btf_set = true;	/* bpf_get_current_task_btf(), 5.11 */
const volatile bool has_cookie_set = true;	/* bpf_get_socket_cookie(), 5.12 */
const volatile bool has_cast = LOOP;	/* bpf_rdonly_cast(), 6.2 */

/* Set in the object that uses bpf_loop() (5.17). It has no code for what older kernels lack. */
const volatile bool has_loop = LOOP;
#define has_task_btf (LOOP || has_task_btf_set)
#define has_cookie (LOOP || has_cookie_set)

/* SCTP's own functions have no BTF type: its module is not loaded, or the kernel is older than
 * 5.11. */
const volatile bool sctp_late = false;
/* Families whose datagrams are all seen; 0 if this was not requested. */
const volatile bool sees_data4, sees_data6;

/* The kernel can preempt a program, and the programs of again.h are loaded. */
const volatile bool has_again_set = false;
#define has_again (LOOP && has_again_set)

const volatile bool has_list = LOOP;	/* the ignore list is applied */

struct netlog_bpf_shared shared = {};
struct netlog_ignore ignores[NETLOG_IGNORES] = {};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} ring SEC(".maps");

/* Numbers for sockets without a cookie of their own, until inet_release(). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);		/* struct sock * */
	__type(value, __u64);
} numbers SEC(".maps");

/* Connects in progress, by inode number: an MPTCP socket and its first subflow share it. */
struct pending {
	struct netlog_bpf_sock sock;	/* the socket when the SYN left */
	struct netlog_bpf_task task;	/* pid 0 if op=connect has named the task */
	__u64 of;			/* SCTP: the association; a socket may try several */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct pending);
} pending SEC(".maps");

/* Calls in progress, by function and thread: the socket when the function was entered. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct netlog_bpf_sock);
} calls SEC(".maps");

/* The last start of each thread, until its system call gets the serial of an audit event. */
struct start {
	__u64 mono, sec, nsec;
	__u32 major, pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct start);
} starts SEC(".maps");

/* Processes whose program was reported, by tgid. */
struct known_exe {
	__u64 id, file, exec_id, start;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct known_exe);
} exes SEC(".maps");

/* Peers that an unconnected datagram socket has sent to. */
struct flow {
	__u64 ino, faddr[2], fport;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);	/* 1 unless flows are enabled */
	__type(key, struct flow);
	__type(value, __u8);
} flows SEC(".maps");

/* Connected datagram sockets (struct sock *) that have neither sent nor received yet. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);	/* 1 unless uses were requested */
	__type(key, __u64);
	__type(value, __u8);
} unused SEC(".maps");

/* The tgid that last sent or received on a socket. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} users SEC(".maps");

#if LOOP
/* as libbpf 1.4 and later declare it */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

/*
 * Returns p, which then must not be passed to a helper. For each pointer that is read from a
 * trusted pointer, the verifier searches the kernel's BTF from beginning to end, up to four
 * times (6.3 and later): a thousand times the cost of another instruction. p is trusted if it
 * is the current task, or an argument of a tp_btf or iterator program.
 */
#define untrusted(p)									\
	(has_cast ? (typeof(p))bpf_rdonly_cast(p, bpf_core_type_id_kernel(typeof(*(p)))) : (p))
#else
#define untrusted(p) (p)
#endif

/* Unique, because one processor makes at most one per nanosecond. */
static __always_inline __u64 unique(void)
{
	return bpf_ktime_get_ns() << 8 | (bpf_get_smp_processor_id() & 255);
}

static __always_inline void count(__u64 *counter)
{
	__sync_fetch_and_add(counter, 1);
}

#endif
