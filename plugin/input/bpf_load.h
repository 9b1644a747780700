/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/input/bpf_load: loads and attaches the BPF programs. */
#ifndef NETLOG_BPF_LOAD_H
#define NETLOG_BPF_LOAD_H

#include <stddef.h>

#include "plugin/input/bpf.h"

struct bpf_program;	/* libbpf */
struct netlog_bpf;	/* netlog.skel.h */

/*
 * Loads and attaches the programs that wants requests and whose functions this kernel has. Needs root's
 * privileges. Returns NULL with one sentence in error if the kernel refuses; the caller frees the
 * result with netlog_bpf__destroy().
 */
struct netlog_bpf *bpf_load(const struct bpf_wants *wants, char *error, size_t size);
/* Returns true if p is a second program. */
bool bpf_load_is_again(const struct bpf_program *p);
/* Returns the second program of p (kpatch/bpf/again.h), or NULL. */
struct bpf_program *bpf_load_again(const struct netlog_bpf *b, const struct bpf_program *p);

#endif
