/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/doctor/files: small files below a root directory, as the checks read them. */
#ifndef NETLOG_DOCTOR_FILES_H
#define NETLOG_DOCTOR_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* Reads at most size - 1 bytes; a NUL follows. Returns their number, or -errno. */
int file_read(const char *root, const char *path, char *buf, size_t size);

bool file_exists(const char *root, const char *path);

/*
 * Value of the last "KEY = VALUE" line of a file; case of the key is ignored, as blanks
 * are, and lines that begin with # or ;. Returns 1, 0 if no line has the key, or -errno.
 */
int file_value(const char *root, const char *path, const char *key, char *buf, size_t size);

/*
 * Does the same for the *.conf files of a directory, in the order of their names: the last
 * value counts, and buf is unchanged if none has the key. Returns 1, 0 or -errno.
 */
int directory_value(const char *root, const char *path, const char *key, char *buf,
		    size_t size);

/* Returns true if the file contains the text, outside comments that begin a line. */
bool file_has(const char *root, const char *path, const char *text);

/* Does the same for any file in the directory whose name ends in suffix. */
bool directory_has(const char *root, const char *path, const char *suffix, const char *text);

/* Copies the rest of the line after the text, from the first file that has it outside a comment
 * line. Returns false if none has. */
bool file_text_after(const char *root, const char *path, const char *text, char *buf,
		     size_t size);
bool directory_text_after(const char *root, const char *path, const char *suffix,
			  const char *text, char *buf, size_t size);

/* Returns true if one of the blank-separated words of the text is equal to it. */
bool has_word(const char *text, const char *word);

#endif
