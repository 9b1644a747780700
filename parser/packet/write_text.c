// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/write_text: a line for each process, connection and packet, as Hone's. */
#include "parser/packet/write_text.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/text.h"

#define NS_PER_S 1000000000
#define TEXT_ROOM 32768

struct writer {
	struct packet_writer w;
	struct out *out;
	const struct host_id *id;
	bool begun;
};

static void print(struct writer *w, const char *format, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	out_bytes(w->out, text, n < (int)sizeof(text) ? n : (int)sizeof(text) - 1);
}

static void print_time(struct writer *w, int64_t ns)
{
	if (ns < 0)
		ns = 0;
	print(w, "%" PRId64 ".%09" PRId64 " ", ns / NS_PER_S, ns % NS_PER_S);
}

static void print_known(struct writer *w, int64_t v)
{
	if (v < 0)
		print(w, " -");
	else
		print(w, " %" PRId64, v);
}

static void print_escaped(struct writer *w, const char *text, size_t len)
{
	char escaped[TEXT_ROOM];

	out_bytes(w->out, escaped, text_escape(escaped, escaped + sizeof(escaped), text, len) -
				   escaped);
}

static void section(struct packet_writer *pw, const struct pcapng_block *b)
{
	((struct writer *)pw)->begun = false;
	(void)b;
}

static void copy(struct packet_writer *pw, const struct pcapng_block *b)
{
	(void)pw;
	(void)b;
}

/* Uses the first time in the section: a capture does not have the boot time of its host. */
static void begin(struct writer *w, int64_t ns)
{
	const uint8_t *g = w->id->bytes + 4;

	if (w->begun)
		return;
	w->begun = true;
	print_time(w, ns);
	print(w, "HEAD -");
	if (w->id->is_guid)
		print(w, " {%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x}",
		      g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8], g[9], g[10], g[11],
		      g[12], g[13], g[14], g[15]);
	print(w, "\n");
}

static void event(struct packet_writer *pw, const struct packet_process *p, enum entry_kind what,
		  int64_t ns)
{
	struct writer *w = (struct writer *)pw;

	begin(w, ns);
	print_time(w, ns);
	print(w, what == PROC_FORK ? "FORK" : what == PROC_END ? "EXIT" : "EXEC");
	print_known(w, p->pid);
	print_known(w, p->ppid);
	print_known(w, p->uid);
	print_known(w, p->gid);
	print(w, " \"");
	if (p->exe)
		print_escaped(w, p->exe, strlen(p->exe));
	print(w, "\"");
	for (size_t at = 0; p->arguments && at < p->arguments_len;) {
		size_t len = strnlen(p->arguments + at, p->arguments_len - at);

		print(w, " ");
		print_escaped(w, p->arguments + at, len);
		at += len + 1;
	}
	print(w, "\n");
}

static void process(struct packet_writer *pw, struct packet_process *p, int64_t ns)
{
	event(pw, p, PROC_EXEC, ns);
}

static void connection(struct writer *w, char event, uint32_t number,
		       const struct packet_process *p, int64_t ns)
{
	begin(w, ns);
	print_time(w, ns);
	print(w, "SOCK %c", event);
	print_known(w, p->pid);
	print_known(w, p->ppid);
	print_known(w, p->uid);
	print_known(w, p->gid);
	print(w, " %08x\n", number);
}

static void opened(struct packet_writer *pw, const struct owner *o, int64_t ns)
{
	connection((struct writer *)pw, 'O', o->number, owner_process(o), ns);
}

static void closed(struct packet_writer *pw, uint32_t number, const struct packet_process *p,
		   int64_t ns)
{
	connection((struct writer *)pw, 'C', number, p, ns);
}

static const char *protocol(const struct flow *f, char text[8])
{
	if (f->proto == IPPROTO_TCP)
		return "TCP";
	if (f->proto == IPPROTO_UDP)
		return "UDP";
	snprintf(text, 8, "%d", f->proto);
	return text;
}

/* IPv6 as the kernel's %pI6: eight groups of four digits. */
static void print_end(struct writer *w, const struct netaddr *a)
{
	char text[INET6_ADDRSTRLEN];

	if (a->family == AF_INET)
		print(w, "%s", inet_ntop(AF_INET, a->addr, text, sizeof(text)));
	for (int i = 0; a->family == AF_INET6 && i < 16; i += 2)
		print(w, "%s%02x%02x", i ? ":" : "", a->addr[i], a->addr[i + 1]);
	if (a->has_port)
		print(w, ":%u", a->port);
}

static void print_ends(struct writer *w, const struct annotated *p)
{
	const struct flow *f = p->flow;
	char text[8];

	if (!f->has_addresses) {
		print(w, " ? ? -> ?");
		return;
	}
	print(w, " %s", protocol(f, text));
	if (f->proto == IPPROTO_TCP || f->proto == IPPROTO_UDP)
		print(w, "v%d", f->src.family == AF_INET ? 4 : 6);
	print(w, " ");
	print_end(w, &f->src);
	print(w, " -> ");
	print_end(w, &f->dst);
}

static void one_side(struct writer *w, const struct annotated *p, char direction,
		     const struct owner *o, const struct owner_user *user)
{
	print_time(w, p->block->has_time ? p->block->ns : 0);
	print(w, "PAKT %c", direction);
	if (o)
		print(w, " %08x %" PRId64, o->number, user->process->pid);
	else
		print(w, " - -");
	print_ends(w, p);
	print(w, " %u\n", p->block->length);
}

/* On the loopback interface Hone has a packet twice, and so has this. */
static void packet(struct packet_writer *pw, const struct annotated *p)
{
	struct writer *w = (struct writer *)pw;

	begin(w, p->block->has_time ? p->block->ns : 0);
	if (p->found.from)
		one_side(w, p, 'O', p->found.from, p->found.sender);
	if (p->found.to)
		one_side(w, p, 'I', p->found.to, p->found.receiver);
	if (!p->found.from && !p->found.to)
		one_side(w, p, '-', NULL, NULL);
	out_maybe_flush(w->out);
}

static void end(struct packet_writer *pw, int64_t ns)
{
	struct writer *w = (struct writer *)pw;

	if (w->begun) {
		print_time(w, ns);
		print(w, "TAIL\n");
	}
	out_flush(w->out);
}

static void free_writer(struct packet_writer *pw)
{
	free(pw);
}

struct packet_writer *text_writer_new(struct out *out, const struct host_id *id)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->w = (struct packet_writer){ .section = section, .copy = copy, .process = process,
				       .event = event, .opened = opened, .closed = closed, .packet = packet,
				       .end = end, .free = free_writer };
	w->out = out;
	w->id = id;
	return &w->w;
}
