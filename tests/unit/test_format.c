// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/unit: parser/entry/format, every format over the same entries. JSON is read back
 * by json-c; nothing unknown may be in it, and nothing may break it.
 */
#include "parser/entry/format.h"

#include <errno.h>
#include <json-c/json.h>
#include <locale.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "table.h"

#define V4(a, b, c, d, p) { AF_INET, true, true, p, 0, { a, b, c, d } }
#define UNKNOWN .opener = -1, .dur_ms = -1, .tx = -1, .rx = -1, .netns = -1
#define REP4(x) x x x x
#define REP256(x) REP4(REP4(REP4(REP4(x))))

static struct identity curl = {
	.refs = 1, .pid = 2304, .ppid = 2211, .uid = 1000, .auid = 1001, .ses = 3,
	.sid = 2210, .comm = "\"curl\"", .exe = "\"/usr/bin/curl\"",
	.subj = "\"curl_t\"", .proctitle = "6375726C002D7600C3A9",	/* curl, -v, é */
};
static struct identity nobody = {
	.refs = 1, .pid = -1, .ppid = -1, .uid = -1, .auid = -1, .ses = -1, .sid = -1,
};

static const struct entry start = {
	.what = CONNECT_START, .time = { 1795241079, 391, 62 }, .proto = IPPROTO_TCP,
	.ev = { 1795241079, 391, 62 }, .id = { 0x3f1a09c2, true, 0x5e01, false, 1 },
	.local = V4(10, 0, 0, 5, 43210), .remote = V4(192, 0, 2, 7, 443),
	.identity = &curl, UNKNOWN,
};
static const struct entry stop = {
	.what = CONNECT_STOP, .time = { 1795241080, 595, 0 }, .proto = PROTO_MPTCP,
	.inbound = true, .ev = { 1795241079, 391, 62 }, .node = "web1",
	.local = { AF_INET6, true, true, 22, 0, { 0x20, 1, [15] = 1 } },
	.remote = { AF_INET6, true, true, 50044, 2, { 0xfe, 0x80, [15] = 9 } },
	.identity = &curl, .opener = 17, .via = VIA_EXIT, .err = ECONNRESET, .dur_ms = 1204,
	.tx = 512, .rx = 90112, .netns = 4026531840,
};
static const struct entry failure = {
	.what = CONNECT_FAIL, .time = { 1795241079, 391, 62 }, .proto = IPPROTO_TCP,
	.remote = V4(192, 0, 2, 7, 81), .identity = &curl, .err = ECONNREFUSED, UNKNOWN,
};
static const struct entry listener = {
	.what = LISTEN_START, .time = { 1795241079, 391, 62 }, .proto = IPPROTO_UDP,
	.local = V4(0, 0, 0, 0, 53), .identity = &curl, UNKNOWN,
};
static const struct entry snapshot = {
	.what = CONNECT_START, .time = { 1795241079, 391, 62 }, .proto = IPPROTO_TCP,
	.local = V4(10, 0, 0, 5, 43210), .remote = V4(192, 0, 2, 7, 443),
	.identity = &nobody, .unknown_direction = true, .via = VIA_SNAPSHOT, UNKNOWN,
};
static const struct entry unknown = {
	.what = CONNECT_STOP, .time = { 1795241079, 391, 0 }, .proto = PROTO_UNKNOWN,
	.identity = &nobody, .unknown_direction = true, .incomplete = true, UNKNOWN,
};

#define CURL_PROCESS .time = { 1795241079, 391, 62 }, .proto = PROTO_UNKNOWN, .identity = &curl, \
	.unknown_direction = true, .entity = "abcdefghijklmnop", .pentity = "ponmlkjihgfedcba"
static const struct entry exec_of_curl = { UNKNOWN, CURL_PROCESS, .what = PROC_EXEC };
static const struct entry end_of_curl = {
	UNKNOWN, CURL_PROCESS, .what = PROC_END, .dur_ms = 1204, .status = "7",
};
static const struct entry killed_curl = {
	UNKNOWN, CURL_PROCESS, .what = PROC_END, .status = "SIGKILL",
};

static struct identity parted = {
	.refs = 1, .pid = -1, .ppid = -1, .uid = -1, .auid = -1, .ses = -1, .sid = -1,
	.comm = "6109625C7C3D", .exe = "0A",
};
static const struct entry odd = {
	.what = LISTEN_STOP, .proto = IPPROTO_UDP, .local = { 0, false, true, 53 },
	.identity = &parted, UNKNOWN,
};

/* uid 0 has the same name everywhere */
static struct identity root;
static struct entry root_start, root_stop, root_failure, root_listener;

static void make_roots(void)
{
	const struct { struct entry *to; const struct entry *from; } all[] = {
		{ &root_start, &start }, { &root_stop, &stop }, { &root_failure, &failure },
		{ &root_listener, &listener },
	};

	root = curl;
	root.uid = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		*all[i].to = *all[i].from;
		all[i].to->identity = &root;
	}
}

static const struct format_host host = { .name = "here", .id = "0123456789abcdef" };
static const struct stamp noon = { 1795241079, 391, 0 };

static struct format *must_open(const char *spec, const struct format_host *h)
{
	char error[256] = "";
	struct format *f = format_open(spec, h, error, sizeof(error));

	if (!f)
		fail_msg("%s: %s", spec, error);
	assert_string_equal(format_spec(f), spec);
	return f;
}

/* The text; nothing is written past the buffer. */
static const char *text_of(struct format *f, const struct entry *e)
{
	static char text[FORMAT_MAX + 1];
	size_t len;

	memset(text, '#', sizeof(text));
	len = format_entry(f, e, text);
	assert_true(len <= FORMAT_MAX);
	assert_int_equal(text[FORMAT_MAX], '#');
	text[len] = 0;
	assert_int_equal(strlen(text), len);
	for (size_t i = 0; i < len; i++)
		assert_true((unsigned char)text[i] >= ' ' || text[i] == '\t' ||
			    (text[i] == '\033' && strstr(format_spec(f), "color")));
	return text;
}

/*
 * json-c 0.18 (Debian 13) takes bytes above 0x7f for control characters if it is strict,
 * and for invalid UTF-8: the C library checks that.
 */
static struct json_object *read_json(const char *text)
{
	struct json_tokener *t = json_tokener_new();
	struct json_object *o;

	if (mbstowcs(NULL, text, 0) == (size_t)-1)
		fail_msg("not UTF-8: %s", text);
	if (json_c_version_num() >> 8 != 18)
		json_tokener_set_flags(t, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(t, text, strlen(text) + 1);
	if (json_tokener_get_error(t) != json_tokener_success || !o)
		fail_msg("%s in: %s", json_tokener_error_desc(json_tokener_get_error(t)), text);
	json_tokener_free(t);
	return o;
}

/* The JSON at a dotted path, or "" if there is none. */
static const char *at(struct json_object *o, const char *path)
{
	char copy[128], *save = NULL, *word;

	snprintf(copy, sizeof(copy), "%s", path);
	for (word = strtok_r(copy, ".", &save); word; word = strtok_r(NULL, ".", &save))
		if (!json_object_object_get_ex(o, word, &o))
			return "";
	return json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
}

struct want {
	const char *name, *spec;
	const struct entry *e;
	const char *paths[40];	/* path, value, path, value, … */
};

static const struct want wants[] = {
	{ "ecs, start", "json", &start, {
	  "@timestamp", "\"2026-11-21T06:04:39.391Z\"", "event.kind", "\"event\"",
	  "event.action", "\"connection_attempted\"", "event.category", "[\"network\"]",
	  "event.type", "[\"connection\",\"start\"]", "event.outcome", "\"success\"",
	  "event.id", "\"3f1a09c2-5e01.1\"", "source.ip", "\"10.0.0.5\"", "source.port", "43210",
	  "destination.ip", "\"192.0.2.7\"", "destination.port", "443",
	  "network.direction", "\"egress\"", "network.transport", "\"tcp\"",
	  "network.iana_number", "\"6\"", "process.pid", "2304",
	  "process.args", "[\"curl\",\"-v\",\"é\"]", "host.name", "\"here\"",
	  "host.id", "\"0123456789abcdef\"", "host.os.type", "\"linux\"" } },
	{ "ecs, start, the rest", "json", &start, {
	  "process.name", "\"curl\"", "process.executable", "\"/usr/bin/curl\"",
	  "process.command_line", "\"curl -v é\"", "process.parent.pid", "2211",
	  "process.session_leader.pid", "2210", "user.id", "\"1000\"", "netlog.auid", "\"1001\"",
	  "netlog.ses", "\"3\"", "netlog.subj", "\"curl_t\"",
	  "netlog.ev", "\"1795241079.391:62\"", "netlog.kind", "\"connect start\"",
	  "event.start", "\"2026-11-21T06:04:39.391Z\"", "event.end", "",
	  "event.duration", "", "network.bytes", "", "error.code", "", "netlog.via", "",
	  "related.ip", "[\"10.0.0.5\",\"192.0.2.7\"]",
	  "network.community_id", "\"1:Ih2NYWVFkzU3/VEkpi2n3z7GhNw=\"" } },
	{ "ecs, a program is executed", "json", &exec_of_curl, {
	  "event.category", "[\"process\"]", "event.type", "[\"start\"]", "event.action", "\"exec\"",
	  "event.dataset", "\"netlog.process\"", "event.end", "", "process.name", "\"curl\"",
	  "process.args", "[\"curl\",\"-v\",\"é\"]", "process.args_count", "3",
	  "process.entity_id", "\"abcdefghijklmnop\"",
	  "process.parent.entity_id", "\"ponmlkjihgfedcba\"", "process.exit_code", "",
	  "network", "", "source", "", "destination", "", "related", "",
	  "netlog.kind", "\"process exec\"" } },
	{ "ecs, a process ends", "json", &end_of_curl, {
	  "event.category", "[\"process\"]", "event.type", "[\"end\"]", "event.action", "\"end\"",
	  "event.duration", "1204000000", "process.exit_code", "7", "netlog.status", "\"7\"",
	  "event.start", "\"2026-11-21T06:04:38.187Z\"", "event.end", "\"2026-11-21T06:04:39.391Z\"" } },
	{ "ecs, a process is killed", "json", &killed_curl, {
	  "process.exit_code", "", "netlog.status", "\"SIGKILL\"" } },
	{ "ecs, stop of an accepted one", "json", &stop, {
	  "event.action", "\"disconnect_received\"", "event.type", "[\"connection\",\"end\"]",
	  "source.ip", "\"fe80::9\"", "source.port", "50044", "source.bytes", "90112",
	  "destination.ip", "\"2001::1\"", "destination.port", "22", "destination.bytes", "512",
	  "network.bytes", "90624", "event.duration", "1204000000",
	  "event.start", "\"2026-11-21T06:04:39.391Z\"",
	  "event.end", "\"2026-11-21T06:04:40.595Z\"", "network.transport", "\"tcp\"",
	  "netlog.proto", "\"mptcp\"", "netlog.remote_scope", "2", "netlog.opener", "17",
	  "netlog.via", "\"exit\"", "host.name", "\"web1\"" } },
	{ "ecs, failure", "json", &failure, {
	  "event.outcome", "\"failure\"", "event.action", "\"connection_attempted\"",
	  "error.code", "\"ECONNREFUSED\"", "source", "", "network.community_id", "",
	  "event.type", "[\"connection\",\"start\"]", "event.id", "", "netlog.ev", "" } },
	{ "ecs, listener", "json", &listener, {
	  "event.action", "\"listen_started\"", "event.type", "[\"start\"]", "source", "",
	  "destination.ip", "\"0.0.0.0\"", "destination.port", "53",
	  "network.direction", "" } },
	{ "ecs, snapshot", "json", &snapshot, {
	  "event.kind", "\"state\"", "event.start", "", "network.direction", "",
	  "source.ip", "\"10.0.0.5\"", "destination.ip", "\"192.0.2.7\"", "process", "",
	  "user", "" } },
	{ "ecs, unknown", "json", &unknown, {
	  "netlog.incomplete", "true", "network", "", "source", "", "destination", "",
	  "process", "", "related", "" } },
	{ "ocsf, start", "ocsf", &start, {
	  "activity_id", "1", "class_uid", "4001", "category_uid", "4", "type_uid", "400101",
	  "time", "1795241079391", "status_id", "1", "severity_id", "1",
	  "metadata.version", "\"1.4.0\"", "src_endpoint.ip", "\"10.0.0.5\"",
	  "dst_endpoint.port", "443", "connection_info.direction_id", "2",
	  "connection_info.protocol_num", "6", "connection_info.uid", "\"3f1a09c2-5e01.1\"",
	  "actor.process.pid", "2304", "actor.process.file.name", "\"curl\"",
	  "actor.process.file.type_id", "1", "actor.user.uid", "\"1000\"",
	  "actor.process.auid", "1001", "device.hostname", "\"here\"" } },
	{ "ocsf, stop", "ocsf:1.6.0", &stop, {
	  "activity_id", "3", "type_uid", "400103", "status_id", "2", "duration", "1204",
	  "start_time", "1795241079391", "end_time", "1795241080595",
	  "traffic.bytes_out", "90112", "traffic.bytes_in", "512", "traffic.bytes", "90624",
	  "metadata.version", "\"1.6.0\"", "unmapped.via", "\"exit\"",
	  "unmapped.proto", "\"mptcp\"", "status_code", "\"ECONNRESET\"",
	  "device.hostname", "\"web1\"", "src_endpoint.ip", "\"fe80::9\"" } },
	{ "ocsf, failure", "ocsf", &failure, {
	  "activity_id", "5", "type_uid", "400105", "status_id", "2",
	  "status_code", "\"ECONNREFUSED\"", "src_endpoint", "" } },
	{ "ocsf, listener", "ocsf", &listener, {
	  "activity_id", "7", "dst_endpoint.ip", "\"0.0.0.0\"",
	  "connection_info.direction_id", "0", "connection_info.direction", "" } },
	{ "ocsf, unknown", "ocsf", &unknown, {
	  "activity_id", "2", "src_endpoint", "", "actor", "", "traffic", "",
	  "connection_info.direction_id", "0", "unmapped.incomplete", "true" } },
};

static void test_json(void **state)
{
	const struct want *row = *state;
	struct format *f = must_open(row->spec, &host);
	struct json_object *o = read_json(text_of(f, row->e));

	assert_true(format_has_time(f));
	for (size_t i = 0; row->paths[i]; i += 2)
		if (strcmp(at(o, row->paths[i]), row->paths[i + 1]))
			fail_msg("%s is %s, not %s", row->paths[i], at(o, row->paths[i]),
				 row->paths[i + 1]);
	json_object_put(o);
	format_close(f);
}

static const char *const specs[] = { "netlog", "json", "ocsf", "cef", "leef", "sd:netlog@32473", "rows",
				     "rows:60,color", "cern",
				     "sysmon", "template:{comm} {exe} {proctitle} {node}" };
#define SPECS (sizeof(specs) / sizeof(*specs))

/* Unknown values are left out, never "-", null, or empty. */
static void test_unknown(void **state)
{
	static const char *const never[] = { "\"-\"", "null", "\"\"", ":,", "=-", "= ", "=\t" };

	(void)state;
	for (size_t i = 1; i <= 4; i++) {
		struct format *f = must_open(specs[i], NULL);
		const char *text = text_of(f, &unknown);

		for (size_t j = 0; j < sizeof(never) / sizeof(*never); j++)
			if (strstr(text, never[j]))
				fail_msg("%s has %s: %s", specs[i], never[j], text);
		format_close(f);
	}
}

struct text {
	const char *name, *encoded, *json;	/* as JSON; NULL: not compared */
};

static const struct text texts[] = {
	{ "plain", "\"curl\"", "\"curl\"" },
	{ "quotes and backslashes", "225C", "\"\\\"\\\\\"" },
	{ "control characters", "0A1B7F", "\"\\n\\u001b\x7f\"" },
	{ "UTF-8", "C3A9E282ACF09F9880", "\"é€😀\"" },
	{ "bytes that are no UTF-8", "FF61C3", "\"\\\\xFFa\\\\xC3\"" },
	{ "surrogate, overlong, too large", "EDA080C080F4908080",
	  "\"\\\\xED\\\\xA0\\\\x80\\\\xC0\\\\x80\\\\xF4\\\\x90\\\\x80\\\\x80\"" },
	{ "overlong in three and in four bytes", "E0808061F0808080",
	  "\"\\\\xE0\\\\x80\\\\x80a\\\\xF0\\\\x80\\\\x80\\\\x80\"" },
	{ "NUL", "610062", "\"a\\\\x00b\"" },
	{ "separators", "7C3D09", NULL },
	{ "a dash", "\"-\"", "\"-\"" },
	{ "4 kB of control characters", REP256("1B1B1B1B1B1B1B1B1B1B1B1B1B1B1B1B"), NULL },
	{ "4 kB of 0xff", REP256("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"), NULL },
	{ "4 kB of quotes", REP256("22222222222222222222222222222222"), NULL },
	{ "4 kB of UTF-8", REP256("F09F9880F09F9880F09F9880F09F9880"), NULL },
	{ "1,000 arguments", REP256("1B001B001B001B00"), NULL },
	{ "1,000 empty arguments", REP256("00000000"), NULL },
};

static void test_hostile(void **state)
{
	const struct text *row = *state;
	struct identity who = { .refs = 1, .pid = INT64_MAX, .ppid = 1, .uid = 4294967295,
				.auid = 4294967295, .ses = 4294967295, .sid = INT64_MAX,
				.comm = row->encoded, .exe = row->encoded,
				.subj = row->encoded, .proctitle = row->encoded };
	static char node[5000];
	struct entry e = stop;

	e.identity = &who;
	e.node = node;
	e.time = e.ev = (struct stamp){ INT64_MAX, 999, UINT64_MAX };
	e.id = (struct conn_id){ UINT32_MAX, true, UINT64_MAX, true, UINT32_MAX };
	e.dur_ms = e.tx = e.rx = e.netns = e.opener = INT64_MAX;
	memset(node, '\n', sizeof(node) - 1);
	for (size_t i = 0; i < SPECS; i++) {
		struct format *f = must_open(specs[i], NULL);
		const char *text = text_of(f, &e);
		struct json_object *o;

		if (*text == '{') {
			o = read_json(text);
			if (row->json && i == 1)
				assert_string_equal(at(o, "process.name"), row->json);
			json_object_put(o);
		}
		format_close(f);
	}
}

struct line {
	const char *name, *spec;
	const struct entry *e;
	const char *text;
};

#define CEF "CEF:0|audit-netlog|audisp-netlog|" NETLOG_VERSION "|"
#define LEEF "LEEF:2.0|audit-netlog|audisp-netlog|" NETLOG_VERSION "|"

static const struct line lines[] = {
	{ "cef, start", "cef", &start, CEF "connect-start|connect start|1|rt=1795241079391 "
	  "act=opened proto=TCP src=10.0.0.5 spt=43210 deviceDirection=1 dst=192.0.2.7 dpt=443 "
	  "spid=2304 suid=1000 sproc=curl filePath=/usr/bin/curl cs1=1001 cs1Label=auid cn2=3 "
	  "cn2Label=ses cn1=2211 cn1Label=ppid cs2=curl_t cs2Label=subj "
	  "cs3=curl -v \\\\xC3\\\\xA9 cs3Label=proctitle externalId=3f1a09c2-5e01.1 "
	  "cs5=1795241079.391:62 cs5Label=ev cs4=1:Ih2NYWVFkzU3/VEkpi2n3z7GhNw\\= "
	  "cs4Label=communityId" },
	{ "cef, IPv6, accepted", "cef", &stop, CEF "connect-stop|connect stop|1|rt=1795241080595 "
	  "act=closed proto=MPTCP c6a3=2001::1 c6a3Label=Destination IPv6 Address dpt=22 "
	  "deviceDirection=0 c6a2=fe80::9 c6a2Label=Source IPv6 Address spt=50044 dpid=2304 "
	  "duid=1000 dproc=curl filePath=/usr/bin/curl cs1=1001 cs1Label=auid cn2=3 "
	  "cn2Label=ses cn1=2211 cn1Label=ppid cs2=curl_t cs2Label=subj "
	  "cs3=curl -v \\\\xC3\\\\xA9 cs3Label=proctitle flexString1=4026531840 "
	  "flexString1Label=netns cs6=exit cs6Label=via reason=ECONNRESET cn3=1204 "
	  "cn3Label=durationMs in=512 out=90112 cs5=1795241079.391:62 cs5Label=ev dvchost=web1 "
	  "cs4=1:IxB+BLLGW0W+1YMGoKI5hCStrNo\\= cs4Label=communityId" },
	{ "leef, failure", "leef", &failure, LEEF "connect-fail|x09|devTime=1795241079391\t"
	  "cat=connect fail\tproto=TCP\tdirection=->\tdst=192.0.2.7\tdstPort=81\tsid=2210\t"
	  "pid=2304\tuid=1000\tprocess=curl\texe=/usr/bin/curl\tauid=1001\tses=3\tppid=2211\t"
	  "subj=curl_t\tproctitle=curl -v \\xC3\\xA9\treason=ECONNREFUSED\tsev=3" },
	{ "leef, what would part it", "leef", &odd, LEEF "listen-stop|x09|devTime=0\t"
	  "cat=listen stop\tproto=UDP\tdstPort=53\tprocess=a\\x09b\\x5C|=\texe=\\x0A\tsev=1" },
	{ "cef, what would part it", "cef", &odd, CEF "listen-stop|listen stop|1|rt=0 "
	  "act=stopped listening proto=UDP dpt=53 dproc=a\\\\x09b\\\\|\\= filePath=\\n" },
	{ "sd, failure", "sd:netlog@32473", &failure, "[netlog@32473 kind=\"connect fail\" "
	  "proto=\"TCP\" direction=\"->\" remote_ip=\"192.0.2.7\" remote_port=\"81\" sid=\"2210\" "
	  "pid=\"2304\" uid=\"1000\" comm=\"curl\" exe=\"/usr/bin/curl\" auid=\"1001\" ses=\"3\" "
	  "ppid=\"2211\" subj=\"curl_t\" proctitle=\"curl -v \\\\xC3\\\\xA9\" errno=\"ECONNREFUSED\"] "
	  "connect fail TCP - -> 192.0.2.7:81 2210 2304 1000 curl exe=/usr/bin/curl auid=1001 ses=3 "
	  "ppid=2211 subj=curl_t proctitle=curl\\x20-v\\x20\\xC3\\xA9 errno=ECONNREFUSED" },
	{ "rows, start", "rows:80", &root_start,
	  "15:04:39 curl[2304]      root   :43210 -> 192.0.2.7:443   open" },
	{ "rows, IPv6, accepted", "rows:130", &root_stop,
	  "15:04:40.595 curl[2304]              root     [2001::1]:22          <- [fe80::9%2]:50044"
	  "                  ECONNRESET 1.2s 512/88K" },
	{ "rows, cut", "rows:40", &root_failure, "15:04:39 curl[2304]      root   -      >" },
	{ "rows, in colour", "rows:80,color", &root_failure, "15:04:39 curl[2304]      root   -      "
	  "-> 192.0.2.7:81    \033[31mECONNREFUSED\033[0m" },
	{ "rows, listener", "rows:80", &root_listener,
	  "15:04:39 curl[2304]      root   0.0.0.0:53                listening" },
	{ "rows, nothing known", "rows:80", &unknown,
	  "15:04:39 -               -      -      -  -               closed" },
	{ "cern, start", "cern", &start,
	  "netlog: curl[2304] TCP 10.0.0.5:43210 -> 192.0.2.7:443 (uid=1000)" },
	{ "cern, stop", "cern", &stop,
	  "netlog: curl[2304] MPTCP [2001::1]:22 <-> [fe80::9%2]:50044 (uid=1000)" },
	{ "cern, bind", "cern", &listener,
	  "netlog: curl[2304] UDP bind (any IP address):53 (uid=1000)" },
	{ "cern has no failures", "cern", &failure, "" },
	{ "sysmon", "sysmon", &start, "EventID=3 UtcTime=2026-11-21T06:04:39.391Z "
	  "ProcessId=2304 Image=/usr/bin/curl User=1000 Protocol=TCP Initiated=true "
	  "SourceIp=10.0.0.5 SourcePort=43210 DestinationIp=192.0.2.7 DestinationPort=443" },
	{ "sysmon has no stops", "sysmon", &stop, "" },
	{ "hone", "hone", &start, "1795241079.391000000 SOCK O 2304 2211 1000 - 00005e01" },
	{ "hone closes", "hone", &unknown, "1795241079.391000000 SOCK C - - - - -" },
	{ "hone has no failures", "hone", &failure, "" },
	{ "template", "template:{{{comm}[{pid}]}} {dir} {remote} ({dur})", &start,
	  "{curl[2304]} -> 192.0.2.7:443 (-)" },
	{ "template, ends", "template:{src_ip} {src_port} {dst_ip} {dst_port} {local_ip} "
	  "{local_port} {remote_ip} {remote_port} {initiated}", &stop,
	  "fe80::9 50044 2001::1 22 2001::1 22 fe80::9 50044 false" },
	{ "template, unknown ends", "template:{src_ip} {src_port} {initiated}", &unknown, "- - -" },
};

static void test_line(void **state)
{
	const struct line *row = *state;
	struct format *f = must_open(row->spec, NULL);

	assert_string_equal(text_of(f, row->e), row->text);
	format_close(f);
}

static void test_specs(void **state)
{
	static const char *const wrong[][2] = {
		{ "xml", "xml: no such format; there are: netlog json ocsf cef leef sd rows cern sysmon "
		  "hone template" },
		{ "", ": no such format; there are: netlog" },
		{ "json:x", "json takes nothing after a colon" },
		{ "ocsf:2.0.0", "ocsf:2.0.0: the version must be 1.3.0, 1.4.0, 1.5.0 or 1.6.0" },
		{ "ocsf:", "ocsf:: the version must be" },
		{ "template", "template: needs a text" },
		{ "template:", "template: needs a text" },
		{ "template:{nosuch}", "template: '{nosuch' is no field in braces" },
		{ "template:{user}", "template: '{user' is no field in braces" },
		{ "template:{comm", "template: '{comm' is no field in braces" },
		{ "template:{comm{pid}}", "template: '{comm' is no field in braces" },
		{ "template:a } b", "template: a single } must be written }}" },
		{ "template:a\nb", "template: has a control character" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char error[256] = "";

		assert_null(format_open(wrong[i][0], NULL, error, sizeof(error)));
		if (strncmp(error, wrong[i][1], strlen(wrong[i][1])))
			fail_msg("%s: %s", wrong[i][0], error);
	}
}

static void test_has_time(void **state)
{
	static const struct {
		const char *spec;
		bool has;
	} rows[] = {
		{ "netlog", false }, { "cern", false }, { "sysmon", true }, { "cef", true },
		{ "leef", true }, { "template:{comm}", false }, { "template:{utc}", true },
		{ "template:a {time}", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct format *f = must_open(rows[i].spec, NULL);

		assert_int_equal(format_has_time(f), rows[i].has);
		format_close(f);
	}
}

static const char *note_of(const char *spec, const char *note)
{
	struct format *f = must_open(spec, &host);
	static char text[FORMAT_MAX + 1];

	text[format_note(f, &noon, note, strlen(note), text)] = 0;
	format_close(f);
	return text;
}

static void test_notes(void **state)
{
	static const char lost[] = "netlog lost kernel=12 module=0 at=1:2 zero=007 big=9999999999999999999";
	struct json_object *o = read_json(note_of("json", lost));

	(void)state;
	assert_string_equal(at(o, "event.kind"), "\"pipeline_error\"");
	assert_string_equal(at(o, "event.action"), "\"netlog-lost\"");
	assert_string_equal(at(o, "netlog.lost.kernel"), "12");
	assert_string_equal(at(o, "netlog.lost.module"), "0");
	assert_string_equal(at(o, "netlog.lost.at"), "\"1:2\"");
	assert_string_equal(at(o, "netlog.lost.zero"), "\"007\"");
	assert_string_equal(at(o, "netlog.lost.big"), "\"9999999999999999999\"");
	assert_string_equal(at(o, "host.name"), "\"here\"");
	json_object_put(o);
	o = read_json(note_of("json", "netlog stop"));
	assert_string_equal(at(o, "event.kind"), "\"event\"");
	assert_string_equal(at(o, "netlog.stop"), "{}");
	json_object_put(o);
	o = read_json(note_of("json", "odd \"text\" \\ here="));
	json_object_put(o);
	o = read_json(note_of("ocsf", lost));
	assert_string_equal(at(o, "type_uid"), "600801");
	json_object_put(o);
	o = read_json(note_of("ocsf", "netlog start version=1"));
	assert_string_equal(at(o, "type_uid"), "600203");
	json_object_put(o);
	assert_string_equal(note_of("netlog", lost), lost);
	assert_string_equal(note_of("cern", lost), lost);
	assert_string_equal(note_of("template:{comm}", lost), lost);
	assert_string_equal(note_of("template:{utc} {comm}", "netlog lost plugin=3"),
			    "2026-11-21T06:04:39.391Z netlog lost plugin=3");
	assert_string_equal(note_of("sysmon", "netlog lost plugin=3"),
			    "UtcTime=2026-11-21T06:04:39.391Z netlog lost plugin=3");
	assert_string_equal(note_of("hone", lost), "");
	assert_string_equal(note_of("cef", "netlog lost kernel=1"), CEF "netlog-lost|netlog lost|5|"
			    "rt=1795241079391 dvchost=here msg=netlog lost kernel\\=1");
	assert_string_equal(note_of("leef", "netlog stop"), LEEF "netlog-stop|x09|"
			    "devTime=1795241079391\tsev=1\tidentHostName=here\tmsg=netlog stop");
}

/* No key twice: readers take one of the two, each another one. */
static void test_keys_once(void **state)
{
	(void)state;
	for (size_t i = 1; i <= 2; i++) {
		struct format *f = must_open(specs[i], &host);
		const char *text = text_of(f, &stop);
		struct json_object *o = read_json(text);
		const char *plain = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
							JSON_C_TO_STRING_NOSLASHESCAPE);

		assert_int_equal(strlen(plain), strlen(text));
		json_object_put(o);
		format_close(f);
	}
}

/* The place is where ECS has it, whatever a name looks like, and adds nothing else. */
static void test_number(void **state)
{
	static const struct format_place at = { .run = 0x0123456789abcdef, .number = 18446744073709551615u };
	static const char name[] = "{\"event\":{\"sequence\":7,";
	struct identity hostile = *start.identity;
	char text[FORMAT_MAX], plain[FORMAT_MAX], hex[2 * sizeof(name)];
	struct format *f = must_open("json", NULL);
	struct entry e = start;
	struct json_object *o, *same;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(name) - 1; i++)
		sprintf(hex + 2 * i, "%02X", name[i]);
	hostile.comm = hex;
	e.identity = &hostile;
	len = format_entry(f, &e, plain);
	text[format_number(f, &at, plain, len, text)] = 0;
	plain[len] = 0;
	o = read_json(text);
	assert_string_equal(json_object_get_string(json_object_object_get(json_object_object_get(o, "agent"),
		"ephemeral_id")), "0123456789abcdef");
	assert_int_equal(json_object_get_uint64(json_object_object_get(json_object_object_get(o, "event"),
		"sequence")), at.number);
	json_object_object_del(o, "agent");
	json_object_object_del(json_object_object_get(o, "event"), "sequence");
	same = read_json(plain);
	assert_true(json_object_equal(o, same));
	json_object_put(o);
	json_object_put(same);

	len = format_note(f, &noon, "netlog stop", 11, plain);
	text[format_number(f, &at, plain, len, text)] = 0;
	o = read_json(text);
	assert_non_null(json_object_object_get(json_object_object_get(o, "event"), "sequence"));
	json_object_put(o);
	memset(plain, 'x', sizeof(plain));
	assert_int_equal(format_number(f, &at, plain, sizeof(plain), text), 0);
	format_close(f);
	assert_true(format_can_number("json"));
	assert_false(format_can_number("ocsf:1.6.0"));
	assert_false(format_can_number("none"));
}

int main(void)
{
	const struct CMUnitTest rest[] = {
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_specs),
		cmocka_unit_test(test_has_time),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_keys_once),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	make_roots();
	setenv("TZ", "Asia/Tokyo", 1);
	return table_run("json", test_json, ROWS(wants)) +
	       table_run("hostile", test_hostile, ROWS(texts)) +
	       table_run("line", test_line, ROWS(lines)) +
	       cmocka_run_group_tests_name("format", rest, NULL, NULL);
}
