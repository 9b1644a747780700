// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/entry/line: an entry as one line of text. The words at its beginning are
 * here; the key=value extras come from fields.def, in its order.
 */
#include "parser/entry/line.h"

#include <libaudit.h>
#include <stdlib.h>

#include "parser/text.h"

/* Room for one string, so that five of them leave room for the rest. */
#define TEXT_ROOM 1200
/* Identities whose text is kept: the latest ones, and old ones that they left alone. */
#define CACHED 512

/* The words and extras of an identity, as text. */
struct cached {
	uint64_t generation;	/* of the identity; 0: nothing here */
	size_t len, size;
	char *text;
};

struct line_format {
	struct cached cache[CACHED];
};

static void put_address(struct put *p, const struct netaddr *a)
{
	char text[NETADDR_TEXT_MAX];

	if (p->end - p->to >= NETADDR_TEXT_MAX)
		p->to += netaddr_format(a, p->to);
	else
		put_bytes(p, text, netaddr_format(a, text));
}

static void put_escaped(struct put *p, const char *text, size_t len)
{
	const char *end = p->end - p->to > TEXT_ROOM ? p->to + TEXT_ROOM : p->end;

	p->to = text_escape(p->to, end, text, len);
}

/* A value that would read as "unknown" or as nothing is escaped, too. */
static void put_text(struct put *p, const char *encoded, bool arguments)
{
	char text[1024];
	size_t len;

	if (!encoded) {
		put_char(p, '-');
		return;
	}
	len = audit_text(encoded, text, sizeof(text));
	if (arguments)
		for (size_t i = 0; i < len; i++)
			if (!text[i])
				text[i] = ' ';
	if (len == 1 && *text == '-')
		put_string(p, "\\x2D");
	else if (!len)
		put_string(p, "\\x00");
	else
		put_escaped(p, text, len);
}

/* An exec's arguments have a NUL after each, if that is known: a blank can be inside of one. The
 * last NUL is left out where others show that. */
static void put_arguments(struct put *p, const struct identity *id)
{
	char text[1024];
	size_t len;

	if (!id->proctitle || id->unparted) {
		put_text(p, id->proctitle, true);
		return;
	}
	len = audit_text(id->proctitle, text, sizeof(text) - 1);
	if (!memchr(text, 0, len) && memchr(text, ' ', len))
		text[len++] = 0;
	if (len < 2)
		put_text(p, id->proctitle, true);
	else
		put_escaped(p, text, len);
}

static void put_number(struct put *p, int64_t v)
{
	if (v == ID_UNKNOWN)
		put_char(p, '-');
	else if (v == ID_UNSET)
		put_string(p, "unset");
	else
		put_uint(p, v);
}

static void put_errno(struct put *p, int err)
{
	const char *name = audit_errno_to_name(err);

	if (name)
		put_string(p, name);
	else
		put_uint(p, err);
}

static void put_event(struct put *p, const struct stamp *ev)
{
	put_milli(p, ev->sec, ev->milli);
	put_char(p, ':');
	put_uint(p, ev->serial);
}

static void put_id(struct put *p, const struct conn_id *id)
{
	if (id->has_boot)
		put_hex(p, id->boot, 8);
	else
		put_char(p, '-');
	put_char(p, '-');
	if (id->by_serial)
		put_char(p, 's');
	put_hex(p, id->number, 1);
	put_char(p, '.');
	put_uint(p, id->nth);
}

static const char *direction_text(enum entry_direction direction)
{
	static const char *const texts[] = {
		[DIRECTION_UNKNOWN] = "-", [DIRECTION_OUT] = "->", [DIRECTION_IN] = "<-",
	};

	return texts[direction];
}

static inline __attribute__((always_inline))
void put_value(struct put *p, const struct field *f, const struct field_value *v)
{
	if (!v->known) {
		put_char(p, '-');
		return;
	}
	switch (f->type) {
	case TYPE_KIND:
		put_string(p, entry_kind_name(v->number));
		break;
	case TYPE_PROTO:
		put_string(p, entry_proto_name(v->number));
		break;
	case TYPE_DIRECTION:
		put_string(p, direction_text(v->number));
		break;
	case TYPE_ADDRESS:
		put_address(p, v->address);
		break;
	case TYPE_USER:
	case TYPE_SESSION:
		put_number(p, v->number);
		break;
	case TYPE_NUMBER:
	case TYPE_OPTIONAL:
	case TYPE_BYTES:
		put_uint(p, v->number);
		break;
	case TYPE_TEXT:
	case TYPE_ARGUMENTS:
		put_text(p, v->text, f->type == TYPE_ARGUMENTS);
		break;
	case TYPE_NAME:
		put_escaped(p, v->text, strlen(v->text));
		break;
	case TYPE_VIA:
		put_string(p, entry_via_name(v->number));
		break;
	case TYPE_ERRNO:
		put_errno(p, v->number);
		break;
	case TYPE_DURATION:
		put_milli(p, v->number / 1000, v->number % 1000);
		break;
	case TYPE_FLAG:
		put_string(p, v->number ? f->flag : "no");
		break;
	case TYPE_ID:
		put_id(p, v->id);
		break;
	case TYPE_EVENT:
		put_event(p, v->stamp);
		break;
	case TYPE_TIME:
		put_milli(p, v->stamp->sec, v->stamp->milli);
		break;
	case TYPE_COUNT:
		break;
	}
}

void line_put_value(struct put *p, enum field_id id, const struct field_value *v)
{
	put_value(p, &fields[id], v);
}

static inline __attribute__((always_inline))
void put_extra(struct put *p, const struct field *f, const struct entry *e)
{
	struct field_value v = field_value(f, e);

	if (f->line == LINE_KNOWN && (!v.known || (f->type == TYPE_FLAG && !v.number)))
		return;
	put_char(p, ' ');
	put_string(p, f->key);
	put_char(p, '=');
	if (f->type == TYPE_ARGUMENTS && e->what == PROC_EXEC)
		put_arguments(p, e->identity);
	else
		put_value(p, f, &v);
}

/* The rows of fields.def as constants: each leaves just the code for its type. */
#define EXTRA(identity, ...)							\
	do {									\
		static const struct field row = { __VA_ARGS__ };		\
										\
		if ((row.line == LINE_KNOWN || row.line == LINE_ALWAYS) &&	\
		    row.of_identity == (identity))				\
			put_extra(p, &row, e);					\
	} while (0);

static void put_identity_extras(struct put *p, const struct entry *e)
{
#define FIELD(id, ...) EXTRA(true, __VA_ARGS__)
#include "parser/entry/fields.def"
#undef FIELD
}

static void put_own_extras(struct put *p, const struct entry *e)
{
#define FIELD(id, ...) EXTRA(false, __VA_ARGS__)
#include "parser/entry/fields.def"
#undef FIELD
}
#undef EXTRA

/* Without memory nothing is kept, and the text is made anew each time. */
static void keep(struct cached *c, uint64_t generation, const char *text, size_t len)
{
	if (len > c->size) {
		char *larger = realloc(c->text, len);

		if (!larger)
			return;
		c->text = larger;
		c->size = len;
	}
	memcpy(c->text, text, len);
	c->len = len;
	c->generation = generation;
}

static void put_identity_words(struct put *p, const struct identity *id)
{
	put_number(p, id->sid);
	put_char(p, ' ');
	put_number(p, id->pid);
	put_char(p, ' ');
	put_number(p, id->uid);
	put_char(p, ' ');
	put_text(p, id->comm, false);
}

/* A process's words and extras are the same in all its lines, except in an exec's: made with
 * the first of them. */
static void put_identity(struct line_format *f, struct put *p, const struct entry *e)
{
	uint64_t generation = e->what == PROC_EXEC ? 0 : e->identity->generation;
	struct cached *c = &f->cache[generation % CACHED];
	char *start = p->to;

	if (generation && c->generation == generation) {
		put_bytes(p, c->text, c->len);
		return;
	}
	put_identity_words(p, e->identity);
	put_identity_extras(p, e);
	if (generation)
		keep(c, generation, start, p->to - start);
}

static void put_head(struct put *p, const struct entry *e)
{
	put_string(p, entry_kind_name(e->what));
	put_char(p, ' ');
	if (!entry_is_process(e)) {
		put_string(p, entry_proto_name(e->proto));
		put_char(p, ' ');
		put_address(p, &e->local);
		put_char(p, ' ');
	}
	if (!entry_is_process(e) && !entry_is_listen(e)) {
		put_string(p, direction_text(entry_direction(e)));
		put_char(p, ' ');
		put_address(p, &e->remote);
		put_char(p, ' ');
	}
}

size_t line_format(struct line_format *f, const struct entry *e, char *buf)
{
	struct put p = { .to = buf, .end = buf + FORMAT_LINE_MAX - 1 };

	put_head(&p, e);
	put_identity(f, &p, e);
	put_own_extras(&p, e);
	*p.to = 0;
	return p.to - buf;
}

struct line_format *line_format_new(void)
{
	return calloc(1, sizeof(struct line_format));
}

void line_format_free(struct line_format *f)
{
	if (!f)
		return;
	for (unsigned int i = 0; i < CACHED; i++)
		free(f->cache[i].text);
	free(f);
}
