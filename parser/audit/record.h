/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/record: one line of an audit log, read without any other line. Pure: lines can be
 * read ahead, in any order and by several threads.
 *
 * record_fields.c reads the fields of a record in the kernel's own form. A record in any other form
 * is odd: auparse reads its fields, so that each form has one interpretation.
 */
#ifndef NETLOG_RECORD_TEXT_H
#define NETLOG_RECORD_TEXT_H

#include "parser/audit/head.h"
#include "parser/audit/syscalls.h"

/* A part of the line; at NULL: absent, or written as (null) or (none). Not terminated. */
struct record_text {
	const char *at;
	uint32_t len;
};

/* Fields of a SYSCALL record. Numbers as in struct task; arguments that no call in syscalls.h
 * uses are as fragment_init() sets them. */
struct record_syscall {
	uint64_t nr, a[4];
	int64_t exit, pid, ppid, uid, auid, ses;
	uint32_t arch;
	bool has_exit, unkeyed;
	struct record_text comm, exe, subj;
};

struct record {
	struct head head;
	bool valid;		/* an audit record: head is read */
	bool too_long;		/* not valid: more than FILTER_MAX bytes */
	bool matters;		/* by itself; true for a record that follows another */
	bool odd;		/* not in the kernel's own form: the rest is not set */
	uint16_t unknown_machine;	/* libaudit has no table for its arch=: length of
					 * that and syscall=; else 0 */
	enum syscall_id call;	/* of SYSCALL; SC_NONE: not read, or another call */
	const char *end;	/* of the record itself: enriched fields may follow */
	struct record_syscall syscall;
	struct record_text value;	/* saddr= of SOCKADDR, proctitle= of PROCTITLE */
};

/*
 * Ends of recent SYSCALL records, from auid= on: all records of a program have the same end.
 * Zeroed at first; the lines must stay valid.
 */
#define RECORD_TAILS 64
struct record_tails {
	struct record_tail {
		const char *at;		/* borrowed; NULL: none yet */
		size_t len;
		struct record_syscall fields;	/* of these those that the tail has */
	} tails[RECORD_TAILS];
};

/* How lines are to be read. */
struct record_how {
	bool prefixes;		/* see head_read() */
	bool fields;		/* read fields; otherwise a record that matters is odd */
	bool clean;		/* no line contains a NUL */
	bool raw;		/* no line has ENRICHED's interpretation */
	struct head_stamp last;	/* of the previous line; zeroed at first */
	struct record_tails *tails;	/* borrowed; NULL: the lines do not stay valid */
};

/* Reads a line without its newline; the line is borrowed. */
void record_read(struct record *r, const char *text, size_t len, struct record_how *how);

/* Sets clean and raw for these lines. */
void record_scan(struct record_how *how, const char *text, size_t len);

/* Sets *r for a line that is too long to be read. */
void record_too_long(struct record *r, const char *text, size_t len);

#define RECORD_MARKS_MAX 32	/* "msg=", HEAD_BY_SYSLOG, a newline */

/*
 * Copies the record without the fields that fragment.c never reads (most fields of a SYSCALL
 * record), and marks a record that has a prefix. to has room for the line and RECORD_MARKS_MAX bytes
 * more. Returns the end of the copy; writes no newline.
 */
char *record_copy(const struct record *r, char *to);

#endif
