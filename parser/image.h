/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/image: a state as bytes, to continue from it in another run of the same program. One
 * function per struct both saves and loads, so that the two cannot differ.
 *
 * The bytes are those of this program on this machine: the file that has an image also has the
 * version of the program, and a checksum.
 */
#ifndef NETLOG_IMAGE_H
#define NETLOG_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image {
	bool loading;
	bool bad;		/* out of memory, cannot be saved, or not an image of this state */
	char *at;		/* owned; but borrowed while loading */
	size_t len, size, pos;
};

/* An empty image, to be saved to. */
void image_init(struct image *i);
/* An image to be loaded. The bytes are borrowed. */
void image_of(struct image *i, const char *bytes, size_t len);
void image_fini(struct image *i);	/* of one that was saved to */

/* Appends the bytes, or reads them: zeros if the image is bad. */
void image_bytes(struct image *i, void *data, size_t len);	/* saving: not written to */
#define IMAGE(i, value) image_bytes(i, &(value), sizeof(value))
/* A value that must be the same in the program that loads, as the size of a struct: else the image
 * is bad. */
void image_same(struct image *i, uint64_t value);
/* A number of things that take at least one byte each; loading: *count becomes it. */
void image_count(struct image *i, uint64_t *count);
/* A text, or NULL. Loading: *text is borrowed from the image. */
void image_text(struct image *i, const char **text);

/*
 * Numbers for what pointers refer to. Saving: image_add() each thing once, before a pointer to it
 * is saved. Loading: image_add() them in the same order.
 */
struct image_number;
struct image_numbers {
	struct image_number *by_pointer;
	void **at;		/* owned */
	uint64_t count, size;
};
void image_add(struct image *i, struct image_numbers *n, void *thing);
/* Saving: number of *thing, which may be NULL. Loading: *thing becomes what has that number. */
void image_pointer(struct image *i, struct image_numbers *n, void **thing);
/* Returns true if that thing has a number. Saving only. */
bool image_knows(const struct image_numbers *n, const void *thing);
void image_numbers_fini(struct image_numbers *n);

#endif
