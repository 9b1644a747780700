/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/doctor: audisp-netlog --doctor: checks that connections are logged on this host,
 * from the kernel to the output. */
#ifndef NETLOG_DOCTOR_H
#define NETLOG_DOCTOR_H

#include "plugin/doctor/check.h"

enum doctor_format { DOCTOR_TEXT,
		     DOCTOR_JSON };

/* The checks, in the order in which they run; a row with the name NULL ends them. */
extern const struct doctor_check doctor_checks[];

/* Runs the checks on a host and prints each finding. Returns the exit status: 0 all is
 * well, 1 warnings, 2 connections are not logged. */
int doctor_run(const struct doctor *d, enum doctor_format format, FILE *to);

/* The same on the running host. config: NULL if it cannot be read, error has why. */
int doctor_host(const struct config *config, const char *error, enum doctor_format format);

#endif
