// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/fuzz: bytes as a capture, pcapng or classic. Invariants for any input: annotate's
 * output can be walked again, has no fewer packets, and names a process only in packets of the
 * connections below.
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parser/packet/reader.h"
#include "parser/packet/write_pcapng.h"
#include "parser/packet/write_text.h"
#include "fuzz.h"

static const enum field_id comment[] = { FIELD_PID, FIELD_COMM, FIELD_EXE, FIELD_NONE };

/* A program that another one replaces, and its end. */
static void add_process(struct owners *o, struct entry *e)
{
	static const enum entry_kind kinds[] = { PROC_FORK, PROC_EXEC, PROC_EXEC, PROC_END };
	struct identity *who = (struct identity *)e->identity;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		who->proctitle = i == 1 ? "6375726C002D76" : i == 2 ? "6375726C0061206200" : NULL;
		e->what = kinds[i];
		e->time.sec++;
		owners_entry(o, e, true);
	}
	who->proctitle = "6375726C202D76";
	who->unparted = true;
}

/* overlap: the next one begins before the end of the one before it, in some namespace or none. */
static void add_connections(struct owners *o, bool overlap)
{
	struct identity who = { .refs = 1, .pid = 2304, .ppid = 1, .uid = 1000, .auid = 1000,
				.ses = 3, .sid = 1, .comm = "\"curl\"", .exe = "\"/usr/bin/curl\"" };
	struct entry e = {
		.identity = &who, .proto = IPPROTO_TCP, .opener = -1, .dur_ms = -1, .tx = -1,
		.rx = -1, .netns = -1, .time = { .sec = 1795241001 },
		.local = { AF_INET, true, true, 43210, 0, { 10, 0, 0, 5 } },
		.remote = { AF_INET, true, true, 443, 0, { 192, 0, 2, 7 } },
	};

	for (int i = 0; i < 4; i++) {
		who.pid++;
		add_process(o, &e);
		e.id = (struct conn_id){ .number = i + 1, .nth = 1 };
		e.proto = i % 2 && !overlap ? IPPROTO_UDP : IPPROTO_TCP;
		e.netns = overlap ? i - 1 : -1;
		e.what = CONNECT_START;
		owners_entry(o, &e, true);
		e.what = CONNECT_USE;
		e.opener = who.pid;
		who.pid = 2400;
		e.sent = e.read = (struct optional){ true, 100 * i };
		owners_entry(o, &e, true);
		who.pid = e.opener;
		e.opener = -1;
		e.what = CONNECT_STOP;
		e.time.sec += 3;
		owners_entry(o, &e, true);
		e.time.sec -= overlap ? 6 : 0;
	}
}

struct job {
	struct annotate *annotate;
	struct owners *owners;
	unsigned int packets;
	bool twice, drops;
};

static void ended(struct owner *o, void *arg)
{
	annotate_ended(o, ((struct job *)arg)->annotate);
}

static void process(struct packet_process *p, enum entry_kind what, int64_t ns, void *arg)
{
	annotate_process(p, what, ns, ((struct job *)arg)->annotate);
}

static bool on_block(const struct pcapng_block *b, void *arg)
{
	struct job *j = arg;

	must(b->len >= 12 && b->len % 4 == 0 && b->len <= PCAPNG_BLOCK_MAX);
	must(!b->data || (b->data >= b->bytes && b->data + b->caplen <= b->bytes + b->len));
	must(!b->options || b->options + b->options_len <= b->bytes + b->len);
	if (j->drops && b->has_time)
		owners_passed(j->owners, b->ns);
	if (j->twice)
		annotate_is_known(j->annotate, b);
	annotate_block(j->annotate, b);
	j->packets += b->is_packet;
	return true;
}

/* The output is a capture of as many packets. */
static void check_output(const struct out *out, unsigned int packets)
{
	struct pcapng p = { 0 };
	struct pcapng_block b;
	size_t at = 0;
	unsigned int seen = 0;

	must(!out->err);
	while (at < out->used) {
		/* a block near the limit can have become longer than that */
		if (pcapng_next(&p, out->buf + at, out->used - at, &b)) {
			must(strstr(p.error, "limit"));
			pcapng_fini(&p);
			return;
		}
		seen += b.is_packet;
		at += b.len;
	}
	must(seen == packets);
	pcapng_fini(&p);
}

static void run(const uint8_t *data, size_t size, uint8_t how)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);
	struct job j = { .twice = how & 1, .drops = how & 16 };
	struct owners_io owners_io = { .fields = comment, .ended = ended, .process = process,
				       .arg = &j };
	struct owners *owners = owners_new(&owners_io);
	struct pcapng_writer_options wo = { .snaplen = how & 4 ? 20 : 0, .comment = "c" };
	struct host_id id;
	struct out out;
	struct packet_writer *w;
	struct reader_io io = { .block = on_block, .arg = &j };
	char error[512];

	out_init(&out, -1);
	must(host_id_set(&id, "fuzz"));
	w = how & 8 ? text_writer_new(&out, &id) : pcapng_writer_new(&out, &wo);
	must(fd >= 0 && owners && w && write(fd, data, size) == (ssize_t)size && !lseek(fd, 0, SEEK_SET));
	j.owners = owners;
	j.annotate = annotate_new(owners, w, how & 2);
	must(j.annotate);
	add_connections(owners, how & 64);
	if (how & 32)
		owners_log_ends(owners);
	if (how & 128)
		owners_complete(owners, owners_latest(owners) - 2000000000);
	reader_run(fd, &io, error, sizeof(error));
	annotate_end(j.annotate);
	must(annotate_counts(j.annotate)->packets == j.packets);
	if (!(how & 8))
		check_output(&out, j.packets);
	annotate_free(j.annotate);
	packet_writer_free(w);
	owners_free(owners);
	out_fini(&out);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		run(data + 1, size - 1, *data);
	return 0;
}
