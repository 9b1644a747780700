// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/options: audisp-netlog's command line, and the configuration that it names. */
#include "plugin/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "parser/entry/format.h"
#include "plugin/config_file.h"
#include "plugin/log.h"

static const char usage[] =
	"usage: audisp-netlog [-c FILE] [-n | --print-rules]\n"
	"       audisp-netlog --live [--rules FILE] [--duration SECONDS] [--format NAME]\n"
	"                      [-c FILE]\n"
	"       audisp-netlog --doctor [--format text|json] [-c FILE]\n"
	"       audisp-netlog --setup [--yes | --undo] [-c FILE]\n"
	"\n"
	"Reads audit records from auditd on standard input and writes one line for each\n"
	"start and stop of a network connection. auditd starts it; see audisp-netlog(8).\n"
	"\n"
	"  -c, --config FILE   read this configuration (default " CONFIG_DEFAULT ")\n"
	"  -n, --check         check the configuration, print it, and exit\n"
	"  -l, --live          read the records from the kernel, write to standard output\n"
	"      --rules FILE    with --live: load these audit rules until exit\n"
	"      --duration N    with --live: exit after N seconds\n"
	"      --doctor        check that this host logs its connections: exit status 0 all\n"
	"                      is well, 1 warnings, 2 connections are not logged\n"
	"      --format NAME   with --live: netlog (lines), json or another format; on a\n"
	"                      terminal the default is a table\n"
	"                      with --doctor: text or json\n"
	"      --setup         print what this host lacks to log its connections; with\n"
	"                      --yes: apply it and show a first line; with --undo: revert\n"
	"      --print-rules   print the ignore list as audit rules, and exit\n"
	"  -d, --debug         log more\n"
	"  -v, --version       print the version and exit\n"
	"  -h, --help          print this help and exit\n";

enum { OPT_RULES = 256,
       OPT_DURATION,
       OPT_DOCTOR,
       OPT_FORMAT,
       OPT_PRINT_RULES,
       OPT_SETUP,
       OPT_YES,
       OPT_UNDO };

unsigned int terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return 0;
	/* 0: the terminal does not report it */
	return size.ws_col < 40 ? size.ws_col ? 40 : 80 : size.ws_col > 1000 ? 1000 : size.ws_col;
}

static int bad_usage(const char *what)
{
	fprintf(stderr, "audisp-netlog: %s\n%s", what, usage);
	return 2;
}

static bool read_duration(const char *text, unsigned int *seconds)
{
	unsigned long v;
	char *end;

	if (*text < '1' || *text > '9')
		return false;
	v = strtoul(text, &end, 10);
	*seconds = v;
	return !*end && v <= INT_MAX;
}

static bool check_format(const char *name)
{
	char error[256];
	struct format *f = format_open(name, NULL, error, sizeof(error));

	if (!f)
		fprintf(stderr, "audisp-netlog: --format: %s\n", error);
	format_close(f);
	return f;
}

int options_read(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'n' },
		{ "live", no_argument, NULL, 'l' },
		{ "rules", required_argument, NULL, OPT_RULES },
		{ "duration", required_argument, NULL, OPT_DURATION },
		{ "doctor", no_argument, NULL, OPT_DOCTOR },
		{ "format", required_argument, NULL, OPT_FORMAT },
		{ "print-rules", no_argument, NULL, OPT_PRINT_RULES },
		{ "setup", no_argument, NULL, OPT_SETUP },
		{ "yes", no_argument, NULL, OPT_YES },
		{ "undo", no_argument, NULL, OPT_UNDO },
		{ "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:nldvh", longs, NULL)) >= 0) {
		switch (c) {
		case 'c': o->config = optarg; break;
		case 'n': o->check = true; break;
		case 'l': o->live = true; break;
		case 'd': o->debug = true; break;
		case OPT_RULES: o->rules = optarg; break;
		case OPT_DURATION:
			if (!read_duration(optarg, &o->duration))
				return bad_usage("--duration needs a number of seconds");
			break;
		case OPT_DOCTOR: o->doctor = true; break;
		case OPT_PRINT_RULES: o->print_rules = true; break;
		case OPT_SETUP: o->setup = true; break;
		case OPT_YES: o->yes = true; break;
		case OPT_UNDO: o->undo = true; break;
		case OPT_FORMAT: o->format = optarg; break;
		case 'v':
			puts("audisp-netlog " NETLOG_VERSION);
			return 0;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			return bad_usage("option not understood");
		}
	}
	if (optind < argc)
		return bad_usage("there are no arguments, only options");
	if ((o->rules || o->duration) && !o->live)
		return bad_usage("--rules and --duration need --live");
	if (o->format && !o->doctor && !o->live)
		return bad_usage("--format needs --doctor or --live");
	if (o->format && o->doctor) {
		o->json = !strcmp(o->format, "json");
		if (!o->json && strcmp(o->format, "text"))
			return bad_usage("--doctor: --format takes text or json");
	}
	if (o->format && o->live && !check_format(o->format))
		return 2;
	if ((o->yes || o->undo) && (!o->setup || (o->yes && o->undo)))
		return bad_usage("--yes and --undo need --setup, and only one of them");
	if (o->doctor + o->live + o->check + o->print_rules + o->setup > 1)
		return bad_usage("only one of --doctor, --live, --check, --print-rules and --setup at a "
				 "time");
	return -1;
}

/* For --live, on a terminal: a table as wide as it is. */
static const char *live_format(const struct options *o)
{
	static char rows[32];
	const char *no_color = getenv("NO_COLOR");
	unsigned int width = terminal_width();

	if (o->format || !width)
		return o->format;
	snprintf(rows, sizeof(rows), "rows:%u%s", width,
		 no_color && *no_color ? "" : ",color");
	return rows;
}

int options_read_config(const struct options *o, struct config *c, char *error, size_t size)
{
	const char *path = o->config ? o->config : CONFIG_DEFAULT;
	int err;

	config_init(c);
	if (o->live) {
		c->to_syslog = false;
		free(c->log.file);
		c->log.file = NULL;
		c->to_stdout = true;
		c->stdout_format = live_format(o);
	}
	if (!o->config && (o->live || access(path, F_OK)))
		return 0;
	err = config_file_read(c, path, error, size);
	if (err)
		config_fini(c);
	return err;
}

int options_load_config(const struct options *o, struct config *c)
{
	char error[1024];
	int err = options_read_config(o, c, error, sizeof(error));

	if (err)
		log_warnx("%s", error);
	return err;
}
