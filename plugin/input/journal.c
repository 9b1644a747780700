// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/journal: counts the lines that journald's rate limit has dropped, by sd-journal(3). */
#include "plugin/input/journal.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>
#include <systemd/sd-login.h>
#include <systemd/sd-messages.h>
#include <unistd.h>

#include "plugin/clock.h"
#include "plugin/log.h"
#include "plugin/privileges.h"

#define WAIT_US 1000000 /* at most this long between two checks of closed */
#define SOCKET "/run/systemd/journal/"

struct journal {
	pthread_mutex_t lock; /* of the next two */
	uint64_t suppressed;
	bool closed;	      /* the thread frees this when it returns */
	/* of the thread alone */
	char *unit;
	uint64_t since;	      /* monotonic µs: messages up to then are counted */
	unsigned int places;  /* that the journal has, as opened */
};

bool journal_readable(void)
{
	return true;
}

/* ---- the thread ---- */

/* sd-journal does not notice when the first of these directories is made, or when the second one
 * is at boot, as soon as /var is writable. */
static unsigned int places_now(void)
{
	return (access("/run/log/journal", F_OK) ? 0 : 1) |
	       (access("/var/log/journal", F_OK) ? 0 : 2);
}

/* journald's own messages and rsyslogd's. Fields that begin with _ are set by journald alone: a
 * user's copies of the messages do not match. */
static int match(sd_journal *sd, sd_id128_t boot)
{
	char of_boot[64];
	const char *const of[] = {
		"_TRANSPORT=driver", "MESSAGE_ID=" SD_MESSAGE_JOURNAL_DROPPED_STR, of_boot, NULL,
		"_SYSTEMD_UNIT=rsyslog.service", "SYSLOG_IDENTIFIER=rsyslogd", of_boot,
	};
	int err = 0;

	snprintf(of_boot, sizeof(of_boot), "_BOOT_ID=" SD_ID128_FORMAT_STR, SD_ID128_FORMAT_VAL(boot));
	for (size_t i = 0; i < sizeof(of) / sizeof(*of) && err >= 0; i++)
		err = of[i] ? sd_journal_add_match(sd, of[i], 0) : sd_journal_add_disjunction(sd);
	return err;
}

/* Returns the journal at the first message after j->since, or NULL. */
static sd_journal *open_at(struct journal *j)
{
	sd_journal *sd = NULL;
	sd_id128_t boot;
	int err;

	j->places = places_now();
	err = sd_id128_get_boot(&boot);
	if (err >= 0)
		err = sd_journal_open(&sd, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
	if (err >= 0)
		err = match(sd, boot);
	if (err >= 0)
		err = sd_journal_seek_monotonic_usec(sd, boot, j->since + 1);
	if (err >= 0)
		return sd;
	log_warnx("journal: %s: lines that journald suppresses are not counted", strerror(-err));
	sd_journal_close(sd);
	return NULL;
}

static void count_entry(struct journal *j, sd_journal *sd)
{
	const void *field;
	uint64_t at, count;
	size_t len;

	/* Entries are copied from /run to /var, and an older file may come to light. */
	if (sd_journal_get_monotonic_usec(sd, &at, NULL) < 0 || at <= j->since ||
	    sd_journal_get_data(sd, "MESSAGE", &field, &len) < 0)
		return;
	j->since = at;
	if (!journal_parse(field, len, j->unit, getpid(), &count))
		return;
	pthread_mutex_lock(&j->lock);
	j->suppressed += count;
	pthread_mutex_unlock(&j->lock);
}

static bool is_closed(struct journal *j)
{
	bool closed;

	pthread_mutex_lock(&j->lock);
	closed = j->closed;
	pthread_mutex_unlock(&j->lock);
	return closed;
}

static void destroy(struct journal *j)
{
	pthread_mutex_destroy(&j->lock);
	free(j->unit);
	free(j);
}

static void *work(void *arg)
{
	struct journal *j = arg;
	sd_journal *sd = privileges_keep_none() ? open_at(j) : NULL;

	while (sd && !is_closed(j)) {
		while (sd_journal_next(sd) > 0)
			count_entry(j, sd);
		sd_journal_wait(sd, WAIT_US);
		if (places_now() == j->places)
			continue;
		sd_journal_close(sd);
		sd = open_at(j);
	}
	sd_journal_close(sd);
	while (!is_closed(j)) /* the owner reads the count */
		usleep(WAIT_US);
	destroy(j);
	return NULL;
}

/* ---- the owner ---- */

/* /dev/log is a link to journald's socket where systemd runs. */
static bool passes_journald(void)
{
	char *target = realpath("/dev/log", NULL);
	bool passes = target && !strncmp(target, SOCKET, strlen(SOCKET));

	free(target);
	return passes;
}

struct journal *journal_open(void)
{
	struct journal *j = passes_journald() ? calloc(1, sizeof(*j)) : NULL;
	pthread_t thread;

	if (!j)
		return NULL;
	pthread_mutex_init(&j->lock, NULL);
	j->since = clock_now_ns() / 1000;
	if (sd_pid_get_unit(0, &j->unit) < 0 || pthread_create(&thread, NULL, work, j)) {
		destroy(j);
		return NULL;
	}
	pthread_detach(thread);
	return j;
}

uint64_t journal_suppressed(struct journal *j)
{
	uint64_t count;

	if (!j)
		return 0;
	pthread_mutex_lock(&j->lock);
	count = j->suppressed;
	pthread_mutex_unlock(&j->lock);
	return count;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	pthread_mutex_lock(&j->lock);
	j->closed = true;
	pthread_mutex_unlock(&j->lock);
}
