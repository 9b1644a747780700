/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/exit_code: exit codes of aunetlog. */
#ifndef NETLOG_QUERY_EXIT_CODE_H
#define NETLOG_QUERY_EXIT_CODE_H

/* Exit codes, those of grep(1). */
enum aunetlog_exit {
	AUNETLOG_FOUND, AUNETLOG_NOTHING, AUNETLOG_FAILED,
	/* as in ausearch */
	AUNETLOG_CHECKPOINT_INVALID = 10, AUNETLOG_CHECKPOINT_FAILED, AUNETLOG_CHECKPOINT_GONE
};

#endif
