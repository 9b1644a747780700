// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/audit_request: requests to the kernel's audit, sent by threads. */
#include "plugin/input/audit_request.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* One that sleeps takes its turn among the processes that wait for room in the backlog:
 * few may. */
#define SENDERS_MAX 2

struct sending {
	int fd, type;
};

static atomic_int senders;

static void *send_and_sleep(void *arg)
{
	struct sending *s = arg;
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct nlmsghdr request = {
		.nlmsg_len = sizeof(request), .nlmsg_type = s->type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	};

	/* an error is in the answer, or there is none */
	(void)!sendto(s->fd, &request, sizeof(request), 0, (const void *)&kernel,
		      sizeof(kernel));
	close(s->fd);
	free(s);
	atomic_fetch_sub(&senders, 1);
	return NULL;
}

static int start_sender(struct sending *s)
{
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&thread, &attr, send_and_sleep, s);
	pthread_attr_destroy(&attr);
	return -err;
}

int audit_request(int fd, int type)
{
	struct sending *s = malloc(sizeof(*s));
	int err = s ? 0 : -ENOMEM;

	if (atomic_fetch_add(&senders, 1) >= SENDERS_MAX)
		err = -EINPROGRESS;
	if (!err) {
		*s = (struct sending){ fcntl(fd, F_DUPFD_CLOEXEC, 0), type };
		err = s->fd < 0 ? -errno : start_sender(s);
		if (err && s->fd >= 0)
			close(s->fd);
	}
	if (!err)
		return 0;
	free(s);
	atomic_fetch_sub(&senders, 1);
	return err;
}
