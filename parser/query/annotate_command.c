// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/annotate_command: aunetlog annotate. For a file the logs are read from the time
 * of its first packet on, as far as memory allows, and on with the packets. A pipe can be a
 * running capture: the logs are followed at the same time, and packets wait for them. Ctrl-C
 * also reaches the program that captures: its last packets are read and written before the end.
 */
#include "parser/query/annotate_command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser/packet/reader.h"
#include "parser/packet/waiting.h"
#include "parser/query/packet_run.h"
#include "parser/query/query.h"

#define IDLE_MS 20
#define LAST_MS 1000		/* for the rest of a pipe after a signal */

static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
	(void)number;
	signalled = true;
}

/* A second signal ends the program at once. An ignored one stays ignored. */
static void take_signal(int number)
{
	struct sigaction now, to = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };

	if (!sigaction(number, NULL, &now) && now.sa_handler != SIG_IGN)
		sigaction(number, &to, NULL);
}

struct command {
	struct packet_run *run;
	bool live;
	bool has_logs;		/* they were read */
	int64_t end_ms;		/* of a live one that was signalled; 0: not */
};

static bool has_time_left(struct command *c)
{
	if (!signalled)
		return true;
	if (!c->end_ms)
		c->end_ms = waiting_now_ms() + LAST_MS;
	return waiting_now_ms() < c->end_ms;
}

/* Blocks before the first packet do not show its time, and need no log. */
static bool on_block(const struct pcapng_block *b, void *arg)
{
	struct command *c = arg;

	if (!c->live && !c->has_logs && b->is_packet) {
		packet_run_read_logs(c->run, b->has_time ? b->ns : OWNERS_UNKNOWN);
		c->has_logs = true;
	}
	packet_run_block(c->run, b);
	while (packet_run_is_full(c->run) && !packet_run_error(c->run) && has_time_left(c)) {
		usleep(IDLE_MS * 1000);
		packet_run_idle(c->run);
	}
	return !packet_run_error(c->run) && has_time_left(c);
}

static bool on_idle(void *arg)
{
	struct command *c = arg;

	packet_run_idle(c->run);
	return !packet_run_error(c->run) && has_time_left(c);
}

static bool is_file(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

/* Signals are for this thread, not for the one that reads the logs. */
static bool follow(struct command *c)
{
	sigset_t set, before;
	bool ok;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, &before);
	take_signal(SIGINT);
	take_signal(SIGTERM);
	ok = packet_run_follow_logs(c->run);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

static int run(struct command *c, const char *name, int fd)
{
	struct reader_io io = { .block = on_block, .idle = on_idle, .idle_ms = IDLE_MS, .arg = c };
	char error[512];
	bool failed;

	c->live = !is_file(fd);
	if (c->live && !follow(c)) {
		packet_run_drop(c->run);
		return AUNETLOG_FAILED;
	}
	failed = reader_run(fd, &io, error, sizeof(error));
	if (failed)
		fprintf(stderr, "aunetlog: %s: %s\n", name, error);
	return packet_run_close(c->run, failed, -1);
}

int annotate_command(struct packet_options *o)
{
	bool is_stdin = !strcmp(o->input, "-");
	int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) :
			    open(o->input, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct command c = { .live = false };
	int status = AUNETLOG_FAILED;

	if (fd < 0) {
		fprintf(stderr, "aunetlog: %s: %s\n", o->input, strerror(errno));
		return status;
	}
	o->input_fd = fd;
	c.run = packet_run_open(o);
	if (c.run)
		status = run(&c, is_stdin ? "standard input" : o->input, fd);
	close(fd);
	return status;
}
