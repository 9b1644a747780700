// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/live/scenario: PROGRAM SCENARIO performs one scenario with sockets and prints the
 * records that must be found in the log. */
#include "scenario.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "truth.h"

int main(int argc, char **argv)
{
	const struct scenario *s = scenarios;

	while (argc == 2 && s->name && strcmp(s->name, argv[1]))
		s++;
	if (argc != 2 || !s->name) {
		fprintf(stderr, "usage: %s SCENARIO\nscenarios:", argv[0]);
		for (s = scenarios; s->name; s++)
			fprintf(stderr, " %s", s->name);
		fprintf(stderr, "\n");
		return 99;
	}
	signal(SIGPIPE, SIG_IGN);
	truth_init(s->name);
	s->run();
	truth_done();
	return 0;
}
