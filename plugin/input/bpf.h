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

#include "plugin/input/bpf_event.h"

struct bpf_input;

/* What is reported on request. */
struct bpf_wants {
	bool flows;		/* unconnected datagrams */
	bool processes;		/* forks, execs and ends of processes */
};

struct bpf_input_options {
	struct bpf_wants wants;
	struct bpf_callbacks to;	/* events of kind EVENT_MODULE */
};

/* Since it was opened. */
struct bpf_input_counts {
	uint64_t written;	/* records in the ring */
	uint64_t lost;		/* events without room in the ring */
	uint64_t map_full;	/* connects and calls without room in a map */
	uint64_t exe_lost;	/* program paths without room in the ring */
	int64_t missed;		/* program runs that the kernel skipped; -1: cannot be read */
};

/*
 * Loads and attaches. Needs root's privileges. Returns NULL with one sentence in error if
 * the kernel refuses, or if this program was built without BPF.
 */
struct bpf_input *bpf_input_open(const struct bpf_input_options *o, char *error, size_t size);
/* Detaches; what is in the ring is not read. b may be NULL. */
void bpf_input_close(struct bpf_input *b);

/* Fills *fd for poll(2). Returns the longest time to wait in ms, or -1 for no limit. Wake-ups
 * are batched: records are read up to 20 ms after they were written. */
int bpf_input_poll(const struct bpf_input *b, struct pollfd *fd);
/* Reads what is due; call it after poll(2) with the fd that bpf_input_poll() filled. */
void bpf_input_work(struct bpf_input *b, const struct pollfd *fd);
/* Reads all that is there now. */
void bpf_input_read(struct bpf_input *b);

/* Reports what is open, by events of NETLOG_OP_FOUND with the next
 * bpf_input_read(). Not before Linux 5.11. */
void bpf_input_snapshot(struct bpf_input *b);

/* Returns true if the programs run: kernel.ftrace_enabled=0 stops them without an error. */
bool bpf_input_test(struct bpf_input *b);
/* Returns false if SCTP was loaded after the programs: its connections are not reported. */
bool bpf_input_complete(const struct bpf_input *b);
/* A silent source writes no records, and stays attached. */
void bpf_input_silence(struct bpf_input *b, bool silent);
/* Audit rules are loaded: report the serials of audit events, too. */
void bpf_input_stamps(struct bpf_input *b, bool on);
void bpf_input_counts(const struct bpf_input *b, struct bpf_input_counts *c);

#endif
