// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/audit_request: requests to the kernel's audit, sent by threads. */
#include "plugin/input/audit_request.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "plugin/clock.h"

/* A thread that sleeps is one of the few processes that may wait for room in the backlog.
 * Threads stay: the exit of a thread is an audit event. */
#define SENDERS_MAX 2
#define REFUSED_MS 20	/* a request that is refused is refused at once */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t wanted, sent;
	bool has_request;
	int fd, type;		/* of the request that no sender has taken yet */
	unsigned int number, done;	/* of the last request; of the last that was sent */
	int result;		/* of that */
	int count, free;	/* senders; those that wait for a request */
} senders = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.wanted = PTHREAD_COND_INITIALIZER, .sent = PTHREAD_COND_INITIALIZER,
};

static int send_and_sleep(int fd, int type)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct nlmsghdr request = {
		.nlmsg_len = sizeof(request), .nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	};
	int err = 0;

	if (sendto(fd, &request, sizeof(request), 0, (const void *)&kernel, sizeof(kernel)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static void *work(void *arg)
{
	unsigned int number;
	int fd, type, err;

	pthread_mutex_lock(&senders.lock);
	for (;;) {
		while (!senders.has_request)
			pthread_cond_wait(&senders.wanted, &senders.lock);
		senders.has_request = false;
		fd = senders.fd;
		type = senders.type;
		number = senders.number;
		senders.free--;
		pthread_mutex_unlock(&senders.lock);
		err = send_and_sleep(fd, type);
		pthread_mutex_lock(&senders.lock);
		senders.free++;
		senders.done = number;
		senders.result = err;
		pthread_cond_broadcast(&senders.sent);
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

/* Waits a moment for the request of that number to be refused; the lock is held. */
static int refusal(unsigned int number)
{
	struct timespec end = clock_in(REFUSED_MS);

	while (senders.done != number)
		if (pthread_cond_clockwait(&senders.sent, &senders.lock, CLOCK_MONOTONIC, &end))
			return 0;
	return senders.result;
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
		senders.number++;
		pthread_cond_signal(&senders.wanted);
		err = refusal(senders.number);
	}
	pthread_mutex_unlock(&senders.lock);
	return err;
}
