/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/piece: the fields of one audit event, or of the part of it that has
 * come, and what they mean as a fact. Knows field names; knows nothing of how
 * the fields were read.
 */
#ifndef NETLOG_PIECE_H
#define NETLOG_PIECE_H

#include "complaint.h"
#include "fact.h"

struct piece {
	struct stamp stamp;
	const char *node;
	struct task task;
	bool has_syscall, has_saddr, has_call, has_proctitle;
	bool has_exit, malformed;
	bool ended;			/* an EOE record said so */
	bool unkeyed;			/* key=(null): no rule made it */
	const char *complaint;		/* field at fault, or "" */
	uint32_t arch;
	uint64_t nr;
	uint64_t a[4];			/* of SYSCALL */
	uint64_t call[6];		/* of SOCKETCALL */
	int64_t exit;
	const char *saddr;
	struct fact module;		/* fields of the kernel module's record */
	unsigned int module_version;
	char text[];			/* copies only: all strings */
};

#define TASK_UNKNOWN { ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN,	\
		       ID_UNKNOWN, ID_UNKNOWN, NULL, NULL, NULL, NULL }

enum piece_result { PIECE_NOTHING, PIECE_FACT, PIECE_BROKEN };

void piece_init(struct piece *p, int64_t sec, uint32_t milli, uint64_t serial,
		const char *node);
/* One field of a record of this type (AUDIT_*). Borrows the strings. */
void piece_field(struct piece *p, int type, const char *name, const char *value);

/* True when no later record of the event could add anything that matters. */
bool piece_complete(const struct piece *p);

/* Copies own their strings; piece_free frees them. */
struct piece *piece_copy(const struct piece *p);
void piece_free(struct piece *p);
/* A new copy with what either has; frees first. NULL (first kept) on ENOMEM. */
struct piece *piece_merge(struct piece *first, const struct piece *more);

/* On PIECE_BROKEN, *why says what is wrong and p->complaint names the field. */
enum piece_result piece_fact(struct piece *p, struct fact *f,
			     enum complaint_kind *why);
/* The module's record: 0, or -EINVAL with p->complaint set. */
int piece_module_fact(struct piece *p, struct fact *f);

#endif
