// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/audit_status: asks the kernel for the state of audit, rules and module. */
#include "plugin/input/audit_status.h"

#include <errno.h>
#include <inttypes.h>
#include <libaudit.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/input/audit_request.h"

#define ANSWER_MS 2000
#define KEY "netlog"
#define MODULE "/sys/module/audit_netlog"

/* The next message on the socket: its type, 0 after ANSWER_MS, or -errno. */
static int next_reply(int fd, struct audit_reply *rep)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n = poll(&p, 1, ANSWER_MS);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (n == 0)
		return 0;
	if (audit_get_reply(fd, rep, GET_REPLY_NONBLOCKING, 0) <= 0)
		return -EIO;
	if (rep->type == NLMSG_ERROR && rep->error && rep->error->error)
		return rep->error->error;
	return rep->type;
}

/* type as next_reply() returns it. */
static int reply_error(int type)
{
	if (type > 0)
		return 0;
	return type < 0 ? type : -ETIMEDOUT;
}

int audit_status_read(struct audit_state *s)
{
	struct audit_reply rep;
	int fd = audit_open(), type, err;

	if (fd < 0)
		return -errno;
	err = audit_request(fd, AUDIT_GET);
	while (err >= 0) {
		type = next_reply(fd, &rep);
		err = reply_error(type);
		if (type == AUDIT_GET)
			break;
	}
	if (!err)
		*s = (struct audit_state){
			.enabled = rep.status->enabled,
			.pid = rep.status->pid,
			.lost = rep.status->lost,
			.backlog_limit = rep.status->backlog_limit,
			.backlog_wait_time = rep.status->backlog_wait_time,
		};
	audit_close(fd);
	return err;
}

static bool has_key(const struct audit_rule_data *rule)
{
	size_t at = 0, len;

	for (uint32_t i = 0; i < rule->field_count; i++) {
		switch (rule->fields[i]) {
		case AUDIT_FILTERKEY:
			len = rule->values[i];
			if (len >= strlen(KEY) &&
			    !memcmp(rule->buf + at, KEY, strlen(KEY)))
				return true;
			/* fall through */
		case AUDIT_WATCH:
		case AUDIT_DIR:
		case AUDIT_EXE:
		case AUDIT_SUBJ_USER ... AUDIT_SUBJ_CLR:
		case AUDIT_OBJ_USER ... AUDIT_OBJ_LEV_HIGH:
			at += rule->values[i];
		}
	}
	return false;
}

/* The kernel lists each filter's rules in their order. */
static void count_rule(struct audit_status_rules *r, const struct audit_rule_data *rule,
		       unsigned int *never)
{
	if (has_key(rule)) {
		r->netlog = true;
		r->count++;
		r->never_before = *never;
	} else if (rule->flags == AUDIT_FILTER_EXIT && rule->action == AUDIT_NEVER) {
		++*never;
	}
	r->task_never |= rule->flags == AUDIT_FILTER_TASK && rule->action == AUDIT_NEVER;
}

int audit_status_rules(struct audit_status_rules *r)
{
	struct audit_reply rep;
	unsigned int never = 0;
	int fd = audit_open(), type = 0, err;

	memset(r, 0, sizeof(*r));
	if (fd < 0)
		return -errno;
	err = audit_request(fd, AUDIT_LIST_RULES);
	while (err >= 0) {
		type = next_reply(fd, &rep);
		err = reply_error(type);
		if (type == NLMSG_DONE)
			break;
		if (type != AUDIT_LIST_RULES)
			continue;
		count_rule(r, rep.ruledata, &never);
	}
	audit_close(fd);
	return err < 0 ? err : 0;
}

bool audit_status_module(void)
{
	return !access(MODULE, F_OK);
}

/* Returns false if there is no such counter, or no longer. */
static bool read_counter(const char *path, uint64_t *value)
{
	FILE *f = fopen(path, "re");
	bool good = f && fscanf(f, "%" SCNu64, value) == 1;

	if (f)
		fclose(f);
	return good;
}

/* Each load of the module makes a new directory, with a new inode number. */
static uint64_t module_load(void)
{
	struct stat st;

	return stat(MODULE, &st) ? 0 : st.st_ino;
}

void audit_status_module_counts(struct module_counts *m)
{
	uint64_t load = module_load();

	memset(m, 0, sizeof(*m));
	if (load && read_counter(MODULE "/parameters/lost", &m->lost) &&
	    read_counter(MODULE "/parameters/missed", &m->missed) && module_load() == load)
		m->load = load;
	if (m->load)
		read_counter(MODULE "/parameters/ignored", &m->ignored);
}
