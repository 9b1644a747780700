// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/fuzz: bytes as aunetlog's command line, one argument per line. Invariants for any
 * input: it is accepted, or the reason is one printable text; accepted conditions can be
 * matched.
 */
#include <netinet/in.h>
#include <string.h>

#include "parser/query/options.h"
#include "fuzz.h"

#define ARGS 24

static struct identity who = {
	.refs = 1, .pid = 1, .ppid = 1, .uid = 0, .auid = 1000, .ses = 3, .sid = 1,
	.comm = "\"sh\"", .exe = "\"/bin/sh\"",
};
static const struct entry record = {
	.identity = &who, .proto = IPPROTO_TCP, .opener = 17, .node = "a",
	.remote = { 2, true, true, 80, 0, { 192, 0, 2, 7 } },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text, *argv[ARGS + 2] = { "aunetlog" };
	struct aunetlog_options o;
	int argc = 1, err;

	must(text);
	while (argc <= ARGS && rest && *rest)
		argv[argc++] = strsep(&rest, "\n");
	err = aunetlog_options_parse(&o, argc, argv, 1795241079);
	must(err == 0 || *o.error);
	must(memchr(o.error, 0, sizeof(o.error)) && memchr(o.note, 0, sizeof(o.note)));
	must(o.input_count <= AUNETLOG_INPUTS);
	if (!err && o.action == AUNETLOG_QUERY) {
		match_entry(&o.match, &record);
		must(!match_entry(&o.match, &record) || match_maybe(&o.match, &record));
	}
	aunetlog_options_fini(&o);
	free(text);
	return 0;
}
