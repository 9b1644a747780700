/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/config_file: audisp-netlog.conf, read into struct config. */
#ifndef NETLOG_CONFIG_FILE_H
#define NETLOG_CONFIG_FILE_H

#include <stdio.h>

#include "plugin/config.h"

/*
 * Reads the file into *c, which has the defaults. Returns 0; -EINVAL with "FILE:LINE: KEY: allowed
 * values" in error; or -errno with the reason if the file cannot be read. On error the caller must
 * discard *c with config_fini().
 */
int config_file_read(struct config *c, const char *path, char *error, size_t size);

/* Prints the configuration as a file that config_file_read() reads back unchanged. */
void config_file_print(const struct config *c, FILE *to);

#endif
