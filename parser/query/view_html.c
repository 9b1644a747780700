// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/view_html: --html: one page that needs nothing else: page.html, with a row
 * of data per connection.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parser/query/columns.h"
#include "parser/query/is_log.h"
#include "parser/query/view.h"

/* page.html unchanged; the make rule for this file depends on it. */
__asm__(".section .rodata\n"
	"html_page: .incbin \"parser/query/page.html\"\n"
	"html_page_end: .byte 0\n"
	".previous\n");
extern const char html_page[], html_page_end[];

#define MARK "/*DATA*/"

struct html {
	struct view v;
	struct pairs *pairs;
	FILE *out;
	int err;		/* errno of what went wrong first */
};

static void on_pair(const struct pair *p, void *arg);

static bool html_open(struct view *v, char *error, size_t size)
{
	struct html *h = (struct html *)v;
	const char *mark = strstr(html_page, MARK);

	if (is_log_path(v->options, v->options->summary)) {
		snprintf(error, size, "--html %s: is a log; choose another file", v->options->summary);
		return false;
	}
	h->pairs = pairs_new(v->options, on_pair, h);
	h->out = h->pairs ? fopen(v->options->summary, "we") : NULL;
	if (!h->out) {
		snprintf(error, size, "--html %s: %s", v->options->summary, strerror(errno));
		return false;
	}
	if (fwrite(html_page, mark - html_page, 1, h->out) != 1)
		h->err = errno;
	return true;
}

static void put_number(struct html *h, bool known, int64_t n)
{
	if (known)
		fprintf(h->out, "%lld,", (long long)n);
	else
		fputs("null,", h->out);
}

/* The cells are those of a line: printable ASCII without quotes. Characters that could end the
 * script are escaped. */
static void put_text(struct html *h, const struct pair *p, enum own_column own,
		     enum field_id field, bool people)
{
	struct column c = { .own = own, .field = field };
	char text[CELL_MAX];
	size_t len = column_text(&c, p, people, true, text);

	fputc('"', h->out);
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\\' || text[i] == '"')
			fprintf(h->out, "\\%c", text[i]);
		else if (text[i] == '<' || text[i] == '>' || text[i] == '&')
			fprintf(h->out, "\\u%04x", text[i]);
		else
			fputc(text[i], h->out);
	fputc('"', h->out);
}

static void on_pair(const struct pair *p, void *arg)
{
	static const enum field_id texts[] = { FIELD_PROTO, FIELD_LOCAL, FIELD_DIRECTION, FIELD_REMOTE };
	const struct entry *e = pair_entry(p);
	struct html *h = arg;
	int64_t began = pair_began(p);

	fputs(h->v.found++ ? ",\n[" : "\n[", h->out);
	put_number(h, began >= 0, began);
	put_number(h, e->dur_ms >= 0, e->dur_ms);
	put_number(h, e->tx >= 0, e->tx);
	put_number(h, e->rx >= 0, e->rx);
	put_text(h, p, COLUMN_FIELD, FIELD_UID, true);
	fputc(',', h->out);
	put_text(h, p, COLUMN_PROCESS, FIELD_NONE, true);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		fputc(',', h->out);
		put_text(h, p, COLUMN_FIELD, texts[i], true);
	}
	fputc(',', h->out);
	put_text(h, p, COLUMN_OUTCOME, FIELD_NONE, true);
	fputc(']', h->out);
	if (ferror(h->out) && !h->err)
		h->err = errno;
}

static void html_entry(struct view *v, const struct entry *e, bool matched)
{
	pairs_entry(((struct html *)v)->pairs, e, matched);
}

static void html_finish(struct view *v)
{
	struct html *h = (struct html *)v;
	const char *rest = strstr(html_page, MARK) + strlen(MARK);

	pairs_finish(h->pairs);
	if (fwrite(rest, html_page_end - rest, 1, h->out) != 1 && !h->err)
		h->err = errno;
	if (fclose(h->out) && !h->err)
		h->err = errno;
	h->out = NULL;
	if (!h->err)
		return;
	fprintf(stderr, "aunetlog: --html %s: %s\n", v->options->summary, strerror(h->err));
	v->failed = true;
}

static void html_close(struct view *v)
{
	struct html *h = (struct html *)v;

	if (h->out)
		fclose(h->out);
	pairs_free(h->pairs);
}

const struct view_ops view_html = {
	.size = sizeof(struct html), .open = html_open, .entry = html_entry,
	.finish = html_finish, .close = html_close,
};
