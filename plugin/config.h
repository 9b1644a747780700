/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/config: audisp-netlog.conf, read into a struct. */
#ifndef NETLOG_CONFIG_H
#define NETLOG_CONFIG_H

#include <stdbool.h>
#include <stdio.h>

#include "parser/entry/match.h"
#include "plugin/kernel_source.h"

#define CONFIG_DEFAULT SYSCONFDIR "/audit/audisp-netlog.conf"
#define STATE_DEFAULT "/run/audisp-netlog.state"
#define CONFIG_IGNORES_MAX 64
#define CONFIG_NETNS_MAX 64
#define CONFIG_NETNS_ALL "all"

enum config_use { USE_AUTO, USE_YES, USE_NO };

struct config {
	/* [output] */
	bool to_syslog, to_stdout;
	int facility, priority;		/* as syslog.h: LOG_AUTHPRIV, LOG_INFO */
	char *file;			/* NULL: none */
	unsigned int queue_kib;		/* per output */
	/* [limits] */
	unsigned int sockets, processes;
	/* [kernel] */
	enum kernel_use source;
	bool flows;			/* report unconnected datagrams, too (BPF) */
	/* [sockdiag] */
	enum config_use use;
	unsigned int wait;		/* ms that a record waits for the kernel's word */
	unsigned int sweep;		/* seconds between looks at all sockets */
	bool snapshot;			/* tell what is open at the start */
	char *state;			/* file; NULL: none */
	unsigned int netns_count;	/* network namespaces to watch besides our own: */
	char *netns[CONFIG_NETNS_MAX];	/* names of ip-netns(8), absolute paths, "all" */
	/* [status] */
	unsigned int interval;		/* seconds between looks at the kernel's count of lost records */
	/* [ignore] */
	unsigned int ignores;
	struct match ignore[CONFIG_IGNORES_MAX];
	char *ignore_text[CONFIG_IGNORES_MAX];
};

/* The defaults: syslog alone. */
void config_init(struct config *c);
void config_fini(struct config *c);

/*
 * Reads the file over what is in *c. On a mistake returns -EINVAL and writes to
 * error "FILE:LINE: KEY: what is allowed"; a file that cannot be read gives
 * -errno and its text. *c must then be thrown away.
 */
int config_read(struct config *c, const char *path, char *error, size_t size);

/* The configuration as a file that config_read() reads to the same. */
void config_print(const struct config *c, FILE *to);

/* True when those met are to be watched, whatever their names. */
bool config_netns_all(const struct config *c);

/* True when one of the ignore lines matches. */
bool config_ignores(const struct config *c, const struct entry *r);

#endif
