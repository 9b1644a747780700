// SPDX-License-Identifier: GPL-2.0-or-later
/* A library that makes the program into which it is loaded connect to $HOSTILE_PORT. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((constructor)) static void connect_first(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const char *port = getenv("HOSTILE_PORT");
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_port = htons(atoi(port ? port : "0"));
	_exit(connect(fd, (void *)&a, sizeof(a)) ? 1 : 0);
}
