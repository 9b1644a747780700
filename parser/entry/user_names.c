// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/user_names: names of users from /etc/passwd. */
#include "parser/entry/user_names.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#define USERS_MAX 4096

static int by_uid(const void *a, const void *b)
{
	const struct user *x = a, *y = b;

	return (x->uid > y->uid) - (x->uid < y->uid);
}

void user_names_read(struct user_names *t)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *pw;

	t->at = calloc(USERS_MAX, sizeof(*t->at));
	while (f && t->at && t->count < USERS_MAX && (pw = fgetpwent(f))) {
		struct user *u = &t->at[t->count++];

		u->uid = pw->pw_uid;
		snprintf(u->name, sizeof(u->name), "%.11s", pw->pw_name);
	}
	if (f)
		fclose(f);
	if (t->at)
		qsort(t->at, t->count, sizeof(*t->at), by_uid);
}

const char *user_names_name(const struct user_names *t, int64_t uid)
{
	struct user key = { .uid = uid }, *found;

	found = t->count ? bsearch(&key, t->at, t->count, sizeof(key), by_uid) : NULL;
	return found ? found->name : NULL;
}

void user_names_free(struct user_names *t)
{
	free(t->at);
	t->at = NULL;
	t->count = 0;
}
