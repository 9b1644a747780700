/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/input_error: errors in the input, counted by kind. A bad record never stops the program;
 * the first of each kind is passed to a callback.
 */
#ifndef NETLOG_COMPLAINT_H
#define NETLOG_COMPLAINT_H

#include <stddef.h>
#include <stdint.h>

#define INPUT_HOSTS_MAX 16384	/* that one log may be of: node= */
#define INPUT_ERROR_NUMBER(n) #n
#define INPUT_ERROR_LIMIT(n) INPUT_ERROR_NUMBER(n)

#define INPUT_ERRORS(X)							\
	X(LINE_LONG,	"line_long",	"line too long, skipped")	\
	X(LINE_GARBAGE,	"line_garbage",	"not an audit record, skipped")	\
	X(FIELD,	"field",	"field missing or not a number")	\
	X(SADDR,	"saddr",	"socket address cannot be read")	\
	X(ORPHAN,	"orphan",	"record without its SYSCALL record") \
	X(RECORDS,	"records",	"too many records in one event, the rest skipped") \
	X(MACHINE,	"machine",	\
	  "libaudit here has no system call table for this machine, its events are skipped") \
	X(INCOMPLETE,	"incomplete",	"event lacks a record")		\
	X(MODULE,	"module",	"kernel module's record cannot be read") \
	X(UNATTRIBUTED,	"unattributed",	"descriptor that was opened unseen") \
	X(EVICTED,	"evicted",	"connection forgotten, table full") \
	X(HOSTS,	"hosts",	"event of one host too many, skipped: at most " \
					INPUT_ERROR_LIMIT(INPUT_HOSTS_MAX) " hosts") \
	X(REPEATED,	"repeated",	"event that was read before, skipped") \
	X(STATE,	"state",	"sequence of events that the tracker does not allow for") \
	X(UNASKED,	"unasked",	"too many at once, not asked of sock_diag") \
	X(PARSER,	"parser",	"auparse gave an error")	\
	X(MEMORY,	"memory",	"no memory")

enum input_error_kind {
#define INPUT_ERROR_ENUM(name, key, text) INPUT_ERROR_##name,
	INPUT_ERRORS(INPUT_ERROR_ENUM)
#undef INPUT_ERROR_ENUM
	INPUT_ERROR_COUNT
};

struct input_errors {
	uint64_t count[INPUT_ERROR_COUNT];
	/* Called for the first of each kind. May be NULL. sample is the text
	 * concerned, not NUL-terminated, len bytes; raw: escape it. */
	void (*first)(enum input_error_kind kind, const char *sample, size_t len,
		      void *arg);
	void *arg;
};

void input_error(struct input_errors *c, enum input_error_kind kind,
	      const char *sample, size_t len);
const char *input_error_key(enum input_error_kind kind);	/* "line_long" */
const char *input_error_text(enum input_error_kind kind);
uint64_t input_error_total(const struct input_errors *c);

#endif
