// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/write_pcapng: the capture with the process in each packet. */
#include "parser/packet/write_pcapng.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "parser/packet/darwin.h"
#include "parser/packet/hone.h"
#include "parser/packet/wire.h"

#define HEAD 8
#define TAIL 4
#define SECTION_LENGTH 16	/* offset in its block */
#define INTERFACE_SNAPLEN 12	/* offset in its block */
#define PACKET_DATA 28		/* offset of a packet's bytes in its block */

enum { FLAG_INBOUND = 1, FLAG_OUTBOUND = 2 };

struct writer {
	struct packet_writer w;
	struct out *out;
	struct pcapng_writer_options o;
	struct darwin darwin;
};

/* The options of a connection's packets, in the byte order of the section. */
struct kept_options {
	uint32_t section;
	uint32_t sent, received, ids;	/* lengths of the three parts of bytes */
	uint8_t bytes[];
};

static void section(struct packet_writer *pw, const struct pcapng_block *b)
{
	struct writer *w = (struct writer *)pw;
	struct out *out = w->out;

	out->big = b->big;
	darwin_section(&w->darwin);
	out_block(out, b->type);
	out_bytes(out, b->bytes + HEAD, SECTION_LENGTH - HEAD);
	out_u32(out, 0xFFFFFFFFu);
	out_u32(out, 0xFFFFFFFFu);
	if (b->has_options) {
		out_bytes(out, b->options, b->options_len);
		if (w->o.host_id && !pcapng_has_option(b, PCAPNG_HONE_ID))
			out_option(out, PCAPNG_HONE_ID, w->o.host_id, w->o.host_id_len);
		if (w->o.comment)
			out_option(out, PCAPNG_COMMENT, w->o.comment, strlen(w->o.comment));
		out_end_of_options(out);
	} else {
		out_bytes(out, b->options, b->bytes + b->len - TAIL - b->options);
	}
	out_block_end(out);
}

/* Apple's process blocks of the input have other places in the output. */
static void copy_options(struct writer *w, const struct pcapng_block *b)
{
	uint8_t *to = out_room(w->out, b->options_len);

	if (!to)
		return;
	memcpy(to, b->options, b->options_len);
	if (darwin_moves(&w->darwin))
		darwin_renumber(&w->darwin, b, to);
}

static bool is_long(const struct writer *w, const struct pcapng_block *b)
{
	return w->o.snaplen && b->data && b->caplen > w->o.snaplen;
}

static void put_cut(struct writer *w, const struct pcapng_block *b)
{
	uint32_t padded = wire_padded(w->o.snaplen);
	uint8_t *to = out_room(w->out, padded);

	if (!to)
		return;
	memcpy(to, b->data, w->o.snaplen);
	memset(to + w->o.snaplen, 0, padded - w->o.snaplen);
}

static void put_data(struct writer *w, const struct pcapng_block *b)
{
	if (!is_long(w, b)) {
		out_bytes(w->out, b->bytes + HEAD, PACKET_DATA - HEAD + wire_padded(b->caplen));
		return;
	}
	out_bytes(w->out, b->bytes + HEAD, 12);
	out_u32(w->out, w->o.snaplen);
	out_bytes(w->out, b->bytes + PACKET_DATA - 4, 4);
	put_cut(w, b);
}

/* A block that is copied, apart from what must change in it. */
static void put_changed(struct writer *w, const struct pcapng_block *b)
{
	struct out *out = w->out;
	const uint8_t *end = b->bytes + b->len - TAIL;

	out_block(out, b->type);
	if (b->type == PCAPNG_INTERFACE) {
		uint32_t snaplen = wire_get32(b->bytes + INTERFACE_SNAPLEN, b->big);

		out_bytes(out, b->bytes + HEAD, INTERFACE_SNAPLEN - HEAD);
		out_u32(out, snaplen && snaplen < w->o.snaplen ? snaplen : w->o.snaplen);
		out_bytes(out, b->bytes + INTERFACE_SNAPLEN + 4, end - b->bytes - INTERFACE_SNAPLEN - 4);
	} else if (b->type == PCAPNG_SIMPLE_PACKET) {
		out_bytes(out, b->bytes + HEAD, b->data - b->bytes - HEAD);
		put_cut(w, b);
	} else {
		put_data(w, b);
		copy_options(w, b);
		out_bytes(out, b->options + b->options_len, end - b->options - b->options_len);
	}
	out_block_end(out);
}

/* A simple packet block has no length of its own: its interface limits it. */
static bool must_change(const struct writer *w, const struct pcapng_block *b)
{
	if (b->type == PCAPNG_INTERFACE)
		return w->o.snaplen;
	return is_long(w, b) || (b->has_options && b->is_packet && darwin_moves(&w->darwin));
}

static void copy(struct packet_writer *pw, const struct pcapng_block *b)
{
	struct writer *w = (struct writer *)pw;

	if (must_change(w, b))
		put_changed(w, b);
	else
		out_bytes(w->out, b->bytes, b->len);
	if (b->type == PCAPNG_DARWIN_PROCESS)
		darwin_copied(&w->darwin);
	out_maybe_flush(w->out);
}

static void process(struct packet_writer *pw, struct packet_process *p, int64_t ns)
{
	struct writer *w = (struct writer *)pw;

	if (!w->o.no_hone)
		hone_process(w->out, p, PROC_EXEC, ns);
	if (!w->o.no_darwin)
		darwin_add(&w->darwin, w->out, p);
}

static void event(struct packet_writer *pw, const struct packet_process *p, enum entry_kind what,
		  int64_t ns)
{
	struct writer *w = (struct writer *)pw;

	if (!w->o.no_hone)
		hone_process(w->out, p, what, ns);
}

static void opened(struct packet_writer *pw, const struct owner *o, int64_t ns)
{
	struct writer *w = (struct writer *)pw;

	if (!w->o.no_hone)
		hone_connection(w->out, o->number, owner_process(o)->pid, ns, false);
}

static void closed(struct packet_writer *pw, uint32_t number, const struct packet_process *p,
		   int64_t ns)
{
	struct writer *w = (struct writer *)pw;

	if (!w->o.no_hone)
		hone_connection(w->out, number, p->pid, ns, true);
}

static void put_ids(struct writer *w, struct out *out, const struct owner *o,
		    const struct packet_process *process)
{
	uint8_t ids[8];

	wire_put32(ids, process->pid, out->big);
	wire_put32(ids + 4, 0, out->big);	/* thread: unknown */
	out_option(out, PCAPNG_PROCESS, ids, sizeof(ids));
	if (!w->o.no_hone) {
		out_option_u32(out, PCAPNG_HONE_ID, o->number);
		out_option_u32(out, PCAPNG_HONE_PID, process->pid);
	}
	if (!w->o.no_darwin)
		out_option_u32(out, PCAPNG_DARWIN_INDEX, process->index);
}

static uint32_t put_comment(struct out *out, const struct owner *o, const char *text,
			    const char *direction)
{
	size_t before = out->used;
	char comment[16384];
	int n = snprintf(comment, sizeof(comment), "%s%s dir=%s", text ? text : "",
			 o->any_netns ? " netns=-" : "", direction);

	out_option(out, PCAPNG_COMMENT, comment, n < (int)sizeof(comment) ? n : 0);
	return out->used - before;
}

static const struct kept_options *options_of(struct writer *w, const struct owner *o,
					    struct owner_user *user)
{
	struct kept_options *k = user->kept;
	struct out made;

	if (k && k->section == o->section)
		return k;
	free(k);
	out_init(&made, -1);
	made.big = w->out->big;
	out_room(&made, sizeof(*k));
	uint32_t sent = put_comment(&made, o, user->comment, "out");
	uint32_t received = put_comment(&made, o, user->comment, "in");

	put_ids(w, &made, o, user->process);
	user->kept = NULL;
	if (!made.err)
		user->kept = realloc(made.buf, made.used);	/* it is mostly room */
	k = user->kept;
	if (!k) {
		out_fini(&made);
		w->out->err = ENOMEM;
		return NULL;
	}
	*k = (struct kept_options){ o->section, sent, received,
				    made.used - sizeof(*k) - sent - received };
	return k;
}

static void put_why(struct writer *w, const struct owners_found *found)
{
	const struct packet_process *near = found->near ? found->near->users.opener.process :
							      NULL;
	char comment[512];
	int n = snprintf(comment, sizeof(comment), "pid=- why=%s", owners_why_text(found->why));

	if (near)
		n = snprintf(comment, sizeof(comment), "pid=- why=%s %s=%lld",
			     owners_why_text(found->why),
			     found->why == WHY_USER ? "opener" : "listener", (long long)near->pid);
	out_option(w->out, PCAPNG_COMMENT, comment, n);
}

/* An obsolete packet block has no numbers of these options: the comment alone. */
static void put_owned(struct writer *w, const struct annotated *p)
{
	const struct owners_found *f = &p->found;
	const struct kept_options *sent = f->from ? options_of(w, f->from, f->sender) : NULL;
	const struct kept_options *received = f->to ? options_of(w, f->to, f->receiver) : NULL;
	const struct kept_options *first = sent ? sent : received;

	if (sent)
		out_bytes(w->out, sent->bytes, sent->sent);
	if (received)
		out_bytes(w->out, received->bytes + received->sent, received->received);
	if (!first || p->block->type != PCAPNG_PACKET)
		return;
	out_bytes(w->out, first->bytes + first->sent + first->received, first->ids);
	if (!(sent && received) && !pcapng_has_option(p->block, PCAPNG_FLAGS))
		out_option_u32(w->out, PCAPNG_FLAGS, sent ? FLAG_OUTBOUND : FLAG_INBOUND);
}

static void packet(struct packet_writer *pw, const struct annotated *p)
{
	struct writer *w = (struct writer *)pw;
	const struct pcapng_block *b = p->block;

	if (!b->has_options) {
		copy(pw, b);
		return;
	}
	out_block(w->out, b->type);
	put_data(w, b);
	copy_options(w, b);
	if (p->found.why == WHY_NONE)
		put_owned(w, p);
	else
		put_why(w, &p->found);
	out_end_of_options(w->out);
	out_block_end(w->out);
	out_maybe_flush(w->out);
}

static void end(struct packet_writer *pw, int64_t ns)
{
	(void)ns;
	out_flush(((struct writer *)pw)->out);
}

static void free_writer(struct packet_writer *pw)
{
	darwin_fini(&((struct writer *)pw)->darwin);
	free(pw);
}

struct packet_writer *pcapng_writer_new(struct out *out, const struct pcapng_writer_options *o)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->w = (struct packet_writer){ .section = section, .copy = copy, .process = process,
				       .event = event, .opened = opened, .closed = closed, .packet = packet,
				       .end = end, .free = free_writer };
	w->out = out;
	w->o = *o;
	return &w->w;
}
