/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/text: strings as audit writes them (quoted, hex or bare), and escaping. */
#ifndef NETLOG_TEXT_H
#define NETLOG_TEXT_H

#include <stddef.h>

/*
 * Decodes an audit string ("quoted", hex, or bare) into buf. Returns the number of
 * bytes, at most size - 1; longer ones are cut. buf is NUL-terminated and may hold
 * NULs: those inside a proctitle separate arguments.
 */
size_t audit_text(const char *encoded, char *buf, size_t size);

/* Bytes that a copy of s takes, NUL included; 0 for NULL. */
size_t text_size(const char *s);

/* Copies s, unless it is NULL, to *to and moves *to past the copy. Returns the copy or NULL. */
const char *text_copy(const char *s, char **to);

/*
 * Copies text to to. Writes space, quotes, backslash and every byte outside printable ASCII as
 * \xHH. Stops before end. Returns the end of the copy; writes no NUL.
 */
char *text_escape(char *to, const char *end, const char *text, size_t len);

/*
 * Undoes text_escape() in place: \xHH becomes that byte, everything else stays.
 * Returns the new length; writes no NUL.
 */
size_t text_unescape(char *text, size_t len);

#endif
