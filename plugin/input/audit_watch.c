// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/audit_watch: requests to the kernel's audit that must not stop the loop. */
#include "plugin/input/audit_watch.h"

#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "plugin/clock.h"
#include "plugin/privileges.h"

enum progress { IDLE, WANTED, RUNNING, ANSWERED };

/* One kind of request. */
struct slot {
	enum progress progress;
	int result;
};

struct audit_watch {
	pthread_mutex_t lock;
	pthread_cond_t wanted, answered;	/* answered: of the monotonic clock */
	struct slot state, rules;
	struct audit_state state_answer;
	struct audit_status_rules rules_answer;
	bool closed;				/* the thread frees this when it comes back */
	bool refused;				/* the thread could not shed capabilities */
};

static void run_state(struct audit_watch *w)
{
	struct audit_state answer;
	int result;

	w->state.progress = RUNNING;
	pthread_mutex_unlock(&w->lock);
	result = w->refused ? -EPERM : audit_status_read(&answer);
	pthread_mutex_lock(&w->lock);
	w->state = (struct slot){ ANSWERED, result };
	if (!result)
		w->state_answer = answer;
}

static void run_rules(struct audit_watch *w)
{
	struct audit_status_rules answer = { 0 };
	int result;

	w->rules.progress = RUNNING;
	pthread_mutex_unlock(&w->lock);
	result = w->refused ? -EPERM : audit_status_rules(&answer);
	pthread_mutex_lock(&w->lock);
	w->rules = (struct slot){ ANSWERED, result };
	w->rules_answer = answer;
}

static void destroy(struct audit_watch *w)
{
	pthread_cond_destroy(&w->wanted);
	pthread_cond_destroy(&w->answered);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

static void *work(void *arg)
{
	struct audit_watch *w = arg;

	w->refused = !privileges_keep_only(CAP_AUDIT_CONTROL);
	pthread_mutex_lock(&w->lock);
	while (!w->closed) {
		if (w->state.progress == WANTED)
			run_state(w);
		else if (w->rules.progress == WANTED)
			run_rules(w);
		else
			pthread_cond_wait(&w->wanted, &w->lock);
		pthread_cond_broadcast(&w->answered);
	}
	pthread_mutex_unlock(&w->lock);
	destroy(w);
	return NULL;
}

struct audit_watch *audit_watch_open(void)
{
	struct audit_watch *w = calloc(1, sizeof(*w));
	pthread_condattr_t monotonic;
	pthread_t thread;

	if (!w)
		return NULL;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wanted, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&w->answered, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&thread, NULL, work, w)) {
		destroy(w);
		return NULL;
	}
	pthread_detach(thread);
	return w;
}

void audit_watch_close(struct audit_watch *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->closed = true;
	pthread_cond_signal(&w->wanted);
	pthread_mutex_unlock(&w->lock);
}

/* The lock is held. */
static int ask(struct audit_watch *w, struct slot *s, int wait_ms)
{
	struct timespec end = clock_in(wait_ms);

	if (s->progress == IDLE) {
		s->progress = WANTED;
		pthread_cond_signal(&w->wanted);
	}
	while (s->progress != ANSWERED)
		if (pthread_cond_timedwait(&w->answered, &w->lock, &end))
			return -EINPROGRESS;
	s->progress = IDLE;
	return s->result;
}

int audit_watch_state(struct audit_watch *w, struct audit_state *out, int wait_ms)
{
	int result;

	if (!w)
		return -ENOMEM;
	pthread_mutex_lock(&w->lock);
	result = ask(w, &w->state, wait_ms);
	if (!result)
		*out = w->state_answer;
	pthread_mutex_unlock(&w->lock);
	return result;
}

int audit_watch_rules(struct audit_watch *w, struct audit_status_rules *out, int wait_ms)
{
	int result;

	if (!w)
		return -ENOMEM;
	pthread_mutex_lock(&w->lock);
	result = ask(w, &w->rules, wait_ms);
	if (!result)
		*out = w->rules_answer;
	pthread_mutex_unlock(&w->lock);
	return result;
}
