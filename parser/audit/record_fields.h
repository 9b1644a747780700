/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/audit/record_fields: the fields of one record, as the kernel writes them. */
#ifndef NETLOG_RECORD_FIELDS_H
#define NETLOG_RECORD_FIELDS_H

#include "parser/audit/record.h"

/* head, call and end of r are set. tails may be NULL. Returns false if the record is not in the
 * kernel's form. */
bool record_fields_read(struct record *r, struct record_tails *tails);

#endif
