// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/pair_print: --pair as lines. */
#include "parser/query/pair_print.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "parser/query/clock.h"
#include "parser/query/is_log.h"
#include "parser/query/pair_graph.h"
#include "parser/query/pair_side.h"

static void print_time(const struct aunetlog_options *o, int64_t ms)
{
	struct stamp at = clock_stamp(ms);
	char text[CLOCK_TEXT_MAX] = "-";

	if (ms >= 0)
		clock_text(&at, o->utc, text);
	for (char *c = text; *c; c++)
		if (*c == ' ')
			*c = 'T';
	fputs(text, stdout);
}

static void print_side(const struct side *s)
{
	char process[1024], end[NETADDR_TEXT_MAX];

	pair_process(s, process, sizeof(process));
	netaddr_format(&s->local, end);
	printf("%s %s", process, end);
}

static void print_number(const char *key, int64_t v)
{
	if (v >= 0)
		printf(" %s=%" PRId64, key, v);
	else
		printf(" %s=-", key);
}

/* The counts differ by bytes that were lost on the way or left unread. */
static void print_bytes(const struct side *s, const struct side *peer)
{
	bool known = s->tx >= 0 && s->rx >= 0 && peer->tx >= 0 && peer->rx >= 0;
	bool same = s->tx == peer->rx && s->rx == peer->tx;

	print_number("tx", s->tx);
	print_number("rx", s->rx);
	printf(" bytes=%s", known ? same ? "same" : "differ" : "-");
	if ((known && same) || peer->bound)
		return;
	print_number("peer_tx", peer->tx);
	print_number("peer_rx", peer->rx);
}

static void print_duration(const struct side *s)
{
	if (s->began >= 0 && s->ended >= s->began)
		printf(" dur=%" PRId64 ".%03d", (s->ended - s->began) / 1000,
		       (int)((s->ended - s->began) % 1000));
}

static void print_pair(const struct aunetlog_options *o, const struct side *s)
{
	print_time(o, s->began);
	putchar(' ');
	print_time(o, s->ended);
	printf(" %s ", entry_proto_name(s->proto));
	print_side(s);
	fputs(" -> ", stdout);
	print_side(s->peer);
	print_duration(s);
	print_bytes(s, s->peer);
	if (s->peer->bound)
		fputs(" via=listen", stdout);
	putchar('\n');
}

static void print_alone(const struct aunetlog_options *o, const struct side *s)
{
	char end[NETADDR_TEXT_MAX];

	print_time(o, s->began);
	putchar(' ');
	print_time(o, s->ended);
	printf(" %s ", entry_proto_name(s->proto));
	print_side(s);
	netaddr_format(&s->remote, end);
	printf(" %s - %s", s->unknown_direction ? "-" : s->inbound ? "<-" : "->", end);
	print_duration(s);
	printf(" alone=%s\n", partner_why_text(s->why));
}

static void print_skews(const struct partners *p)
{
	size_t count;
	const struct skew *s = partners_skews(p, &count);

	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "aunetlog: the clock of %s is %.3f s %s that of %s (%s %zu "
			"connections, %+.3f to %+.3f s)\n", s[i].to ? s[i].to : "-",
			llabs(s[i].median) / 1000.0,
			s[i].median < 0 ? "behind" : "ahead of", s[i].from ? s[i].from : "-",
			s[i].both_ways ? "both directions of" : "with the delay of the network;",
			s[i].count, s[i].least / 1000.0, s[i].most / 1000.0);
}

static int print_lines(const struct aunetlog_options *o, const struct partners *p)
{
	unsigned int alone[PARTNER_WHY_COUNT] = { 0 }, count = 0, pairs = 0;
	const char *comma = ": ";

	for (const struct side *s = partners_first(p); s; s = s->next) {
		if (!pair_is_opener(s) || !pair_matched(s))
			continue;
		if (s->peer)
			print_pair(o, s);
		else
			print_alone(o, s);
		pairs += s->peer != NULL;
		alone[s->why] += !s->peer;
		count++;
	}
	if (!count)
		return 0;
	fprintf(stderr, "aunetlog: %u pairs, %u sides without a partner", pairs, count - pairs);
	for (int why = PARTNER_NONE + 1; why < PARTNER_WHY_COUNT; why++) {
		if (!alone[why])
			continue;
		fprintf(stderr, "%s%u %s", comma, alone[why], partner_why_text(why));
		comma = ", ";
	}
	fputc('\n', stderr);
	return count;
}

static int complain(const char *what)
{
	if (errno == EPIPE)
		return 0;
	fprintf(stderr, "aunetlog: %s: %s\n", what, strerror(errno));
	return -1;
}

static int print_page(const struct aunetlog_options *o, const struct partners *p)
{
	bool log = is_log_path(o, o->summary);
	FILE *f = log ? NULL : fopen(o->summary, "we");
	int count;

	if (log) {
		fprintf(stderr, "aunetlog: --html %s: is a log; choose another file\n", o->summary);
		return -1;
	}
	if (!f)
		return complain(o->summary);
	count = pair_html(p, f);
	return fclose(f) ? complain(o->summary) : count;
}

int pair_print(const struct aunetlog_options *o, const struct partners *p)
{
	int count = o->view == AUNETLOG_HTML ? print_page(o, p) :
		    o->view == AUNETLOG_GRAPH ? pair_graph(p, stdout) : print_lines(o, p);

	print_skews(p);
	if (count >= 0 && fclose(stdout))
		return complain("standard output") ? -1 : count;
	return count;
}
