// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/packet_log: chooses the log that is followed while packets are read. */
#include "parser/query/packet_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "parser/query/is_log.h"

#define AUDIT_LOG "/var/log/audit/audit.log"
#define FRESH_S 60

void packet_log_close_stdin(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	close(null);
}

bool packet_log_connect(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = -1;

	if (strlen(path) < sizeof(a.sun_path)) {
		strcpy(a.sun_path, path);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	} else {
		errno = ENAMETOOLONG;
	}
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&a, sizeof(a)) &&
	    dup2(fd, STDIN_FILENO) >= 0) {
		close(fd);
		return true;
	}
	fprintf(stderr, "aunetlog: --socket %s: %s; the plugin makes it with transport = listen\n",
		path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return false;
}

bool packet_log_is_fresh(const char *own)
{
	struct stat a, b;

	return !stat(own, &a) && !access(own, R_OK) &&
	       (stat(AUDIT_LOG, &b) || a.st_mtime + FRESH_S >= b.st_mtime);
}

bool packet_log_is_current(const struct aunetlog_options *o)
{
	struct aunetlog_options host = { .netlog_conf = o->netlog_conf };

	for (unsigned int i = 0; i < o->input_count; i++)
		if (is_log_path(&host, o->inputs[i]))
			return true;
	return !o->input_count;
}

bool packet_log_has_uses(const char *conf)
{
	FILE *f = fopen(conf, "re");
	bool in_kernel = false, uses = false;
	char line[512], word[16];

	while (f && fgets(line, sizeof(line), f)) {
		if (line[strspn(line, " \t")] == '[')
			in_kernel = strstr(line, "[kernel]");
		else if (in_kernel && sscanf(line, " uses = %15[a-z]", word) == 1)
			uses = !strcmp(word, "yes");
	}
	if (f)
		fclose(f);
	return uses;
}
