// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/netlink: audit records directly from the kernel, by libaudit. */
#include "plugin/input/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <libaudit.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugin/input/audit_rules.h"
#include "plugin/input/audit_status.h"

#define RECEIVE_BUFFER (16 << 20)
#define BACKLOG 8192 /* the kernel's own default is 64 */

struct netlink_input {
	int fd;
	int keeper; /* pipe to the keeper process, or -1 */
	bool beside, set_enabled, set_backlog;
	struct audit_state before;
	struct audit_rules *rules;
};

int netlink_fd(const struct netlink_input *l)
{
	return l->fd;
}

bool netlink_beside_auditd(const struct netlink_input *l)
{
	return l->beside;
}

static int open_socket(struct netlink_input *l)
{
	/* bind() assigns a port id; the multicast skips a socket without one, as if it
	 * were the kernel's. */
	struct sockaddr_nl group = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1),
	};
	int size = RECEIVE_BUFFER;

	l->fd = audit_open();
	if (l->fd < 0)
		return -errno;
	setsockopt(l->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (l->beside)
		return bind(l->fd, (struct sockaddr *)&group, sizeof(group)) ?
			     -errno :
			     0;
	return audit_set_pid(l->fd, getpid(), WAIT_YES) < 0 ? -errno : 0;
}

static int prepare_kernel(struct netlink_input *l)
{
	int err = 0;

	/* Without auditd no administrator has chosen these settings. A reader that is briefly slow must not
	 * block the host's system calls. */
	if (!l->beside) {
		l->set_backlog = true;
		audit_set_backlog_limit(l->fd, BACKLOG);
		audit_set_backlog_wait_time(l->fd, 0);
	}
	if (!l->before.enabled) {
		l->set_enabled = true;
		err = audit_set_enabled(l->fd, 1);
	}
	return err < 0 ? err : 0;
}

static bool put_back(struct netlink_input *l)
{
	int fd = audit_open();
	bool good = fd >= 0;

	if (l->set_enabled)
		good &= audit_set_enabled(fd, l->before.enabled) >= 0;
	if (l->rules)
		good &= audit_rules_remove(l->rules) == 0;
	if (l->set_backlog) {
		good &= audit_set_backlog_limit(fd, l->before.backlog_limit) >= 0;
		good &= audit_set_backlog_wait_time(fd,
						    l->before.backlog_wait_time) >= 0;
	}
	if (!l->beside && l->fd >= 0)
		good &= audit_set_pid(l->fd, 0, WAIT_NO) >= 0;
	if (fd >= 0)
		audit_close(fd);
	return good;
}

/* The keeper process: restores the settings if the plugin is killed, which closes the
 * pipe without a byte. Does not return. */
static void keep(struct netlink_input *l, int from)
{
	char word;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_IGN);
	if (from)
		close_range(0, from - 1, 0);
	close_range(from + 1, ~0U, 0);
	l->fd = -1;
	if (read(from, &word, 1) != 1)
		put_back(l);
	_exit(0);
}

static int start_keeper(struct netlink_input *l)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	switch (fork()) {
	case -1:
		close(ends[0]);
		close(ends[1]);
		return -errno;
	case 0:
		keep(l, ends[0]);
	}
	close(ends[0]);
	l->keeper = ends[1];
	return 0;
}

static void end_keeper(struct netlink_input *l)
{
	if (l->keeper < 0)
		return;
	if (write(l->keeper, "d", 1) != 1)
		return;
	close(l->keeper);
	waitpid(-1, NULL, 0);
}

static const char *why_not(int err)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
		return "needs root (CAP_AUDIT_CONTROL, CAP_AUDIT_READ)";
	case -EPROTONOSUPPORT:
	case -EINVAL:
		return "this kernel has no audit (CONFIG_AUDIT)";
	case -ECONNREFUSED:
		return "not available here (a container?)";
	}
	return strerror(-err);
}

struct netlink_input *netlink_open(const char *rules, char *error, size_t size)
{
	struct netlink_input *l = calloc(1, sizeof(*l));
	int err;

	if (!l) {
		snprintf(error, size, "no memory");
		return NULL;
	}
	l->fd = l->keeper = -1;
	err = audit_status_read(&l->before);
	if (err)
		goto err_audit;
	l->beside = l->before.pid != 0;
	err = open_socket(l);
	if (err)
		goto err_audit;
	err = prepare_kernel(l);
	if (err)
		goto err_audit;
	if (rules) {
		l->rules = audit_rules_add(rules, error, size);
		if (!l->rules)
			goto err_rules;
	}
	err = start_keeper(l);
	if (err)
		goto err_audit;
	return l;
err_audit:
	snprintf(error, size, "audit: %s", why_not(err));
err_rules:
	put_back(l);
	if (l->fd >= 0)
		audit_close(l->fd);
	free(l);
	return NULL;
}

bool netlink_close(struct netlink_input *l, char *error, size_t size)
{
	bool good = put_back(l);

	end_keeper(l);
	if (!good)
		snprintf(error, size, "some audit settings could not be restored; "
				      "check auditctl -s and auditctl -l");
	if (l->fd >= 0)
		audit_close(l->fd);
	free(l);
	return good;
}

int netlink_record(int type, const char *message, int len, char *buf, size_t size)
{
	const char *name = audit_msg_type_to_name(type);
	int n;

	if (!message || !name || len < 6 || strncmp(message, "audit(", 6))
		return 0;
	n = snprintf(buf, size, "type=%s msg=%.*s\n", name, len, message);
	if (n >= (int)size)
		return 0;
	for (char *p = buf; p < buf + n - 1; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	return n;
}

/* The length in the header counts the header for the multicast group only: see
 * kauditd_send_multicast_skb() in kernel/audit.c. */
static int format_record(const struct netlink_input *l, const struct audit_reply *rep,
			 char *buf, size_t size)
{
	return netlink_record(rep->type, rep->message,
			      rep->len - (l->beside ? NLMSG_HDRLEN : 0), buf, size);
}

int netlink_read(struct netlink_input *l, char *buf, size_t size)
{
	size_t used = 0;

	while (size - used > MAX_AUDIT_MESSAGE_LENGTH + 64) {
		struct audit_reply rep;
		int n;

		errno = 0;
		n = audit_get_reply(l->fd, &rep, GET_REPLY_NONBLOCKING, 0);
		if (n == -ENOBUFS || (n <= 0 && errno == ENOBUFS))
			return used ? (int)used : -ENOBUFS;
		if (n <= 0)
			break;
		used += format_record(l, &rep, buf + used, size - used);
	}
	return used;
}
