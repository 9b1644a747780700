/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/doctor: audisp-netlog --doctor: checks that connections are logged on this host,
 * from the kernel to the output. */
#ifndef NETLOG_DOCTOR_H
#define NETLOG_DOCTOR_H

#include <sys/utsname.h>
#include <stdio.h>

#include "plugin/doctor/check.h"

enum doctor_format { DOCTOR_TEXT,
		     DOCTOR_JSON };

/* The checks, in the order in which they run; a row with the name NULL ends them. */
extern const struct doctor_check doctor_checks[];

/* Runs the checks on a host and prints each finding. Returns the exit status: 0 all is
 * well, 1 warnings, 2 connections are not logged. */
int doctor_run(const struct doctor *d, enum doctor_format format, FILE *to);

/* The running host. */
struct doctor_host {
	struct doctor doctor;
	struct utsname name;
	char bpf_error[768];
};

/* Asks the host for all facts that a check needs. config: NULL if it cannot be read, and error
 * has the reason; both are borrowed. h must not move after that. */
void doctor_ask(struct doctor_host *h, const struct config *config, const char *error);

#endif
