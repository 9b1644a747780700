/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/input/bpf_btf: the functions of the running kernel, by its BTF. */
#ifndef NETLOG_BPF_BTF_H
#define NETLOG_BPF_BTF_H

#include <stdbool.h>

struct btf;
struct bpf_btf;

/* libbpf searches all types for each name, which takes longer than the rest of a start. btf must
 * outlive the result. NULL without memory. */
struct bpf_btf *bpf_btf_new(const struct btf *btf);
void bpf_btf_free(struct bpf_btf *b);
bool bpf_btf_has_function(struct bpf_btf *b, const char *name);

#endif
