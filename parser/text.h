/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/text: strings as audit writes them: quoted, hex or bare. */
#ifndef NETLOG_TEXT_H
#define NETLOG_TEXT_H

#include <stddef.h>

/* Decodes an audit string ("quoted", hex, or bare) into buf: returns the number
 * of bytes (at most size - 1; buf is NUL-terminated, and may hold NULs).
 * NULs inside a proctitle separate arguments. */
size_t audit_text(const char *encoded, char *buf, size_t size);
/* What a copy takes, NUL included (nothing for NULL); the copy, at *to, which moves on. */
size_t audit_text_size(const char *s);
const char *audit_text_copy(const char *s, char **to);

#endif
