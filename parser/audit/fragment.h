/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/fragment: the records of a system call that have arrived, and the event that they
 * describe (fragment_event.c). Fields are interpreted by name; each reader of records uses this.
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
	bool ended;			/* an EOE record arrived */
	bool by_syslog;			/* a record of it had a prefix */
	bool unkeyed;			/* key=(null): no rule made it */
	bool past_subj;			/* of the current record */
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

/* Does the same for a whole record that is not odd. Borrows its strings, and terminates them in the
 * line. */
void fragment_read(struct fragment *p, const struct record *r);

/* Returns true if no later record of the event could add anything that matters. */
bool fragment_complete(const struct fragment *p);

/* Copies own their strings; fragment_free frees them. */
struct fragment *fragment_copy(const struct fragment *p);
void fragment_free(struct fragment *p);
/* Returns a new copy with the fields of both, and frees first. NULL without memory: first stays. */
struct fragment *fragment_merge(struct fragment *first, const struct fragment *more);

/* Saves p, or, if i is loading, returns a copy (p is NULL); NULL: without memory, or i is bad. */
struct fragment *fragment_image(const struct fragment *p, struct image *i);

/* On FRAGMENT_BROKEN, *why is the kind of error and p->complaint names the field. */
enum fragment_result fragment_event(struct fragment *p, struct event *f,
			     enum input_error_kind *why);

#endif
