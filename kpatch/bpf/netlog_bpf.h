/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract between netlog.bpf.c and plugin/input/bpf.c: the records in the ring
 * buffer and the counters that both sides map. Operations and the meaning of the
 * fields are those of netlog_record.h. Both sides are built together, so the layout
 * has no version.
 */
#ifndef NETLOG_BPF_H
#define NETLOG_BPF_H

#define NETLOG_BPF_COMM 16
#define NETLOG_BPF_PATH 4096		/* longest path, as PATH_MAX */
#define NETLOG_BPF_NAME 256		/* longest component with its NUL */
#define NETLOG_BPF_ARGS 128		/* length of the command line, as in audit's PROCTITLE */

enum netlog_bpf_kind {
	NETLOG_BPF_EVENT = 1,		/* struct netlog_bpf_event */
	NETLOG_BPF_EXE,			/* struct netlog_bpf_exe */
	NETLOG_BPF_STAMP,		/* struct netlog_bpf_stamp */
};

enum netlog_bpf_direction { NETLOG_BPF_EITHER, NETLOG_BPF_OUTBOUND, NETLOG_BPF_INBOUND };

/* Ports are in host order. Addresses are in network order, IPv4 in the first four bytes. An
 * unknown end is all zero. */
struct netlog_bpf_sock {
	__u64 ino, cookie;		/* cookie 0: unknown */
	__u64 tx, rx;			/* TCP only; op=end: rx is the mono of the fork */
	__u64 laddr[2], faddr[2];
	__u32 netns;
	__s32 oif;
	__u16 family, proto, lport, fport;
	__u8 state, datagram;
	__u8 unused;			/* NETLOG_F_DATA */
	__u8 direction;			/* op=found: enum netlog_bpf_direction */
	__u8 pad[4];
};

struct netlog_bpf_task {		/* pid 0: unknown */
	__u64 exe;			/* id of a netlog_bpf_exe; 0: unknown */
	__u64 cgroup;			/* v2; 0: unknown */
	__u32 pid, ppid, sid;		/* initial pid namespace */
	__u32 uid, auid, ses, egid, pad;
	char comm[NETLOG_BPF_COMM];
	char pcomm[NETLOG_BPF_COMM];	/* the parent's */
};

struct netlog_bpf_event {
	__u32 kind, op;			/* enum netlog_op */
	__s32 err;			/* op=end: as from wait(2); op=fork: the pid that forks */
	__u32 pad;
	__u64 mono;			/* CLOCK_MONOTONIC, ns */
	struct netlog_bpf_sock sock;
	struct netlog_bpf_task task;
};

/*
 * The program of a process, written before the first event of that process and again
 * after each exec. text has the components of the path, last first, each with its NUL;
 * args the beginning of the command line, arguments separated by NUL.
 */
struct netlog_bpf_exe {
	__u32 kind, pid;
	__u64 id;			/* unique */
	__u64 key;			/* of process and file; in a scan, the id, too */
	__u32 parts, len;
	__u32 args_len;
	__u8 deleted, cut, pad[2];	/* the path was cut: it is longer than text */
	char args[NETLOG_BPF_ARGS];
	char text[NETLOG_BPF_PATH + NETLOG_BPF_NAME];
};

/* The serial of the audit event that belongs to the system call of a start. */
struct netlog_bpf_stamp {
	__u32 kind, pid;
	__u64 mono;			/* of the netlog_bpf_event of the start */
	__u32 serial, pad;
};

/* In .bss. User space writes silent and stamps, and clears fired. */
struct netlog_bpf_shared {
	__u64 written;
	__u64 lost;			/* events without room in the ring */
	__u64 exe_lost;			/* paths without room in the ring */
	__u64 map_full;			/* calls and connects without room in a map */
	__u64 begun, seen;		/* TCP connects seen by the tracepoint, by fentry */
	__u32 fired;			/* a release was seen since user space cleared this */
	__u32 silent;			/* write no records */
	__u32 stamps;			/* audit rules are loaded: report serials */
	__u32 woken;			/* how often the module's unload ended the silence */
	__u32 ignores;			/* entries of the ignore list; written by user space */
	__u64 ignored;			/* connections that the list left out */
	__u32 ignoring;			/* a list was set at some time; written by user space */
	__u32 smc;			/* an AF_SMC socket was seen at some time */
	__s64 once;			/* see mark.h */
	__u64 unmarked;			/* runs without memory for a mark */
};

#endif
