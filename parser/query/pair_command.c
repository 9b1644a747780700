// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/pair_command: aunetlog --pair. */
#include "parser/query/pair_command.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "parser/query/conntrack.h"
#include "parser/query/pair_print.h"
#include "parser/query/partner.h"
#include "parser/query/query.h"

#define HOST_MAX 256

/* Logs of one host. Each host is read separately: its numbers mean nothing on another. */
struct reading {
	struct partners *partners;
	const char *host;	/* or NULL: taken from the log */
};

static bool on_entry(const struct entry *e, bool matched, void *arg)
{
	struct reading *r = arg;

	partners_entry(r->partners, e, matched, r->host);
	return true;
}

/* HOST=FILE, where there is no file of that whole name. Returns the file. */
static const char *file_of(const char *input, size_t *host_len)
{
	const char *equals = strchr(input, '=');

	*host_len = 0;
	if (!equals || equals == input || memchr(input, '/', equals - input) ||
	    !access(input, F_OK))
		return input;
	*host_len = equals - input;
	return equals + 1;
}

static bool same_host(const char *a, size_t a_len, const char *b)
{
	size_t b_len;

	file_of(b, &b_len);
	return a_len == b_len && !strncmp(a, b, a_len);
}

/* The inputs of the host of the first one that is left; done marks those that were read. */
static void take_host(const struct aunetlog_options *o, struct aunetlog_options *query,
		      bool done[AUNETLOG_INPUTS], char host[HOST_MAX])
{
	const char *first = NULL;
	size_t len = 0;

	query->input_count = 0;
	for (unsigned int i = 0; i < o->input_count; i++) {
		size_t unused;

		if (done[i] || (first && !same_host(first, len, o->inputs[i])))
			continue;
		if (!first) {
			first = o->inputs[i];
			file_of(first, &len);
		}
		query->inputs[query->input_count++] = file_of(o->inputs[i], &unused);
		done[i] = true;
	}
	*host = 0;
	if (len && len < HOST_MAX) {
		memcpy(host, first, len);
		host[len] = 0;
	}
}

static bool is_done(const bool *done, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (!done[i])
			return false;
	return true;
}

static bool read_logs(const struct aunetlog_options *o, struct partners *p)
{
	bool done[AUNETLOG_INPUTS] = { false }, ok = true;
	struct aunetlog_options query = *o;
	struct reading r = { .partners = p };
	struct entry_sink sink = { .entry = on_entry, .arg = &r };
	char host[HOST_MAX];

	query.sink = &sink;
	query.view = AUNETLOG_ENTRIES;
	do {
		take_host(o, &query, done, host);
		r.host = *host ? host : NULL;
		ok &= query_run(&query) != AUNETLOG_FAILED;
	} while (!is_done(done, o->input_count));
	return ok;
}

static int refuse(const struct aunetlog_options *o)
{
	const char *with = o->format ? "--format" : o->columns ? "--fields" :
			   o->follow ? "--follow" : o->has_open_at ? "--open-at" :
			   o->just_one ? "--just-one" :
			   o->view && o->view != AUNETLOG_GRAPH && o->view != AUNETLOG_HTML ?
			   o->view_name : NULL;

	if (!with)
		return 0;
	fprintf(stderr, "aunetlog: --pair cannot be combined with %s\n", with);
	return -EINVAL;
}

static int join_and_print(const struct aunetlog_options *o, struct partners *p,
			  const struct conntrack *translations, bool ok)
{
	int printed;

	partners_join(p, translations);
	if (partners_out_of_memory(p)) {
		fprintf(stderr, "aunetlog: out of memory; the result would lack connections\n");
		return AUNETLOG_FAILED;
	}
	printed = pair_print(o, p);
	if (printed < 0 || !ok)
		return AUNETLOG_FAILED;
	if (!printed)
		fprintf(stderr, "<no matches>\n");
	return printed ? AUNETLOG_FOUND : AUNETLOG_NOTHING;
}

int pair_command(const struct aunetlog_options *o)
{
	struct partners *p = refuse(o) ? NULL : partners_new();
	struct conntrack *translations = NULL;
	int status = AUNETLOG_FAILED;
	char error[512];

	if (!p)
		return status;
	if (o->conntrack) {
		translations = conntrack_read(o->conntrack, error, sizeof(error));
		if (!translations)
			fprintf(stderr, "aunetlog: --conntrack %s\n", error);
		else if (!conntrack_count(translations))
			fprintf(stderr, "aunetlog: --conntrack %s: has no translation\n", o->conntrack);
	}
	if (!o->conntrack || translations)
		status = join_and_print(o, p, translations, read_logs(o, p));
	conntrack_free(translations);
	partners_free(p);
	return status;
}
