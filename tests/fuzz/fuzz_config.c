// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/fuzz: bytes as a configuration, as an expression, and as addresses. A
 * configuration that is taken is printed and read back as the same; one that is
 * not is refused with file and line.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plugin/config_file.h"
#include "fuzz.h"

static struct identity who = {
	.refs = 1, .pid = 1, .ppid = 1, .uid = 0, .auid = 1000, .ses = 3, .sid = 1,
	.comm = "\"sh\"", .exe = "\"/bin/sh\"",
};
static const struct entry record = {
	.identity = &who, .proto = IPPROTO_TCP, .opener = 17, .node = "a",
	.remote = { 2, true, true, 80, 0, { 192, 0, 2, 7 } },
};

static int read_text(struct config *c, const void *text, size_t size)
{
	char path[64], error[1024] = "";
	int fd = memfd_create("config", MFD_CLOEXEC), err;

	must(fd >= 0 && write(fd, text, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	config_init(c);
	err = config_file_read(c, path, error, sizeof(error));
	close(fd);
	must(!err == !*error);
	if (err)
		must(!strncmp(error, path, strlen(path)) &&
		     error[strlen(path)] == ':' && error[strlen(path) + 1] >= '1' &&
		     error[strlen(path) + 1] <= '9');
	return err;
}

static char *print(const struct config *c, size_t *size)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, size);

	must(f);
	config_file_print(c, f);
	fclose(f);
	return text;
}

static void try_config(const void *data, size_t size)
{
	struct config c, again;

	if (!read_text(&c, data, size)) {
		size_t first_size, second_size;
		char *first = print(&c, &first_size), *second;

		config_ignores(&c, &record);
		must(!read_text(&again, first, first_size));
		second = print(&again, &second_size);
		must(!strcmp(first, second));
		free(first);
		free(second);
		config_fini(&again);
	}
	config_fini(&c);
}

static void try_match(const char *text)
{
	struct match_error error = { "" };
	struct match m = { 0 };

	if (match_parse(&m, text, MATCH_QUERY, &error))
		must(*error.text && strlen(error.text) < sizeof(error.text));
	else
		match_entry(&m, &record);
	match_fini(&m);
}

static void try_addresses(const char *text, size_t len)
{
	char buf[NETADDR_TEXT_MAX];
	struct netaddr_range r;
	struct netaddr a;
	unsigned int family;

	if (!netaddr_parse_range(text, &r)) {
		must(r.addr.has_addr || r.addr.has_port);
		must(netaddr_in_range(&r.addr, &r));
		must(netaddr_format(&r.addr, buf) == strlen(buf));
	}
	if (!netaddr_parse(text, len, false, &family, &a))
		must(a.has_addr == (family == AF_INET || family == AF_INET6) ||
		     family == AF_UNSPEC);
	else
		must(!a.has_addr && !a.has_port);
	must(netaddr_format(&a, buf) == strlen(buf) &&
	     strlen(buf) < NETADDR_TEXT_MAX);
}

/* The first byte sets the meaning of the others. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	if (*data % 4 < 2) {
		try_config(data + 1, size - 1);
		return 0;
	}
	text = strndup((const char *)data + 1, size - 1);
	must(text);
	if (*data % 4 == 2)
		try_match(text);
	else
		try_addresses(text, strlen(text));
	free(text);
	return 0;
}
