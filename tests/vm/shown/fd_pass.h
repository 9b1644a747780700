/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/vm/shown/fd_pass: passes a descriptor over a Unix socket. Errors end the program (99). */
#ifndef TESTS_FD_PASS_H
#define TESTS_FD_PASS_H

/* The caller keeps fd. */
void fd_pass_send(int via, int fd);
/* Returns the next descriptor sent, which the caller owns. */
int fd_pass_receive(int via);

#endif
