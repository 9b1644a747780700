/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/config: the configuration, as config_file.h reads it. */
#ifndef NETLOG_CONFIG_H
#define NETLOG_CONFIG_H

#include <stdbool.h>

#include "parser/entry/match.h"
#include "plugin/kernel_source.h"

#define CONFIG_DEFAULT SYSCONFDIR "/audit/audisp-netlog.conf"
#define STATE_DEFAULT "/run/audisp-netlog.state"
#define LOG_DEFAULT "/var/log/audit-netlog/netlog.log"
#define CONFIG_IGNORES_MAX 64
#define CONFIG_NETNS_MAX 64
#define CONFIG_OUTPUTS_MAX 8 /* sections [output NAME] */
#define CONFIG_NETNS_ALL "all"
#define CONFIG_FORMAT "netlog" /* of outputs that name none */

enum config_use { USE_AUTO,
		  USE_YES,
		  USE_NO };

enum config_transport { CONFIG_NOWHERE,
			CONFIG_SYSLOG,
			CONFIG_FILE,
			CONFIG_STDOUT,
			CONFIG_UNIX,
			CONFIG_LISTEN,
			CONFIG_UDP,
			CONFIG_TCP,
			CONFIG_TLS,
			CONFIG_LOG /* [log] alone */ };

/* The plugin's own log, which aunetlog reads: section [log]. */
struct config_log {
	char *file;		     /* NULL: none */
	unsigned int size_mib;	     /* of one file */
	unsigned int total_mib;	     /* of all */
	unsigned int days;
	bool compress; /* old files, with zstd */
};

/* One output: a format and a transport. The keys of a section [output NAME]. */
struct config_output {
	char *name;   /* unique */
	char *format; /* NULL: "netlog" */
	enum config_transport transport;
	int facility, priority; /* as syslog.h */
	char *path;		/* of file, log, unix, listen */
	unsigned int mode;	/* of listen: of the socket's file */
	const struct config_log *log; /* of log: not owned */
	char *host;		/* of udp, tcp, tls: a name or an address */
	unsigned int port;	/* 0: 514, 601 or 6514 */
	char *ca, *cert, *key;	/* of tls: PEM files; NULL: the system's, none */
	unsigned int queue_kib;
	bool command_line, exe_path; /* write the command line; the path, not only the name */
	bool sequence;		/* lines are numbered */
	unsigned int line; /* of the file where its section begins */
};

struct config {
	/* [output] */
	bool to_syslog, to_stdout;
	const char *stdout_format; /* NULL: "netlog"; borrowed, no key */
	int facility, priority; /* as syslog.h: LOG_AUTHPRIV, LOG_INFO */
	char *file;		/* NULL: none */
	unsigned int queue_kib; /* per output */
	bool command_line, exe_path; /* as in struct config_output */
	/* [log] */
	struct config_log log;
	/* [output NAME] */
	unsigned int named_count;
	struct config_output named[CONFIG_OUTPUTS_MAX];
	/* [limits] */
	unsigned int sockets, processes;
	/* [kernel] */
	enum kernel_use source;
	struct bpf_wants wants;
	/* [sockdiag] */
	enum config_use use;
	unsigned int wait;	       /* ms that an event waits for the kernel's answer */
	unsigned int sweep;	       /* seconds between scans of all sockets */
	bool snapshot;		       /* report what is open at the start */
	char *state;		       /* file; NULL: none */
	unsigned int netns_count;      /* network namespaces to watch besides our own: */
	char *netns[CONFIG_NETNS_MAX]; /* names of ip-netns(8), absolute paths, "all" */
	/* [status] */
	unsigned int interval; /* seconds between checks of rules and module */
	char *metrics;	       /* file for node_exporter; NULL: none */
	/* [context] */
	bool context; /* container, pod, unit, parent's name */
	/* [ignore] */
	bool udp_unused;   /* log connected datagram sockets that were never used */
	bool loopback;	   /* log connections that do not leave the host */
	unsigned int repeat; /* seconds in which similar connections are folded; 0: off */
	enum config_use kernel_ignore; /* the kernel compares the list; auto: only BPF */
	char *ignore_file; /* entries as in plugin/ignore/item.h; NULL: none */
	unsigned int ignores;
	struct match ignore[CONFIG_IGNORES_MAX];
	char *ignore_text[CONFIG_IGNORES_MAX];
};

/* The defaults: syslog and the own log. */
void config_init(struct config *c);
void config_fini(struct config *c);

#define CONFIG_ALL_OUTPUTS (4 + CONFIG_OUTPUTS_MAX)
/* Fills list (room for CONFIG_ALL_OUTPUTS) with the outputs; returns how many. Their
 * texts live as long as the configuration. */
unsigned int config_outputs(const struct config *c, struct config_output *list);

/* Returns true if an output writes to syslog(3). */
bool config_uses_syslog(const struct config *c);

/* Return true if two configurations have the same outputs, or the same settings of sock_diag. */
bool config_same_outputs(const struct config *a, const struct config *b);
bool config_same_sockdiag(const struct config *a, const struct config *b);

/* Returns true if network namespaces are watched whatever their names ("all"). */
bool config_netns_all(const struct config *c);

/* Returns true if one of the ignore lines matches. */
bool config_ignores(const struct config *c, const struct entry *r);

#endif
