// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/command: commands of audisp-netlog that read no records. */
#include "plugin/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "plugin/config_file.h"
#include "plugin/doctor/doctor.h"
#include "plugin/ignore/load.h"
#include "plugin/ignore/rules.h"
#include "plugin/log.h"
#include "plugin/setup/setup.h"

#define CONNECTION_TRIES 3

/* Opens the file of [ignore], if there is one; *list is NULL without it. Returns false after
 * logging a mistake. */
static bool open_ignored(const struct config *c, struct ignore_list **list)
{
	struct ignore_error error;

	*list = NULL;
	if (!c->ignore_file)
		return true;
	*list = ignore_list_open(c->ignore_file, &error);
	if (*list)
		return true;
	if (error.line)
		log_warnx("%s:%u: %s", c->ignore_file, error.line, error.text);
	else
		log_warnx("%s: %s", c->ignore_file, error.text);
	return false;
}

int command_config(const struct options *o)
{
	struct ignore_list *list;
	struct config c;
	bool good;

	if (options_load_config(o, &c))
		return 1;
	good = open_ignored(&c, &list);
	ignore_warn(list, c.ignore_file);
	if (good && o->print_rules)
		ignore_rules_print(list, stdout);
	else if (good)
		config_file_print(&c, stdout);
	ignore_list_free(list);
	config_fini(&c);
	return good ? 0 : 1;
}

static int run_doctor(const struct options *o, const struct doctor *d)
{
	return doctor_run(d, o->json ? DOCTOR_JSON : DOCTOR_TEXT, stdout);
}

/* After --yes, one connection shows that it works. */
static int run_setup(const struct options *o, struct doctor *d)
{
	const struct setup s = { .state = SETUP_STATE, .run = system, .to = stdout };
	struct doctor_finding f = { .level = DOCTOR_OK };
	char error[1024] = "";
	struct config changed;
	int status = setup_apply(&s, d, o->undo ? SETUP_UNDO : o->yes ? SETUP_DO :
									SETUP_SHOW);

	if (status || !o->yes)
		return status;
	if (options_read_config(o, &changed, error, sizeof(error))) {
		printf("%s\n", error);
		return 1;
	}
	d->config = &changed;
	/* the plugin may only be starting */
	for (int i = 0; i < CONNECTION_TRIES && (!i || f.level != DOCTOR_OK); i++)
		check_connection(d, &f);
	printf("%s%s%s\n", f.found, *f.fix ? "\n" : "", f.fix);
	d->config = NULL;
	config_fini(&changed);
	return f.level == DOCTOR_OK ? 0 : 1;
}

int command_host(const struct options *o)
{
	struct doctor_host host = { .doctor.root = "" };
	const char *option = o->setup ? "--setup" : "--doctor";
	char error[1024] = "";
	struct config c;
	bool good = !options_read_config(o, &c, error, sizeof(error));
	int status = 1;

	if (doctor_confined(&host.doctor)) {
		log_warnx("an enforced AppArmor profile hides parts of this host from %s; run: "
			  "aa-exec -p unconfined -- audisp-netlog %s%s",
			  option, option, o->yes ? " --yes" : o->undo ? " --undo" : "");
	} else if (o->setup && geteuid()) {
		log_warnx("--setup needs root");
	} else {
		doctor_ask(&host, good ? &c : NULL, error);
		host.doctor.config_path = o->config;
		status = o->setup ? run_setup(o, &host.doctor) : run_doctor(o, &host.doctor);
	}
	if (good)
		config_fini(&c);
	return status;
}
