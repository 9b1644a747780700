/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/view_raw: the audit events of the matches, for -r. */
#ifndef NETLOG_QUERY_VIEW_RAW_H
#define NETLOG_QUERY_VIEW_RAW_H

#include "parser/query/raw.h"
#include "parser/query/view.h"

extern const struct view_ops view_raw;

/* The noted events; NULL for another view. */
struct raw *view_raw_events(struct view *v);

#endif
