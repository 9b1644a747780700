// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/audit_request: requests to the kernel's audit, sent by threads. */
#include "plugin/input/audit_request.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

/* One that sleeps takes its turn among the processes that wait for room in the backlog:
 * few may. They stay: the exit of a thread is an audit event. */
#define SENDERS_MAX 2

static struct {
	pthread_mutex_t lock;
	pthread_cond_t wanted;
	bool has_request;
	int fd, type;		/* of the request that no sender has taken yet */
	int count, free;	/* senders; those that wait for a request */
} senders = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, -1, 0, 0, 0 };

static void send_and_sleep(int fd, int type)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct nlmsghdr request = {
		.nlmsg_len = sizeof(request), .nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	};

	/* an error is in the answer, or there is none */
	(void)!sendto(fd, &request, sizeof(request), 0, (const void *)&kernel, sizeof(kernel));
	close(fd);
}

static void *work(void *arg)
{
	int fd, type;

	pthread_mutex_lock(&senders.lock);
	for (;;) {
		while (!senders.has_request)
			pthread_cond_wait(&senders.wanted, &senders.lock);
		senders.has_request = false;
		fd = senders.fd;
		type = senders.type;
		senders.free--;
		pthread_mutex_unlock(&senders.lock);
		send_and_sleep(fd, type);
		pthread_mutex_lock(&senders.lock);
		senders.free++;
	}
	return arg;
}

/* Makes sure that a sender will take the request; the lock is held. */
static int need_sender(void)
{
	pthread_t thread;
	int err;

	if (senders.free > 0)
		return 0;
	if (senders.count == SENDERS_MAX)
		return -EINPROGRESS;
	err = pthread_create(&thread, NULL, work, NULL);
	if (err)
		return -err;
	pthread_detach(thread);
	senders.count++;
	senders.free++;
	return 0;
}

int audit_request(int fd, int type)
{
	int err, own;

	pthread_mutex_lock(&senders.lock);
	err = senders.has_request ? -EINPROGRESS : need_sender();
	own = err ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (!err && own < 0)
		err = -errno;
	if (!err) {
		senders.fd = own;
		senders.type = type;
		senders.has_request = true;
		pthread_cond_signal(&senders.wanted);
	}
	pthread_mutex_unlock(&senders.lock);
	return err;
}
