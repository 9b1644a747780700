/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/index_field: which fields of an entry a block of an index has. */
#ifndef NETLOG_QUERY_INDEX_FIELD_H
#define NETLOG_QUERY_INDEX_FIELD_H

#include "parser/entry/fields.h"

_Static_assert(FIELD_COUNT <= 64, "a bit for each field");

/* Kind, protocol, direction, time and the ends, except their scope, are in struct index_hot; a
 * field that stands for another one, too, is not stored separately. */
static inline bool index_field_is_stored(enum field_id id, bool of_identity)
{
	const struct field *f = &fields[id];

	return f->of_identity == of_identity && !(f->also && f->line == LINE_NOT) &&
	       f->type != TYPE_KIND &&
	       f->type != TYPE_PROTO && f->type != TYPE_DIRECTION && f->type != TYPE_TIME;
}

/* Returns true if the field differs from that of an empty entry. */
static inline bool index_field_is_set(enum field_id id, const char *at)
{
	switch (fields[id].type) {
	case TYPE_NUMBER:
	case TYPE_USER:
	case TYPE_SESSION:
	case TYPE_DURATION:
	case TYPE_BYTES:	return *(const int64_t *)at != ID_UNKNOWN;
	case TYPE_OPTIONAL:	return ((const struct optional *)at)->known;
	case TYPE_TEXT:
	case TYPE_ARGUMENTS:
	case TYPE_NAME:		return *(const char *const *)at;
	case TYPE_ADDRESS:	return ((const struct netaddr *)at)->scope;
	case TYPE_VIA:
	case TYPE_ERRNO:	return *(const int *)at;
	case TYPE_FLAG:		return *(const bool *)at;
	case TYPE_ID:		return ((const struct conn_id *)at)->nth;
	case TYPE_EVENT:	return ((const struct stamp *)at)->serial;
	default:		return false;
	}
}

#endif
