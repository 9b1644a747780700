// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: reading sock_diag's sockets: messages that were cut off, and errors. */
#include "plugin/resolve/sockdiag.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

/* ---- in place of the kernel ---- */

static struct mnl_socket *const a_socket = (void *)&a_socket;
static struct { int err, flags, count; } next;	/* of the next read */
static unsigned int seq;

struct mnl_socket *mnl_socket_open2(int bus, int flags) { (void)bus, (void)flags; return a_socket; }
int mnl_socket_bind(struct mnl_socket *s, unsigned int g, pid_t p) { (void)s, (void)g, (void)p; return 0; }
int mnl_socket_get_fd(const struct mnl_socket *s) { (void)s; return 99; }
int mnl_socket_close(struct mnl_socket *s) { (void)s; return 0; }
int connect(int fd, const struct sockaddr *a, socklen_t l) { (void)fd, (void)a, (void)l; return 0; }

int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	(void)fd, (void)level, (void)name, (void)value, (void)len;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *s, int type, void *value, socklen_t len)
{
	(void)s, (void)type, (void)value, (void)len;
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *s, const void *request, size_t len)
{
	(void)s;
	seq = ((const struct nlmsghdr *)request)->nlmsg_seq;
	return len;
}

static size_t put_socket(void *to)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(to);
	struct inet_diag_msg *d = mnl_nlmsg_put_extra_header(m, sizeof(*d));

	m->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	m->nlmsg_seq = seq;
	d->idiag_family = AF_INET;
	d->id.idiag_cookie[0] = 7;
	return m->nlmsg_len;
}

static size_t put_end(void *to)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(to);

	m->nlmsg_type = NLMSG_DONE;
	m->nlmsg_seq = seq;
	return m->nlmsg_len;
}

static void from_kernel(struct msghdr *h)
{
	*(struct sockaddr_nl *)h->msg_name = (struct sockaddr_nl){ .nl_family = AF_NETLINK };
	h->msg_namelen = sizeof(struct sockaddr_nl);
}

ssize_t recvmsg(int fd, struct msghdr *h, int flags)
{
	(void)fd, (void)flags;
	if (next.err) {
		errno = next.err;
		return -1;
	}
	from_kernel(h);
	h->msg_flags = next.flags;
	return next.count ? put_socket(h->msg_iov->iov_base) : put_end(h->msg_iov->iov_base);
}

/* next.flags are those of the first message. */
int recvmmsg(int fd, struct mmsghdr *m, unsigned int room, int flags, struct timespec *timeout)
{
	(void)fd, (void)flags, (void)room, (void)timeout;
	if (next.err) {
		errno = next.err;
		return -1;
	}
	for (int i = 0; i < next.count; i++) {
		from_kernel(&m[i].msg_hdr);
		m[i].msg_hdr.msg_flags = i ? 0 : next.flags;
		m[i].msg_len = put_socket(m[i].msg_hdr.msg_iov->iov_base);
	}
	return next.count;
}

/* ---- tests ---- */

static struct sockdiag *d;
static unsigned int got;

static void count(const struct diag_sock *s, void *arg)
{
	(void)arg;
	assert_int_equal(s->cookie, 7);
	got++;
}

static int open_one(void **state)
{
	(void)state;
	memset(&next, 0, sizeof(next));
	got = 0;
	d = sockdiag_open(1);
	return !d || sockdiag_subscribe(d);
}

static int close_one(void **state)
{
	(void)state;
	sockdiag_close(d);
	return 0;
}

/* A notification that was cut off is one that was lost; those behind it are read. */
static void test_events(void **state)
{
	(void)state;
	next.count = 3;
	assert_int_equal(sockdiag_read_events(d, count, NULL), 0);
	assert_int_equal(got, 3);
	next.flags = MSG_TRUNC;
	assert_int_equal(sockdiag_read_events(d, count, NULL), -ENOBUFS);
	assert_int_equal(got, 5);
	next.err = ENOBUFS;
	assert_int_equal(sockdiag_read_events(d, count, NULL), -ENOBUFS);
	next.err = EAGAIN;
	assert_int_equal(sockdiag_read_events(d, count, NULL), 0);
}

/* A dump in which a message was cut off has failed: it must not count as complete. */
static void test_dump(void **state)
{
	(void)state;
	assert_int_equal(sockdiag_dump(d, AF_INET, 6, false), 0);
	next.count = 1;
	assert_int_equal(sockdiag_read_dump(d, count, NULL), 1);
	assert_int_equal(got, 1);
	next.err = EINTR;
	assert_int_equal(sockdiag_read_dump(d, count, NULL), 2);
	next.err = 0;
	next.flags = MSG_TRUNC;
	assert_int_equal(sockdiag_read_dump(d, count, NULL), -EMSGSIZE);
	assert_int_equal(got, 1);
	next.flags = next.count = 0;
	assert_int_equal(sockdiag_read_dump(d, count, NULL), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_events, open_one, close_one),
		cmocka_unit_test_setup_teardown(test_dump, open_one, close_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
