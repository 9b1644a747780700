/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/bpf: the BPF source (kpatch/bpf): loads and attaches its programs, reads
 * their ring buffer. Reading needs no privilege.
 */
#ifndef NETLOG_BPF_INPUT_H
#define NETLOG_BPF_INPUT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kpatch/netlog_ignore.h"
#include "plugin/input/bpf_event.h"

struct bpf_input;

/* Reports that are enabled on request. */
struct bpf_wants {
	bool flows;		/* unconnected datagrams */
	bool processes;		/* forks, execs and ends of processes */
	bool uses;		/* changes of the process that sends or receives on a socket */
	unsigned int scan;	/* seconds between periodic scans; 0: none */
	bool list;		/* the kernel may compare the ignore list */
	bool data;		/* which connected datagram sockets are never used */
};

struct bpf_input_options {
	struct bpf_wants wants;
	struct bpf_callbacks to;	/* events of kind EVENT_MODULE */
	/* Every socket open since begun (mono ns) was reported, and every end until now. */
	void (*scanned)(int64_t begun, void *arg);
};

/* Counts since bpf_input_open(). */
struct bpf_input_counts {
	uint64_t written;	/* records in the ring */
	uint64_t lost;		/* events without room in the ring */
	uint64_t map_full;	/* connects and calls without room in a map */
	uint64_t exe_lost;	/* program paths without room in the ring */
	uint64_t ignored;	/* connections that the ignore list left out */
	int64_t missed;		/* program runs that the kernel skipped; -1: cannot be read */
};

/*
 * Loads and attaches. Needs root's privileges. Returns NULL with one sentence in error if
 * the kernel refuses, or if this program was built without BPF.
 */
struct bpf_input *bpf_input_open(const struct bpf_input_options *o, char *error, size_t size);
/* Detaches without reading the rest of the ring. b may be NULL. */
void bpf_input_close(struct bpf_input *b);

/* Fills *fd for poll(2). Returns the longest time to wait in ms, or -1 for no limit. Wake-ups
 * are batched: records are read up to 20 ms after they were written. */
int bpf_input_poll(const struct bpf_input *b, struct pollfd *fd);
/* Reads the records that are due; call this after poll(2) with the fd that bpf_input_poll() filled. */
void bpf_input_work(struct bpf_input *b, const struct pollfd *fd);
/* Reads all that was written before the call. */
void bpf_input_read(struct bpf_input *b);

/* Begins to report all open sockets, by events of NETLOG_OP_FOUND and then scanned(), in parts with
 * each bpf_input_work(), also while the source is silent. Returns false if the kernel refuses. Before
 * Linux 5.19, if no bpffs can be mounted, the number of scans is limited: last_ones permits the last
 * of them. */
bool bpf_input_scan(struct bpf_input *b, bool last_ones);
/* Returns true while the scan runs. */
bool bpf_input_scans(const struct bpf_input *b);

/* Returns true if the programs run: kernel.ftrace_enabled=0 stops them without an error. */
bool bpf_input_test(struct bpf_input *b);
/* Returns false if the kernel does not let BPF read its memory: paths and command lines of
 * programs are unknown. */
bool bpf_input_has_paths(const struct bpf_input *b);
/* Returns false if cookies are this run's own numbers (before Linux 5.12). */
bool bpf_input_has_cookies(const struct bpf_input *b);
/* Switches the records off or on; the programs stay attached. */
void bpf_input_silence(struct bpf_input *b, bool silent);
/* Returns how many TCP connects the programs on functions did not see, since the start; temporarily
 * includes a Fast Open. */
int64_t bpf_input_unseen(const struct bpf_input *b);
/* Returns how often the programs began to report by themselves: the module is about to be unloaded. */
unsigned int bpf_input_woken(const struct bpf_input *b);
/* Switches reports of audit's serials on or off: on while audit rules are loaded. */
void bpf_input_stamps(struct bpf_input *b, bool on);
/* Replaces the ignore list that the kernel compares. Returns false before Linux 5.17, which compares
 * none. */
bool bpf_input_ignore(struct bpf_input *b, const struct netlog_ignore *list, unsigned int count);
void bpf_input_counts(const struct bpf_input *b, struct bpf_input_counts *c);

#endif
