/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/module_record: one record of the kernel module, as kpatch/netlog_record.h
 * describes it, and the event that it means.
 */
#ifndef NETLOG_MODULE_RECORD_H
#define NETLOG_MODULE_RECORD_H

#include "parser/event.h"

struct module_record {
	struct event event;	/* strings are borrowed */
	int oif;
	const char *complaint;	/* field at fault, or NULL */
	unsigned int next;	/* row of the table that is expected */
	bool past_subj;
};

/* To be called before the record's first field. */
void module_record_begin(struct module_record *m);
/* The next field. Fields behind subj= are ignored: its value is not escaped. */
void module_record_field(struct module_record *m, const char *name, const char *value);
/* All fields of a record: text is what follows "audit(…): ", and *end can be written to.
 * Returns false, and leaves the text, if it is not in the kernel's form; else the values that
 * are borrowed are terminated in place. */
bool module_record_read(struct module_record *m, char *text, char *end);
/* Behind the last field: fills in m->event what several fields give together; stamp and node
 * are the caller's. Returns 0, or -EINVAL with m->complaint set. */
int module_record_end(struct module_record *m);

#endif
