/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/entry/user_names: names of users from /etc/passwd, read once. No name service is asked,
 * because each row could wait for it.
 */
#ifndef NETLOG_USER_NAMES_H
#define NETLOG_USER_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct user {
	int64_t uid;
	char name[12];		/* cut to 11 bytes */
};

/* All zero: empty. */
struct user_names {
	struct user *at;	/* sorted by uid */
	size_t count;
};

/* Reads the file; without it, or without memory, t stays empty. */
void user_names_read(struct user_names *t);
void user_names_free(struct user_names *t);
/* Returns the name, which belongs to t, or NULL. */
const char *user_names_name(const struct user_names *t, int64_t uid);

#endif
