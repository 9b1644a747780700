// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/kernel_log: audit's lost count from the kernel's log. */
#include "plugin/input/kernel_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_SIZE 2048	/* a longer one is not audit's: a read of it fails */
#define FACILITY_SHIFT 3	/* the kernel's own facility is 0, programs' are others */

int kernel_log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	lseek(fd, 0, SEEK_END);
	return fd;
}

/* "4,1234,5678,-;audit: audit_lost=3 audit_rate_limit=0 audit_backlog_limit=64" */
bool kernel_log_parse(const char *record, uint32_t *lost)
{
	static const char text[] = "audit: audit_lost=";
	const char *message = strchr(record, ';');
	unsigned long n;
	char *end;

	if (!message || strtoul(record, NULL, 10) >> FACILITY_SHIFT ||
	    strncmp(message + 1, text, strlen(text)))
		return false;
	errno = 0;
	n = strtoul(message + 1 + strlen(text), &end, 10);
	if (errno || end == message + 1 + strlen(text) || n > UINT32_MAX || *end != ' ')
		return false;
	*lost = n;
	return true;
}

bool kernel_log_lost(int fd, uint32_t *lost)
{
	char record[RECORD_SIZE];
	bool found = false;

	for (int i = 0; fd >= 0 && i < KERNEL_LOG_MAX; i++) {
		ssize_t n = read(fd, record, sizeof(record) - 1);

		if (n < 0 && (errno == EPIPE || errno == EINVAL))
			continue;	/* overwritten before it was read; too long */
		if (n <= 0)
			break;
		record[n] = 0;
		found |= kernel_log_parse(record, lost);
	}
	return found;
}
