/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/id_text: id= and ev= as the line has them. */
#ifndef NETLOG_ID_TEXT_H
#define NETLOG_ID_TEXT_H

#include "parser/entry/entry.h"

/* Reads "3f1a09c2-5e01.1", "--s39.1". Without ".1", nth is 0: any connection on that socket.
 * Returns 0, or -EINVAL with *id undefined. */
int id_text_read(const char *text, struct conn_id *id);

/* Reads "1795241079.391:62", or "62", whose sec is -1: that serial at any time. Returns 0, or
 * -EINVAL with *ev undefined. */
int id_text_read_event(const char *text, struct stamp *ev);

#endif
