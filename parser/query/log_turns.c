// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/log_turns: reads logs in a thread, in turns with the packets of a file. */
#include "parser/query/log_turns.h"

#include <pthread.h>
#include <stdlib.h>

enum turn { TURN_PACKETS, TURN_LOG, TURN_ENDED };

struct log_turns {
	void (*read)(void *arg);
	void *arg;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum turn turn;
	bool stop;		/* no more of the log is wanted */
};

static void set_turn(struct log_turns *t, enum turn turn)
{
	pthread_mutex_lock(&t->lock);
	t->turn = turn;
	pthread_cond_signal(&t->changed);
	pthread_mutex_unlock(&t->lock);
}

/* Returns false if no more of the log is wanted. */
static bool wait_for_turn(struct log_turns *t)
{
	bool go_on;

	pthread_mutex_lock(&t->lock);
	while (t->turn != TURN_LOG && !t->stop)
		pthread_cond_wait(&t->changed, &t->lock);
	go_on = !t->stop;
	pthread_mutex_unlock(&t->lock);
	return go_on;
}

static void *run(void *arg)
{
	struct log_turns *t = arg;

	if (wait_for_turn(t))
		t->read(t->arg);
	set_turn(t, TURN_ENDED);
	return NULL;
}

struct log_turns *log_turns_new(void (*read)(void *arg), void *arg)
{
	struct log_turns *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->read = read;
	t->arg = arg;
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->changed, NULL);
	if (!pthread_create(&t->thread, NULL, run, t))
		return t;
	free(t);
	return NULL;
}

bool log_turns_read(struct log_turns *t)
{
	bool paused;

	pthread_mutex_lock(&t->lock);
	if (t->turn == TURN_PACKETS)
		t->turn = TURN_LOG;
	pthread_cond_signal(&t->changed);
	while (t->turn == TURN_LOG)
		pthread_cond_wait(&t->changed, &t->lock);
	paused = t->turn == TURN_PACKETS;
	pthread_mutex_unlock(&t->lock);
	return paused;
}

bool log_turns_pause(struct log_turns *t)
{
	set_turn(t, TURN_PACKETS);
	return wait_for_turn(t);
}

void log_turns_free(struct log_turns *t)
{
	if (!t)
		return;
	pthread_mutex_lock(&t->lock);
	t->stop = true;
	pthread_cond_signal(&t->changed);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	pthread_cond_destroy(&t->changed);
	pthread_mutex_destroy(&t->lock);
	free(t);
}
