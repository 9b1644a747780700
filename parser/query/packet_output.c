// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/packet_output: where annotate and capture write. */
#include "parser/query/packet_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(const char *what, int err)
{
	fprintf(stderr, "aunetlog: %s: %s\n", what, strerror(err));
	return -1;
}

static bool is_input(const struct packet_options *o, int fd)
{
	struct stat in, out;

	return o->input && !(strcmp(o->input, "-") ? stat(o->input, &in) : fstat(o->input_fd, &in)) &&
	       S_ISREG(in.st_mode) && !fstat(fd, &out) && in.st_dev == out.st_dev &&
	       in.st_ino == out.st_ino;
}

int packet_output_open(const struct packet_options *o)
{
	bool is_stdout = !o->write || !strcmp(o->write, "-");
	int fd = is_stdout ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) :
		 open(o->write, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);

	if (fd < 0)
		return complain(is_stdout ? "standard output" : o->write, errno);
	if (is_stdout && !o->text && isatty(fd)) {
		fprintf(stderr, "aunetlog: --write -: standard output is a terminal; write to a file, "
			"or into a pipe as in: ... --write - | wireshark -k -i -\n");
	} else if (is_input(o, fd)) {
		fprintf(stderr, "aunetlog: --write %s: is the capture that is read\n", o->write);
	} else if (!is_stdout && ftruncate(fd, 0) && errno != EINVAL) {
		complain(o->write, errno);
	} else {
		return fd;
	}
	close(fd);
	return -1;
}
