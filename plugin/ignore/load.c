// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/ignore/load: loads the ignore list and reports what changes. */
#include "plugin/ignore/load.h"

#include <string.h>

#include "parser/text.h"
#include "plugin/log.h"

#define REPORTED_MAX 1000 /* notes of one load, fewer than a queue holds */
#define TEXT_SHOWN 800

static void report_change(struct report *r, const char *what, const struct ignore_item *i)
{
	char text[TEXT_SHOWN + 1], *end;

	end = text_escape(text, text + TEXT_SHOWN, i->text, strlen(i->text));
	*end = 0;
	report_note(r, "netlog ignore %s=%s", what, text);
}

/* Entries of a that b has not. */
static unsigned int report_changes(struct report *r, const char *what,
				   const struct ignore_list *a, const struct ignore_list *b)
{
	unsigned int count = 0;

	for (const struct ignore_item *i = ignore_list_items(a); i; i = i->next) {
		if (ignore_list_has(b, i->text))
			continue;
		if (count++ < REPORTED_MAX)
			report_change(r, what, i);
	}
	return count;
}

/* An entry of a program alone hides more than that program. */
void ignore_warn(const struct ignore_list *l, const char *path)
{
	const struct ignore_item *first = NULL;
	unsigned int count = 0;

	for (const struct ignore_item *i = ignore_list_items(l); i; i = i->next) {
		if (i->keep || i->has_net || i->has_uid)
			continue;
		first = first ? first : i;
		count++;
	}
	if (first)
		log_warnx("%s:%u: '%s' names no address and no user: it also hides connections of "
			  "any user by %s; add |i<address> or |u<uid> (%u such entries)",
			  path, first->line, first->text,
			  first->exe ? "that program, or by a library preloaded into it" :
				       "any program",
			  count);
}

static void reject(const struct ignore_error *error, const char *path,
		   const struct ignore_list *old, struct report *r)
{
	if (error->line)
		log_warnx("%s:%u: %s; the list in use stays (%u entries)", path, error->line,
			  error->text, ignore_list_count(old));
	else
		log_warnx("%s: %s; the list in use stays (%u entries)", path, error->text,
			  ignore_list_count(old));
	report_note(r, "netlog ignore result=kept entries=%u line=%u", ignore_list_count(old),
		    error->line);
}

void ignore_load(struct ignore_list **list, const char *path, struct report *r)
{
	struct ignore_list *fresh = NULL, *old = *list;
	struct ignore_error error;
	unsigned int added, removed;

	if (!path && !old)
		return;
	if (path)
		fresh = ignore_list_open(path, &error);
	if (path && !fresh) {
		reject(&error, path, old, r);
		return;
	}
	removed = report_changes(r, "removed", old, fresh);
	added = report_changes(r, "added", fresh, old);
	report_note(r, "netlog ignore result=loaded entries=%u added=%u removed=%u",
		    ignore_list_count(fresh), added, removed);
	*list = fresh;
	ignore_list_free(old);
	if (added)
		ignore_warn(fresh, path);
}
