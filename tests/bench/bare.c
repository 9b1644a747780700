// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/bench/bare: the yardstick of bench-parse. Feeds standard input to
 * auparse, 64 KiB at a time, and reads in each event, walking its fields once
 * and raw, the fields that parser/audit/fragment.c reads. It filters nothing, keeps no
 * state and writes nothing.
 */
#include <auparse.h>
#include <libaudit.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE 65536

struct fields {
	const char *node, *arch, *nr, *exit, *a[4], *call[6];
	const char *pid, *ppid, *uid, *auid, *ses, *comm, *exe;
	const char *saddr, *proctitle;
	unsigned long serial;
};

static unsigned long events, fields_read;

static bool is_argument(const char *name, char last)
{
	return name[0] == 'a' && name[1] >= '0' && name[1] <= last && !name[2];
}

static const char **syscall_field(struct fields *f, const char *name)
{
	switch (*name) {
	case 'a':
		if (is_argument(name, '3'))
			return &f->a[name[1] - '0'];
		if (!strcmp(name, "arch"))
			return &f->arch;
		return strcmp(name, "auid") ? NULL : &f->auid;
	case 'c':
		return strcmp(name, "comm") ? NULL : &f->comm;
	case 'e':
		if (!strcmp(name, "exit"))
			return &f->exit;
		return strcmp(name, "exe") ? NULL : &f->exe;
	case 'p':
		if (!strcmp(name, "pid"))
			return &f->pid;
		return strcmp(name, "ppid") ? NULL : &f->ppid;
	case 's':
		if (!strcmp(name, "syscall"))
			return &f->nr;
		return strcmp(name, "ses") ? NULL : &f->ses;
	case 'u':
		return strcmp(name, "uid") ? NULL : &f->uid;
	}
	return NULL;
}

static const char **place_of(struct fields *f, int type, const char *name)
{
	switch (type) {
	case AUDIT_SYSCALL:
		return syscall_field(f, name);
	case AUDIT_SOCKADDR:
		return strcmp(name, "saddr") ? NULL : &f->saddr;
	case AUDIT_SOCKETCALL:
		return is_argument(name, '5') ? &f->call[name[1] - '0'] : NULL;
	case AUDIT_PROCTITLE:
		return strcmp(name, "proctitle") ? NULL : &f->proctitle;
	}
	return NULL;
}

static void read_record(auparse_state_t *au, struct fields *f)
{
	int type = auparse_get_type(au);

	if (auparse_first_field(au) != 1)
		return;
	do {
		const char *name = auparse_get_field_name(au);
		const char **place = name ? place_of(f, type, name) : NULL;

		if (!place)
			continue;
		*place = auparse_get_field_str(au);
		fields_read++;
	} while (auparse_next_field(au) == 1);
}

static void on_event(auparse_state_t *au, auparse_cb_event_t type, void *arg)
{
	const au_event_t *e = auparse_get_timestamp(au);
	struct fields f = { .node = NULL };

	(void)arg;
	if (type != AUPARSE_CB_EVENT_READY || !e || auparse_first_record(au) != 1)
		return;
	events++;
	f.node = e->host;
	f.serial = e->serial;
	do
		read_record(au, &f);
	while (auparse_next_record(au) == 1);
	/* the compiler must assume that they are used */
	__asm__ volatile("" : : "r"(&f) : "memory");
}

int main(void)
{
	static char buf[READ_SIZE];
	auparse_state_t *au = auparse_init(AUSOURCE_FEED, NULL);
	ssize_t n;

	if (!au) {
		perror("auparse_init");
		return 1;
	}
	auparse_add_callback(au, on_event, NULL, NULL);
	while ((n = read(STDIN_FILENO, buf, sizeof(buf))) > 0)
		if (auparse_feed(au, buf, n)) {
			perror("auparse_feed");
			return 1;
		}
	auparse_flush_feed(au);
	auparse_destroy(au);
	printf("events=%lu fields=%lu\n", events, fields_read);
	return 0;
}
