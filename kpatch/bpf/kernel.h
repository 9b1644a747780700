/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's types, as far as netlog.bpf.c reads them. libbpf finds the offset of each field
 * in the running kernel by name (CO-RE), so order and size do not matter here.
 */
#ifndef NETLOG_BPF_KERNEL_H
#define NETLOG_BPF_KERNEL_H

#include <linux/types.h>

#include <linux/bpf.h>
#include <stdbool.h>

#define AF_UNSPEC 0
#define AF_INET 2
#define AF_INET6 10
#define AF_SMC 43
#define ECONNABORTED 103
#define SOCKFS_MAGIC 0x534F434B
#define SIN_LEN 16
#define SIN6_LEN 24			/* without the scope: SIN6_LEN_RFC2133 */

enum { SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3 };
enum { IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_SCTP = 132, IPPROTO_UDPLITE = 136,
       IPPROTO_SMC = 256, IPPROTO_MPTCP = 262 };
enum { TCP_ESTABLISHED = 1, TCP_SYN_SENT, TCP_SYN_RECV, TCP_FIN_WAIT1, TCP_FIN_WAIT2,
       TCP_TIME_WAIT, TCP_CLOSE, TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_LISTEN, TCP_CLOSING };
typedef enum { SS_UNCONNECTED = 1, SS_CONNECTED = 3 } socket_state;
#define MSG_PEEK 2
#define SOCK_DONE_FLAG 1		/* enum sock_flags: SOCK_DONE */
#define PIDTYPE_SID 3

/* security_sctp_bind_connect(): the values of optname that connect */
enum { SCTP_SOCKOPT_CONNECTX_OLD = 107, SCTP_SOCKOPT_CONNECTX = 110, SCTP_SOCKOPT_CONNECTX3,
       SCTP_SENDMSG_CONNECT = 126 };

/* GFP_ATOMIC | __GFP_MEMALLOC, until 6.3 and since 6.3. */
#define GFP_MEMALLOC_OLD 0x20a20
#define GFP_MEMALLOC 0x20820

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common { unsigned int inum; };
struct net { struct ns_common ns; };
typedef struct { struct net *net; } possible_net_t;

struct in6_addr { union { __u32 u6_addr32[4]; } in6_u; };

typedef struct { __s64 counter; } atomic64_t;
struct sock_common {
	__u32 skc_daddr, skc_rcv_saddr;
	__u16 skc_dport, skc_num, skc_family;
	volatile unsigned char skc_state;
	unsigned char skc_reuse : 4;
	int skc_bound_dev_if;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
	unsigned long skc_flags;
	atomic64_t skc_cookie;
};

struct socket;
typedef struct { int owned; } socket_lock_t;
struct sock {
	struct sock_common __sk_common;
	socket_lock_t sk_lock;
	struct socket *sk_socket;
	unsigned char sk_kern_sock : 1;
	__u16 sk_type, sk_protocol;
	unsigned int sk_allocation;
	int sk_err;
};

struct inet_sock { struct sock sk; __u16 inet_sport; };
struct inet_connection_sock { struct inet_sock icsk_inet; };
struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u64 bytes_sent, bytes_retrans, bytes_received, bytes_acked;
	__u32 packets_out, total_retrans;
	__u32 write_seq, snd_nxt, rcv_nxt, copied_seq;
};

struct super_block { unsigned long s_magic; __u32 s_dev; };
struct inode { unsigned long i_ino; struct super_block *i_sb; };

struct qstr { const unsigned char *name; };
struct hlist_bl_node { struct hlist_bl_node *next, **pprev; };
struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
};
struct vfsmount { struct dentry *mnt_root; };
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};
struct path { struct vfsmount *mnt; struct dentry *dentry; };

struct file { struct inode *f_inode; struct path f_path; void *private_data; };
/* The reference count, until 6.12 and since 6.12. */
typedef struct { long counter; } atomic_long_t;
typedef struct { atomic_long_t refcnt; } file_ref_t;
struct file___old { atomic_long_t f_count; };
struct file___new { file_ref_t f_ref; };

struct socket { socket_state state; struct file *file; struct sock *sk; };

struct fdtable { unsigned int max_fds; struct file **fd; unsigned long *open_fds; };
struct files_struct { struct fdtable *fdt; };
struct fs_struct { struct path root; };
struct mm_struct { struct file *exe_file; unsigned long arg_start, arg_end; };
struct upid { int nr; };
struct pid { struct upid numbers[1]; };
struct signal_struct { struct pid *pids[4]; int group_exit_code; unsigned int flags; };
#define SIGNAL_GROUP_EXIT 4
struct kernfs_node { __u64 id; };
struct cgroup { struct kernfs_node *kn; };
struct css_set { struct cgroup *dfl_cgrp; };
typedef struct { unsigned int val; } kuid_t;
struct timespec64 { __s64 tv_sec; long tv_nsec; };
typedef struct { unsigned int val; } kgid_t;
struct cred { kuid_t uid; kgid_t egid; };
struct audit_stamp { struct timespec64 ctime; unsigned int serial; };
/* The entry time and the serial of the call, until 6.x and in 7.x. */
struct audit_context { int major; };
struct audit_context___old { struct timespec64 ctime; unsigned int serial; };
struct audit_context___new { struct audit_stamp stamp; };
struct task_struct {
	struct audit_context *audit_context;
	int pid, tgid, exit_code;
	struct css_set *cgroups;
	struct task_struct *real_parent, *group_leader;
	struct signal_struct *signal;
	kuid_t loginuid;
	unsigned int sessionid;
	struct mm_struct *mm;
	struct fs_struct *fs;
	struct files_struct *files;
	__u64 start_time, self_exec_id;
	const struct cred *cred;
	char comm[16];
};

struct pt_regs { unsigned long di; };

struct seq_file { int _; };
struct bpf_iter_meta { struct seq_file *seq; };
struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct file *file;
};

struct udp_sock { struct inet_sock inet; };
struct bpf_iter__tcp { struct bpf_iter_meta *meta; struct sock_common *sk_common; };
struct bpf_iter__udp { struct bpf_iter_meta *meta; struct udp_sock *udp_sk; };

struct msghdr { void *msg_name; int msg_namelen; };

struct sctp_ep_common { struct sock *sk; };
union sctp_addr { char bytes[28]; };
struct sctp_association {
	struct sctp_ep_common base;
	struct { union sctp_addr primary_addr; } peer;
	__u8 temp : 1;
};

#pragma clang attribute pop

#endif
