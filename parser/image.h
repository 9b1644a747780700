/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/image: a program's state as bytes, from which another run of the program continues. One
 * function per struct both saves and loads it, so that the two cannot differ.
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
/* Saves a value that must be the same in the loading program, such as the size of a struct;
 * loading: the image is bad if it differs. */
void image_same(struct image *i, uint64_t value);
/* Saves or loads a number of items that take at least one byte each. */
void image_count(struct image *i, uint64_t *count);
/* Saves or loads a text, or NULL. Loading: *text is borrowed from the image. */
void image_text(struct image *i, const char **text);

/*
 * Numbers in place of pointers. Saving: image_add() numbers each object, before a pointer to it is
 * saved. Loading: image_add() the objects in the same order.
 */
struct image_number;
struct image_numbers {
	struct image_number *by_pointer;
	void **at;		/* owned */
	uint64_t count, size;
};
void image_add(struct image *i, struct image_numbers *n, void *thing);
/* Saves the number of *thing, which may be NULL, or sets *thing to the object with that number. */
void image_pointer(struct image *i, struct image_numbers *n, void **thing);
/* Returns true if the object has a number. Saving only. */
bool image_knows(const struct image_numbers *n, const void *thing);
void image_numbers_fini(struct image_numbers *n);

#endif
