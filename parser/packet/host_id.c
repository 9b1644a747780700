// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/packet/host_id: Hone's id of a machine. Its sensor writes a type in front: 1 as
 * four bytes, little-endian, before a GUID, or one byte of 0 before a name.
 */
#include "parser/packet/host_id.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GUID 16

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

static bool read_guid(const char *text, uint8_t *to)
{
	int n = 0;

	for (; *text; text++) {
		if (strchr("-{}\n", *text))
			continue;
		if (!isxdigit((unsigned char)*text) || n == 2 * GUID)
			return false;
		to[n / 2] = n % 2 ? to[n / 2] | digit(*text) : digit(*text) << 4;
		n++;
	}
	return n == 2 * GUID;
}

bool host_id_set(struct host_id *h, const char *text)
{
	char machine[HOST_ID_MAX + 1] = "";
	FILE *f;

	memset(h, 0, sizeof(*h));
	if (!text) {
		f = fopen("/etc/machine-id", "re");
		if (f && !fgets(machine, sizeof(machine), f))
			*machine = 0;
		if (f)
			fclose(f);
	}
	if (read_guid(text ? text : machine, h->bytes + 4)) {
		h->bytes[0] = 1;
		h->is_guid = true;
		h->len = 4 + GUID;
		return true;
	}
	/* A container may have no machine-id. A section without any id would not show a later run
	 * that its connections are numbered. */
	if (!text && !gethostname(machine, sizeof(machine) - 1))
		text = machine;
	if (!text)
		return true;
	if (strlen(text) > HOST_ID_MAX)
		return false;
	memset(h->bytes, 0, sizeof(h->bytes));
	strcpy((char *)h->bytes + 1, text);
	h->len = 1 + strlen(text);
	return true;
}
