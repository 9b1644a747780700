/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/config_file: audisp-netlog.conf, read into struct config. */
#ifndef NETLOG_CONFIG_FILE_H
#define NETLOG_CONFIG_FILE_H

#include <stdio.h>

#include "plugin/config.h"

/*
 * Reads the file over what is in *c. A mistake returns -EINVAL and writes to error
 * "FILE:LINE: KEY: what is allowed"; a file that cannot be read returns -errno and writes
 * the reason. In both cases the caller must discard *c with config_fini().
 */
int config_file_read(struct config *c, const char *path, char *error, size_t size);

/* Writes the configuration as a file that config_file_read() reads to the same. */
void config_file_print(const struct config *c, FILE *to);

#endif
