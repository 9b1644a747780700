/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/fragment: a system call's records, or those of them that have come, and the
 * event that they mean (fragment_event.c). Knows the fields' names, and not how they were
 * read.
 */
#ifndef NETLOG_FRAGMENT_H
#define NETLOG_FRAGMENT_H

#include "parser/input_error.h"
#include "parser/audit/record.h"
#include "parser/event.h"
#include "parser/image.h"

struct fragment {
	struct stamp stamp;
	const char *node;
	struct task task;
	bool has_syscall, has_saddr, has_call, has_proctitle;
	bool has_exit, malformed;
	bool ended;			/* an EOE record said so */
	bool by_syslog;			/* a record of it had a prefix */
	bool unkeyed;			/* key=(null): no rule made it */
	bool past_subj;			/* of the record that is read */
	const char *complaint;		/* field at fault, or "" */
	uint32_t arch;
	uint64_t nr;
	uint64_t a[4];			/* of SYSCALL */
	uint64_t call[6];		/* of SOCKETCALL */
	int64_t exit;
	const char *saddr;
	char text[];			/* copies only: all strings */
};

enum fragment_result { FRAGMENT_NOTHING, FRAGMENT_FACT, FRAGMENT_BROKEN };

void fragment_init(struct fragment *p, int64_t sec, uint32_t milli, uint64_t serial,
		const char *node);
/* Begins a record: call before its first field. */
void fragment_record(struct fragment *p);
/*
 * One field of a record of this type (AUDIT_*), in the record's order. Borrows the
 * strings. Ignores fields after subj=, which may be a part of its unescaped value,
 * but for the key= that the kernel writes last.
 */
void fragment_field(struct fragment *p, int type, const char *name, const char *value);

/* The same of a whole record that is not odd. Borrows its strings, and ends them with a
 * NUL in the line. */
void fragment_read(struct fragment *p, const struct record *r);

/* Returns true if no later record of the event could add anything that matters. */
bool fragment_complete(const struct fragment *p);

/* Copies own their strings; fragment_free frees them. */
struct fragment *fragment_copy(const struct fragment *p);
void fragment_free(struct fragment *p);
/* A new copy with what either has; frees first. NULL (first kept) on ENOMEM. */
struct fragment *fragment_merge(struct fragment *first, const struct fragment *more);

/* Saves p, or, if i is loading, returns a copy (p is NULL); NULL: without memory, or i is bad. */
struct fragment *fragment_image(const struct fragment *p, struct image *i);

/* On FRAGMENT_BROKEN, *why is the kind of error and p->complaint names the field. */
enum fragment_result fragment_event(struct fragment *p, struct event *f,
			     enum input_error_kind *why);

#endif
