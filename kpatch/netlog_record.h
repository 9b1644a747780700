/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract between the kernel module and user space: the names of the
 * operations and of the fields in the audit records that the module writes.
 * Included by kpatch/ (kernel) and by parser/ (user space); no other file may contain
 * these names.
 *
 * One record is one self-contained audit event of type AUDIT_KERNEL:
 *
 *   type=KERNEL msg=audit(1795241079.391:62): netlog=2 op=connect ino=20411
 *   cookie=1a3 proto=6 family=2 state=2 laddr=10.0.0.5 lport=43210
 *   faddr=192.0.2.7 fport=443 netns=4026531840 mono=8412733019 sid=2211
 *   ppid=2211 pid=2304 auid=1000 uid=1000 ... tty=pts0 ses=3 comm="curl"
 *   exe="/usr/bin/curl" subj=unconfined
 *
 * Fields are always in this order; those that do not apply are left out. subj= is
 * the last one, and a reader ignores everything after it: audit writes its value
 * unescaped, and a user can choose it (AppArmor namespaces). No other value can contain
 * a blank: such a comm or exe is in hex.
 *
 * Everything from ppid= on is what audit_log_task_info() writes. With join=0 (lean)
 * it is ppid pid auid uid ses comm exe subj: auditd would have to look up the others.
 * A record that is written in softirq (the completion of a connect) has neither exe
 * nor subj, since "current" is unrelated there: it names the task that called
 * connect(), or in lean none if op=connect has named it already.
 */
#ifndef NETLOG_RECORD_H
#define NETLOG_RECORD_H

/*
 * Value of the first field; increased when an old reader would misread new records.
 * 1: no cookie=, and ino= identifies the socket
 * 2: cookie= identifies the socket
 */
#define NETLOG_RECORD_VERSION 2
#define NETLOG_RECORD_OLDEST 1	/* versions that a reader must support */

/*
 * op=          written when                              fields in addition to the common ones
 * connect      a connect leaves this host (SYN to be sent)
 * established  it completed
 * fail         it failed, or this host refused to send    err (positive errno)
 * accept       a connection was accepted
 * listen       a socket listens
 * bind         a datagram socket was bound (it can receive)
 * dgram        a datagram socket got a (new) peer             data
 * disconnect   a socket lost its peer: connect(AF_UNSPEC), ss -K   tx rx data
 *              or, state=10, a listener was shut down; with data also one that gets
 *              another peer at once
 * flow         first datagram of an unconnected socket to a peer (on request);
 *              the socket stays unconnected, and continues to receive if it was bound
 * release      the last reference to the socket was dropped   tx rx data
 *              err (pending, unread: 104 reset); state=2: aborted while connecting,
 *              with the err of an ICMP message that had arrived
 * exit         a process that holds this socket exits; release then lacks exe
 * load unload  the module itself                          missed lost ver
 * found        it was open when the source began (BPF only)
 * fork exec end  of a process, on request (BPF only); no socket
 * use          another process than before sends or receives on it, on request (BPF only);
 *              tx rx: the bytes that were written and read before
 */
#define NETLOG_OPS(X)				\
	X(CONNECT,	"connect")		\
	X(ESTABLISHED,	"established")		\
	X(FAIL,		"fail")			\
	X(ACCEPT,	"accept")		\
	X(LISTEN,	"listen")		\
	X(BIND,		"bind")			\
	X(DGRAM,	"dgram")		\
	X(DISCONNECT,	"disconnect")		\
	X(FLOW,		"flow")			\
	X(RELEASE,	"release")		\
	X(EXIT,		"exit")			\
	X(LOAD,		"load")			\
	X(UNLOAD,	"unload")		\
	X(FOUND,	"found")		\
	X(FORK,		"fork")			\
	X(EXEC,		"exec")			\
	X(END,		"end")			\
	X(USE,		"use")

enum netlog_op {
	NETLOG_OP_NONE,
#define NETLOG_OP_ENUM(name, text) NETLOG_OP_##name,
	NETLOG_OPS(NETLOG_OP_ENUM)
#undef NETLOG_OP_ENUM
	NETLOG_OP_COUNT
};

/* Field names. Addresses: %pI4 / %pI6c without scope; ports: host order. */
#define NETLOG_F_VERSION	"netlog"
#define NETLOG_F_OP		"op"
#define NETLOG_F_INO		"ino"	/* sockfs inode: socket:[N] in /proc, ss -e; reused */
#define NETLOG_F_COOKIE		"cookie" /* hex: sk:N in ss -e; unique until the next boot */
#define NETLOG_F_PROTO		"proto"	/* IPPROTO_*; 262 is MPTCP */
#define NETLOG_F_FAMILY		"family" /* 2 inet, 10 inet6 */
#define NETLOG_F_STATE		"state"	/* TCP_* before the operation */
#define NETLOG_F_LADDR		"laddr"
#define NETLOG_F_LPORT		"lport"
#define NETLOG_F_FADDR		"faddr"
#define NETLOG_F_FPORT		"fport"
#define NETLOG_F_OIF		"oif"	/* index of the interface it is bound to */
#define NETLOG_F_NETNS		"netns"	/* inode of the network namespace */
#define NETLOG_F_ERR		"err"	/* positive errno */
#define NETLOG_F_TX		"tx"	/* payload the process wrote (TCP only) */
#define NETLOG_F_RX		"rx"	/* payload received, read or not (TCP only) */
/*
 * 0, on request: a connected datagram socket has neither sent nor received, nor tried to, since
 * it got its peer. In op=dgram it means that the socket is watched from here on; the record of
 * its end has it too if the socket is still unused.
 */
#define NETLOG_F_DATA		"data"
#define NETLOG_F_MONO		"mono"	/* CLOCK_MONOTONIC (ktime_get_ns) of this record, ns */
#define NETLOG_F_SID		"sid"	/* POSIX session id, initial pid namespace */
#define NETLOG_F_MISSED		"missed" /* probe hits the kernel skipped (nmissed) */
#define NETLOG_F_LOST		"lost"	/* records the module could not write */
#define NETLOG_F_VER		"ver"	/* version of the module */

#endif
