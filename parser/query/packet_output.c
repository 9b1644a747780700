// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/packet_output: where annotate and capture write. */
#include "parser/query/packet_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser/query/is_log.h"

static int complain(const char *what, int err)
{
	fprintf(stderr, "aunetlog: %s: %s\n", what, strerror(err));
	return -1;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return S_ISREG(a->st_mode) && a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool is_input(const struct packet_options *o, const struct stat *out)
{
	struct stat in;

	return o->input && !(strcmp(o->input, "-") ? stat(o->input, &in) : fstat(o->input_fd, &in)) &&
	       is_same(&in, out);
}

int packet_output_open(const struct packet_options *o)
{
	bool is_stdout = !o->write || !strcmp(o->write, "-");
	struct stat out;
	int fd = is_stdout ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) :
		 open(o->write, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);

	if (fd < 0)
		return complain(is_stdout ? "standard output" : o->write, errno);
	if (is_stdout && !o->text && isatty(fd)) {
		fprintf(stderr, "aunetlog: --write -: standard output is a terminal; write to a file, "
			"or into a pipe as in: ... --write - | wireshark -k -i -\n");
	} else if (fstat(fd, &out)) {
		complain(is_stdout ? "standard output" : o->write, errno);
	} else if (is_input(o, &out)) {
		fprintf(stderr, "aunetlog: --write %s: is the capture that is read\n", o->write);
	} else if (is_log(&o->query, &out)) {
		fprintf(stderr, "aunetlog: %s%s: is a log; choose another file\n",
			is_stdout ? "" : "--write ", is_stdout ? "standard output" : o->write);
	} else if (!is_stdout && ftruncate(fd, 0) && errno != EINVAL) {
		complain(o->write, errno);
	} else {
		return fd;
	}
	close(fd);
	return -1;
}
