// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/resume: the state of a query, saved and loaded. */
#include "parser/query/resume.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parser/query/exit_code.h"
#include "parser/query/packed.h"
#include "parser/track/image.h"

#define STATE_MAX (1UL << 30)

static void audit_image(struct query *q, struct image *i)
{
	const char *version = NETLOG_VERSION;

	image_text(i, &version);
	i->bad |= !version || strcmp(version, NETLOG_VERSION);
	if (i->bad)
		return;
	reassemble_image(q->reader, i);
	track_image(q->track, i);
}

/* The same, and what is known of the plugin's own log and of all processes. */
static void whole_image(struct query *q, struct image *i)
{
	audit_image(q, i);
	own_image(q->own, i);
	extra_image(q->extra, i);
	IMAGE(i, q->own_lines);
}

static void *save(struct query *q, void (*part)(struct query *q, struct image *i), size_t *len)
{
	void *packed = NULL;
	struct image i;

	image_init(&i);
	part(q, &i);
	if (!i.bad)
		packed = packed_new(i.at, i.len, len);
	image_fini(&i);
	return packed;
}

static bool load(struct query *q, void (*part)(struct query *q, struct image *i),
		 const void *packed, size_t len)
{
	size_t size;
	char *bytes = packed_open(packed, len, STATE_MAX, &size);
	struct image i;
	bool good;

	if (!bytes)
		return false;
	image_of(&i, bytes, size);
	part(q, &i);
	good = !i.bad && i.pos == i.len;
	free(bytes);
	return good;
}

void *resume_save_audit(struct query *q, size_t *len)
{
	return save(q, audit_image, len);
}

bool resume_load_audit(struct query *q, const void *packed, size_t len)
{
	return load(q, audit_image, packed, len);
}

/* ---- --checkpoint ---- */

static int check_files(const struct query *q)
{
	for (size_t i = 0; i < q->source.count; i++)
		if (q->source.logs[i].live) {
			fprintf(stderr, "aunetlog: --checkpoint: %s is not a file; name one with -if\n",
				q->source.logs[i].path);
			return AUNETLOG_FAILED;
		}
	return 0;
}

int resume_checkpoint(struct query *q)
{
	struct checkpoint *c = &q->checkpoint;
	int status = checkpoint_read(c, q->options->checkpoint);

	if (!status)
		status = check_files(q);
	if (!status)
		status = checkpoint_skip(c, &q->source);
	if (status)
		return status;
	q->source.whole_lines = true;
	if (!c->found)
		return 0;
	return load(q, whole_image, c->state, c->state_len) ? 0 : checkpoint_invalid(c);
}

int resume_write_checkpoint(struct query *q)
{
	size_t len = 0;
	void *state = save(q, whole_image, &len);
	int status = checkpoint_write(&q->checkpoint, &q->source, state, len);

	free(state);
	return status;
}
