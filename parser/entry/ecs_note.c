// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/ecs_note: the plugin's own notes in ECS, and the numbers of lines. */
#include "parser/entry/ecs_note.h"

#include <string.h>

#include "parser/entry/json.h"

static bool is_number(const struct note_pair *pair)
{
	if (!pair->value_len || pair->value_len > 18 ||
	    (*pair->value == '0' && pair->value_len > 1))
		return false;
	for (size_t i = 0; i < pair->value_len; i++)
		if (pair->value[i] < '0' || pair->value[i] > '9')
			return false;
	return true;
}

/* {"kernel":12,"module":0} */
static void put_pairs(struct note *n, struct put *p)
{
	struct note_pair pair;
	bool more = false;

	put_char(p, '{');
	while (note_next(n, &pair)) {
		if (more)
			put_char(p, ',');
		more = true;
		json_put_string(p, pair.key, pair.key_len);
		put_char(p, ':');
		if (is_number(&pair))
			put_bytes(p, pair.value, pair.value_len);
		else
			json_put_string(p, pair.value, pair.value_len);
	}
	put_char(p, '}');
}

void ecs_note_put(const struct format_host *host, struct note *n, struct put *p)
{
	bool lost = !strcmp(n->word, "lost");

	put_string(p, "{\"@timestamp\":");
	json_put_time(p, json_time_ms(n->time));
	put_string(p, ",\"ecs\":{\"version\":\"" ECS_VERSION "\"}");
	if (lost) {
		put_string(p, ",\"error\":{\"message\":");
		json_put_string(p, n->text, n->len);
		put_char(p, '}');
	}
	put_string(p, ",\"event\":{\"action\":\"netlog-");
	put_string(p, n->word);
	put_string(p, "\",\"dataset\":\"netlog.status\",\"kind\":\"");
	put_string(p, lost ? "pipeline_error" : "event");
	put_string(p, "\",\"module\":\"netlog\"},\"host\":{");
	if (host->id) {
		put_string(p, "\"id\":");
		json_put_string(p, host->id, strlen(host->id));
		put_char(p, ',');
	}
	if (host->name) {
		put_string(p, "\"name\":");
		json_put_string(p, host->name, strlen(host->name));
		put_char(p, ',');
	}
	put_string(p, "\"os\":{\"type\":\"linux\"}},\"message\":");
	json_put_string(p, n->text, n->len);
	if (*n->word) {
		put_string(p, ",\"netlog\":{\"");
		put_string(p, n->word);
		put_string(p, "\":");
		put_pairs(n, p);
		put_char(p, '}');
	}
	put_char(p, '}');
}

/* A quote inside a string is escaped, so that the first "event":{ is the key, which every text
 * has. */
void ecs_note_number(const struct format_place *at, const char *text, size_t len,
		     struct put *p)
{
	static const char event[] = "\"event\":{", hex[] = "0123456789abcdef";
	const char *found = memmem(text, len, event, strlen(event));
	const char *rest = found ? found + strlen(event) : text + 1;

	put_string(p, "{\"agent\":{\"ephemeral_id\":\"");
	for (int shift = 60; shift >= 0; shift -= 4)
		put_char(p, hex[at->run >> shift & 15]);
	put_string(p, "\"},");
	put_bytes(p, text + 1, rest - text - 1);
	if (found) {
		put_string(p, "\"sequence\":");
		put_uint(p, at->number);
		put_char(p, ',');
	}
	put_bytes(p, rest, text + len - rest);
}
