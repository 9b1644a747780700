// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/live/uring: connections made through io_uring, with nothing but its
 * three system calls (A19 and C6 of SCENARIOS). */
#include <errno.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scenario.h"
#include "sockets.h"

enum { ESTABLISHED = 1, CLOSE_WAIT = 8 };	/* include/net/tcp_states.h */

struct ring {
	int fd;
	bool sqpoll;
	struct io_uring_params p;
	char *sq, *cq;		/* where the kernel laid the rings */
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
};

static unsigned int *at(char *ring, unsigned int offset)
{
	return (void *)(ring + offset);
}

static void *map(int fd, size_t size, off_t what)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		       fd, what);

	if (p == MAP_FAILED)
		die("mmap of a ring");
	return p;
}

static void ring_make(struct ring *r, unsigned int flags)
{
	memset(r, 0, sizeof(*r));
	r->p.flags = flags;
	r->p.sq_thread_idle = 2000;
	r->sqpoll = flags & IORING_SETUP_SQPOLL;
	r->fd = syscall(SYS_io_uring_setup, 8, &r->p);
	if (r->fd < 0 && (errno == ENOSYS || errno == EPERM))
		skip("io_uring is off");
	if (r->fd < 0)
		die("io_uring_setup");
	if (r->sqpoll && !(r->p.features & IORING_FEAT_SQPOLL_NONFIXED))
		skip("SQPOLL takes plain descriptors from Linux 5.11 on");
	r->sq = map(r->fd, r->p.sq_off.array + r->p.sq_entries * sizeof(unsigned int),
		    IORING_OFF_SQ_RING);
	r->cq = map(r->fd, r->p.cq_off.cqes + r->p.cq_entries * sizeof(*r->cqes),
		    IORING_OFF_CQ_RING);
	r->sqes = map(r->fd, r->p.sq_entries * sizeof(*r->sqes), IORING_OFF_SQES);
	r->cqes = (void *)(r->cq + r->p.cq_off.cqes);
}

static void enter(struct ring *r, unsigned int submit, unsigned int wait)
{
	unsigned int flags = wait ? IORING_ENTER_GETEVENTS : 0;

	if (r->sqpoll)
		flags |= IORING_ENTER_SQ_WAKEUP;
	if (syscall(SYS_io_uring_enter, r->fd, submit, wait, flags, NULL, 0) < 0)
		die("io_uring_enter");
}

static void submit(struct ring *r, const struct io_uring_sqe *sqe)
{
	unsigned int *tail = at(r->sq, r->p.sq_off.tail);
	unsigned int i = *tail & *at(r->sq, r->p.sq_off.ring_mask);

	r->sqes[i] = *sqe;
	at(r->sq, r->p.sq_off.array)[i] = i;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	enter(r, 1, 0);
}

/* The result of the one operation that is under way. */
static int result(struct ring *r)
{
	unsigned int *head = at(r->cq, r->p.cq_off.head);
	unsigned int *tail = at(r->cq, r->p.cq_off.tail);
	int res;

	while (__atomic_load_n(tail, __ATOMIC_ACQUIRE) == *head)
		enter(r, 0, 1);
	res = r->cqes[*head & *at(r->cq, r->p.cq_off.ring_mask)].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return res;
}

static int checked(int res, const char *what)
{
	errno = -res;
	if (res < 0)
		die(what);
	return res;
}

static void submit_accept(struct ring *r, const struct conn *l)
{
	submit(r, &(struct io_uring_sqe){ .opcode = IORING_OP_ACCEPT, .fd = l->fd });
}

static void dial_by_ring(struct ring *r, struct conn *c, const struct conn *l)
{
	struct address to = address_of(l->fd);
	int fd = new_socket(AF_INET, SOCK_STREAM);

	truth_before();
	submit(r, &(struct io_uring_sqe){ .opcode = IORING_OP_CONNECT, .fd = fd,
					  .addr = (unsigned long)&to.sa,
					  .off = to.len });
	checked(result(r), "connect");
	truth_extra("hidden=uring");
	truth_connected(c, fd, "TCP");
}

static void accepted_by_ring(struct ring *r, struct conn *s)
{
	int fd = checked(result(r), "accept");

	truth_extra("hidden=uring");
	truth_accepted(s, fd, "TCP");
}

/* The kernel may release the socket after it has returned the result: state is the state that
 * the socket then leaves. */
static void close_by_ring(struct ring *r, struct conn *c, unsigned int state)
{
	unsigned int port = ntohs(address_of(c->fd).four.sin_port);

	truth_before();
	submit(r, &(struct io_uring_sqe){ .opcode = IORING_OP_CLOSE, .fd = c->fd });
	checked(result(r), "close");
	await_not_state(port, state);
	if (r->sqpoll)	/* a worker of the kernel releases it, and may be preempted meanwhile */
		poll(NULL, 0, 20);
	truth_stopped(c, "close");
}

/* First a client is in the queue when accept is called; then accept waits. */
static void by_ring(unsigned int flags)
{
	struct ring dialer, accepter;
	struct conn l, c, s;

	listen_at(&l, LO, 0);
	ring_make(&dialer, flags);
	ring_make(&accepter, flags);
	for (int waits = 0; waits < 2; waits++) {
		if (waits)
			submit_accept(&accepter, &l);
		dial_by_ring(&dialer, &c, &l);
		if (!waits) {
			truth_before();
			submit_accept(&accepter, &l);
		}
		accepted_by_ring(&accepter, &s);
		talk(&c, &s, 100);
		close_by_ring(&dialer, &c, ESTABLISHED);
		close_by_ring(&accepter, &s, CLOSE_WAIT);
	}
	hang_up(&l);
}

/* A19 */
static void plain(void)
{
	by_ring(0);
}

/* A19: a thread of the kernel submits, not the program. */
static void sqpoll(void)
{
	by_ring(IORING_SETUP_SQPOLL);
}

/* A19: to a closed port. */
static void refused(void)
{
	struct address to = address(LO, 81);
	struct ring r;
	int fd;

	own_net(40001);
	ring_make(&r, 0);
	fd = new_socket(AF_INET, SOCK_STREAM);
	truth_before();
	submit(&r, &(struct io_uring_sqe){ .opcode = IORING_OP_CONNECT, .fd = fd,
					   .addr = (unsigned long)&to.sa,
					   .off = to.len });
	if (result(&r) != -ECONNREFUSED)
		die("connect");
	truth_extra("hidden=uring");
	truth_failed("TCP", LO ":40001", LO ":81", ECONNREFUSED);
}

/* C6: the ring has the socket when no descriptor is left. */
static void fixed_file(void)
{
	struct conn l, c, s;
	unsigned int port;
	struct ring r;
	char buf[5];

	listen_at(&l, LO, 0);
	dial(&c, &l);
	answer(&s, &l);
	port = ntohs(address_of(c.fd).four.sin_port);
	ring_make(&r, 0);
	if (syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_FILES, &c.fd, 1))
		die("IORING_REGISTER_FILES");
	drop(c.fd);
	submit(&r, &(struct io_uring_sqe){ .opcode = IORING_OP_SEND, .fd = 0,
					   .flags = IOSQE_FIXED_FILE,
					   .addr = (unsigned long)"hello", .len = 5 });
	if (result(&r) != 5 || recv(s.fd, buf, 5, MSG_WAITALL) != 5)
		die("send");
	c.tx = s.rx = 5;
	truth_before();
	if (syscall(SYS_io_uring_register, r.fd, IORING_UNREGISTER_FILES, NULL, 0))
		die("IORING_UNREGISTER_FILES");
	await_not_state(port, ESTABLISHED);
	truth_stopped(&c, "close");
	hang_up(&s);
	hang_up(&l);
}

const struct scenario scenarios[] = {
	{ "plain", plain },
	{ "sqpoll", sqpoll },
	{ "refused", refused },
	{ "fixed_file", fixed_file },
	{ NULL, NULL },
};
