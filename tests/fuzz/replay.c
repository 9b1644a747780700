// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/fuzz: a target without libFuzzer: replay MUTATIONS DIRECTORY tries every
 * file of the directory, then so many of their mutations, always the same ones.
 * PROGRAM.last has the input under test, behind its length, in case of a crash.
 */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define FILES_MAX 256
#define SIZE_LIMIT 65536

struct input {
	uint8_t *data;
	size_t size;
};

static struct input files[FILES_MAX];
static size_t file_count;
static uint8_t *last;		/* mapped: survives a crash */
static uint64_t seed = 0x9e3779b97f4a7c15;

static uint32_t number(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 32) % below;
}

static void try(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);	/* its end is seen by ASan */

	must(copy);
	memcpy(copy, data, size);
	if (last) {
		memcpy(last + 8, data, size);
		memcpy(last, &size, sizeof(size));
	}
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void read_file(const char *dir, const char *name)
{
	struct input *in = &files[file_count++];
	char path[4096];
	FILE *f;

	must(file_count <= FILES_MAX);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	must(f);
	in->data = malloc(SIZE_LIMIT);
	must(in->data);
	in->size = fread(in->data, 1, SIZE_LIMIT, f);
	fclose(f);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_files(const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, by_name);

	must(n >= 0);
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.')
			read_file(dir, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	must(file_count > 0);
}

/* Returns where the line begins that this place is in. */
static size_t line_start(const struct input *in, size_t at)
{
	while (at && in->data[at - 1] != '\n')
		at--;
	return at;
}

static size_t remove_part(uint8_t *buf, size_t size, size_t at, size_t len)
{
	if (len > size - at)
		len = size - at;
	memmove(buf + at, buf + at + len, size - at - len);
	return size - len;
}

static size_t insert_part(uint8_t *buf, size_t size, size_t at,
			  const uint8_t *part, size_t len)
{
	if (len > SIZE_LIMIT - size)
		len = SIZE_LIMIT - size;
	memmove(buf + at + len, buf + at, size - at);
	memcpy(buf + at, part, len);
	return size + len;
}

/* A line of any file, so that records meet that never met. */
static size_t insert_line(uint8_t *buf, size_t size, size_t at)
{
	const struct input *from = &files[number(file_count)];
	size_t start, len = 0;

	if (!from->size)
		return size;
	start = line_start(from, number(from->size));
	while (start + len < from->size && from->data[start + len++] != '\n')
		;
	return insert_part(buf, size, at, from->data + start, len);
}

static const char *const tokens[] = {
	"-1", "4294967295", "18446744073709551616", "0", "\n", " ", "=", "\x1d", "\0",
	"\"", ":", "99999999999999999999", "exit=-115", "a0=3", "pid=1", "netlog=1 ",
	"type=SYSCALL ", "type=EOE ", "type=PROCTITLE ", "node=x ", "saddr=", "[", "]",
	"/", "::", "%", "syscall=231", "syscall=3", "syscall=57", "op=release",
};

static size_t mutate(uint8_t *buf, size_t size)
{
	size_t at = size ? number(size) : 0;
	const char *token = tokens[number(sizeof(tokens) / sizeof(*tokens))];
	struct input self = { buf, size };

	switch (number(8)) {
	case 0:
		if (size)
			buf[at] ^= 1u << number(8);
		return size;
	case 1:
		if (size)
			buf[at] = number(256);
		return size;
	case 2:
		return remove_part(buf, size, at, 1 + number(8));
	case 3:
		return remove_part(buf, size, line_start(&self, at), 1 + number(400));
	case 4:
		return insert_part(buf, size, at, (const uint8_t *)token,
				   strlen(token) + !*token);
	case 5:
		if (size && buf[at] >= '0' && buf[at] <= '9')
			buf[at] = '0' + number(10);
		return size;
	default:
		return insert_line(buf, size, line_start(&self, at));
	}
}

static void open_last(const char *program)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s.last", program);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || ftruncate(fd, SIZE_LIMIT + 8))
		return;
	last = mmap(NULL, SIZE_LIMIT + 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (last == MAP_FAILED)
		last = NULL;
	close(fd);
}

int main(int argc, char **argv)
{
	static uint8_t buf[SIZE_LIMIT];
	unsigned long mutations;

	if (argc != 3) {
		fprintf(stderr, "usage: %s MUTATIONS DIRECTORY\n", argv[0]);
		return 2;
	}
	mutations = strtoul(argv[1], NULL, 10);
	open_last(argv[0]);
	read_files(argv[2]);
	for (size_t i = 0; i < file_count; i++)
		try(files[i].data, files[i].size);
	for (unsigned long i = 0; i < mutations; i++) {
		const struct input *in = &files[number(file_count)];
		size_t size = in->size;

		memcpy(buf, in->data, size);
		for (uint32_t n = 1 + number(8); n; n--)
			size = mutate(buf, size);
		try(buf, size);
	}
	for (size_t i = 0; i < file_count; i++)
		free(files[i].data);
	printf("ok - %s: %zu files, %lu mutations\n", argv[0], file_count, mutations);
	return 0;
}
