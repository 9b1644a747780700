// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/bpf: of a program that is built without BPF (Makefile chooses). */
#include "plugin/input/bpf.h"

#include <stdio.h>

struct bpf_input *bpf_input_open(const struct bpf_input_options *o, char *error, size_t size)
{
	(void)o;
	snprintf(error, size, "audisp-netlog was built without BPF: clang, bpftool or "
		 "libbpf was missing");
	return NULL;
}

/* No bpf_input exists: the functions below are never called. */
void bpf_input_close(struct bpf_input *b)
{
	(void)b;
}

int bpf_input_poll(const struct bpf_input *b, struct pollfd *fd)
{
	(void)b, (void)fd;
	return -1;
}

void bpf_input_work(struct bpf_input *b, const struct pollfd *fd)
{
	(void)b, (void)fd;
}

void bpf_input_read(struct bpf_input *b)
{
	(void)b;
}

bool bpf_input_scan(struct bpf_input *b, bool last_ones)
{
	(void)b, (void)last_ones;
	return false;
}

bool bpf_input_scans(const struct bpf_input *b)
{
	(void)b;
	return false;
}

bool bpf_input_has_paths(const struct bpf_input *b)
{
	(void)b;
	return true;
}

bool bpf_input_has_cookies(const struct bpf_input *b)
{
	(void)b;
	return true;
}

int64_t bpf_input_unseen(const struct bpf_input *b)
{
	(void)b;
	return 0;
}

unsigned int bpf_input_woken(const struct bpf_input *b)
{
	(void)b;
	return 0;
}

bool bpf_input_test(struct bpf_input *b)
{
	(void)b;
	return false;
}

void bpf_input_silence(struct bpf_input *b, bool silent)
{
	(void)b, (void)silent;
}

void bpf_input_stamps(struct bpf_input *b, bool on)
{
	(void)b, (void)on;
}

bool bpf_input_ignore(struct bpf_input *b, const struct netlog_ignore *list, unsigned int count)
{
	(void)b, (void)list, (void)count;
	return false;
}

void bpf_input_counts(const struct bpf_input *b, struct bpf_input_counts *c)
{
	(void)b;
	*c = (struct bpf_input_counts){ .missed = -1 };
}
