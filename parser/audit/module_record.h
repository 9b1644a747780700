/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/module_record: one record of the kernel module (kpatch/netlog_record.h), and the
 * event that it describes.
 */
#ifndef NETLOG_MODULE_RECORD_H
#define NETLOG_MODULE_RECORD_H

#include "parser/event.h"

struct module_record {
	struct event event;	/* strings are borrowed */
	int oif;
	const char *complaint;	/* field at fault, or NULL */
	unsigned int next;	/* expected row of the table */
	bool past_subj;
};

/* Call this before the record's first field. */
void module_record_begin(struct module_record *m);
/* Takes the next field. Fields after subj= are ignored: its value is not escaped. */
void module_record_field(struct module_record *m, const char *name, const char *value);
/* Takes all fields of a record: text follows "audit(…): ", and *end is writable. Returns false,
 * with the text unchanged, if it is not in the kernel's form; otherwise borrowed values are
 * terminated in place. */
bool module_record_read(struct module_record *m, char *text, char *end);
/* After the last field: sets members of m->event that several fields determine; the caller sets
 * stamp and node. Returns 0, or -EINVAL with m->complaint set. */
int module_record_end(struct module_record *m);

#endif
