/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/fuzz: declarations shared by the targets and the plain driver. */
#ifndef NETLOG_FUZZ_H
#define NETLOG_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define must(what)							\
	do {								\
		if (!(what)) {						\
			fprintf(stderr, "%s:%d: does not hold: %s\n",	\
				__FILE__, __LINE__, #what);		\
			abort();					\
		}							\
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
