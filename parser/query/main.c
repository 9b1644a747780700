// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/main: aunetlog. Prints the network connections that audit logs, or the
 * plugin's own files, have.
 */
#include <errno.h>
#include <locale.h>
#include <malloc.h>
#include <string.h>

#include "parser/query/annotate_command.h"
#include "parser/query/capture_command.h"
#include "parser/query/extcap.h"
#include "parser/query/index_command.h"
#include "parser/query/options.h"
#include "parser/query/pair_command.h"
#include "parser/query/query.h"

static int print(const struct aunetlog_options *o)
{
	if (o->action == AUNETLOG_HELP)
		aunetlog_options_usage(stdout);
	else if (o->action == AUNETLOG_HELP_FIELDS)
		aunetlog_options_fields(stdout);
	else
		printf("aunetlog version %s\n", NETLOG_VERSION);
	if (!fclose(stdout))
		return AUNETLOG_FOUND;
	fprintf(stderr, "aunetlog: standard output: %s\n", strerror(errno));
	return AUNETLOG_FAILED;
}

/* aunetlog annotate, aunetlog capture. Returns false if it is neither. */
static bool run_command(int argc, char **argv, int *status)
{
	static const char *const names[] = {
		[PACKET_ANNOTATE] = "annotate", [PACKET_CAPTURE] = "capture",
	};
	struct packet_options o;
	enum packet_command command = 0;

	for (size_t i = 1; argc > 1 && i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(argv[1], names[i]))
			command = i;
	if (!command)
		return false;
	*status = AUNETLOG_FAILED;
	if (packet_options_parse(&o, command, argc - 1, argv + 1, time(NULL))) {
		fprintf(stderr, "aunetlog %s: %s\n", names[command], o.error);
	} else if (o.help) {
		packet_options_usage(command, stdout);
		*status = fclose(stdout) ? AUNETLOG_FAILED : AUNETLOG_FOUND;
	} else {
		fputs(o.query.note, stderr);
		*status = command == PACKET_ANNOTATE ? annotate_command(&o) : capture_command(&o);
	}
	packet_options_fini(&o);
	return true;
}

static int run(struct aunetlog_options *o, int argc, char **argv)
{
	if (aunetlog_options_parse(o, argc, argv, time(NULL))) {
		fprintf(stderr, "aunetlog: %s\n", o->error);
		return AUNETLOG_FAILED;
	}
	fputs(o->note, stderr);
	if (o->action == AUNETLOG_QUERY && o->index)
		return index_command(o);
	if (o->action == AUNETLOG_QUERY)
		return o->pair ? pair_command(o) : query_run(o);
	return print(o);
}

/* The tracker frees and allocates small pieces all the time: merging them costs a tenth of a query. */
static void keep_small_pieces(void)
{
#ifdef M_MXFAST		/* glibc */
	mallopt(M_MXFAST, 160);
#endif
}

int main(int argc, char **argv)
{
	struct aunetlog_options o;
	int status;

	keep_small_pieces();
	/* Dates are read as the user writes them; the table's frame is plain ASCII. */
	setlocale(LC_TIME, "");
	setlocale(LC_CTYPE, "");
	if (extcap_called(argc, argv))
		return extcap_run(argc, argv);
	if (run_command(argc, argv, &status))
		return status;
	status = run(&o, argc, argv);
	aunetlog_options_fini(&o);
	return status;
}
