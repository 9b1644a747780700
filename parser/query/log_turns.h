/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/log_turns: reads logs in a thread, in turns with the packets of a file, so that
 * the connections of a large log need not be held at once. Only one of the two threads runs at
 * a time, so what they share needs no lock.
 */
#ifndef NETLOG_QUERY_LOG_TURNS_H
#define NETLOG_QUERY_LOG_TURNS_H

#include <stdbool.h>

struct log_turns;

/* Begins with the packets' turn: read(arg) is first called by log_turns_read(). NULL without
 * memory or a thread. */
struct log_turns *log_turns_new(void (*read)(void *arg), void *arg);

/* The packets' thread: the log's turn, until it pauses or ends. Returns false if it has ended. */
bool log_turns_read(struct log_turns *t);
/* The log's thread, inside read(): the packets' turn. Returns false if read() is to return. */
bool log_turns_pause(struct log_turns *t);

/* The packets' thread: makes read() return if it has begun, and waits for that. May be NULL. */
void log_turns_free(struct log_turns *t);

#endif
