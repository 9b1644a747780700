/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/output/file: a file that lines are appended to, for transport_file(), transport_stdout()
 * and for logs that are rotated (rotated.c). */
#ifndef NETLOG_FILE_H
#define NETLOG_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "parser/entry/line_time.h"
#include "plugin/output/transport.h"

#define FILE_BUFFER 65536

struct file {
	struct transport t; /* first */
	char *path;
	int fd;	   /* -1: not open, try again */
	bool torn; /* the last line was written in part */
	struct line_clock clock;
	uint64_t size;	/* bytes */
	time_t written; /* when the last of them was; 0: empty */
	char buffer[FILE_BUFFER]; /* lines to be written by one write(2) */
};

/* Returns false without memory. */
bool file_init(struct file *f, const struct transport_ops *ops, const char *path);
void file_fini(struct file *f); /* closes it */

/* As in struct transport_ops. t is the first member of a struct file. */
int file_open(struct transport *t);
int file_reopen(struct transport *t);
int file_write(struct transport *t, const struct message *m, unsigned int count,
	       unsigned int *done);

#endif
