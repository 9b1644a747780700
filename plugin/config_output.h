/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/config_output: the sections [output NAME] of the configuration. */
#ifndef NETLOG_CONFIG_OUTPUT_H
#define NETLOG_CONFIG_OUTPUT_H

#include "plugin/config.h"

/* NAME of "output NAME", or NULL for any other section. */
const char *config_output_section(const char *section);
struct config_output *config_output_find(struct config *c, const char *name);
/*
 * Begins the section of this line; sections may occur several times. Returns 0, -ENOMEM, or
 * -EINVAL with the reason.
 */
int config_output_begin(struct config *c, const char *name, unsigned int line, char *what, size_t size);
/* Checks that each output has the keys of its transport. Returns as config_output_begin(); sets *line
 * to the line of the faulty section. */
int config_output_check(const struct config *c, unsigned int *line, char *what, size_t size);

#endif
