/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/head: the head of one line of an audit log: node, record type, time and
 * serial. Reads text only; auparse has not seen the line yet.
 */
#ifndef NETLOG_HEAD_H
#define NETLOG_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum record_type {
	RECORD_OTHER, RECORD_SYSCALL, RECORD_SOCKADDR, RECORD_SOCKETCALL, RECORD_PROCTITLE,
	RECORD_EOE, RECORD_KERNEL, RECORD_BOOT, RECORD_DAEMON_START, RECORD_DAEMON,
	RECORD_URINGOP
};

struct head {
	const char *text, *end;	/* from "node=" or "type=" on; borrowed */
	const char *body;	/* after "audit(…): " */
	const char *stamp;	/* at "audit(" */
	const char *node_name;	/* not terminated; NULL: none */
	size_t node_len;
	enum record_type type;
	uint64_t node;		/* head_node() of the name, 0: none */
	uint64_t key;		/* of the event: node and serial */
	uint64_t serial;	/* 0: not read */
	uint64_t time;		/* milliseconds */
	bool no_msg;		/* "audit(" without "msg=" before it: printk's form */
	bool prefixed;		/* a prefix of syslog or the like precedes it */
};

/* The field that filter.c puts first into a record with a prefix. */
#define HEAD_BY_SYSLOG "by_syslog"

/* The time and serial that were read last: the records of an event share them. */
struct head_stamp {
	char text[40];		/* "1700000000.100:1" */
	size_t len;		/* 0: none yet */
	uint64_t sec, time, serial;
};

/*
 * Reads a line without its newline. prefixes: text before "node=" or "type=" may be that
 * of syslog, audispd or the kernel's log. last starts zeroed and is kept from line to
 * line. Returns false if it is no audit record.
 */
bool head_read(struct head *h, const char *text, size_t len, bool prefixes,
	       struct head_stamp *last);

/* Does the same for a line that is known to contain no NUL. */
bool head_read_clean(struct head *h, const char *text, size_t len, bool prefixes,
		     struct head_stamp *last);

/* Returns the hash of a node's name, as in struct head; 0 if len is 0. */
uint64_t head_node(const char *name, size_t len);

/* Reads digits of base 10 or 16 and moves *p past them. */
uint64_t head_number(const char **p, const char *end, int base);

#endif
