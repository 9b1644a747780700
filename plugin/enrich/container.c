// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/enrich/container: interprets the path of a control group. */
#include "plugin/enrich/container.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ID_LEN 64

/* One component of a path. */
struct part {
	const char *text;
	size_t len;
};

static bool begins(const struct part *p, const char *with)
{
	size_t len = strlen(with);

	return p->len > len && !memcmp(p->text, with, len);
}

static bool ends(const struct part *p, const char *with)
{
	size_t len = strlen(with);

	return p->len > len && !memcmp(p->text + p->len - len, with, len);
}

static void copy(char *to, size_t size, const char *text, size_t len)
{
	if (len < size)
		snprintf(to, size, "%.*s", (int)len, text);
}

static bool is_id(const char *text, size_t len)
{
	if (len != ID_LEN)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isdigit((unsigned char)text[i]) && (text[i] < 'a' || text[i] > 'f'))
			return false;
	return true;
}

/* "docker-ID.scope", "cri-containerd-ID.scope", "crio-ID", "libpod-ID.scope", "ID". */
static bool read_id(const struct part *p, struct container *c)
{
	size_t len = p->len - (ends(p, ".scope") ? strlen(".scope") : 0);
	const char *dash = memrchr(p->text, '-', len);
	const char *id = dash ? dash + 1 : p->text;

	/* "libpod-conmon-ID.scope" has the monitor, which is outside */
	if (!is_id(id, p->text + len - id) || memmem(p->text, len, "conmon-", 7))
		return false;
	copy(c->id, sizeof(c->id), id, ID_LEN);
	return true;
}

/* "lxc.payload.NAME", "machine-NAME.scope": systemd writes - in a name as \x2d. */
static bool read_name(const struct part *p, struct container *c)
{
	if (begins(p, "lxc.payload."))
		copy(c->id, sizeof(c->id), p->text + strlen("lxc.payload."),
		     p->len - strlen("lxc.payload."));
	else if (begins(p, "machine-") && ends(p, ".scope"))
		copy(c->id, sizeof(c->id), p->text + strlen("machine-"),
		     p->len - strlen("machine-") - strlen(".scope"));
	else
		return false;
	return true;
}

/* "pod0f2a-…" by cgroupfs; "kubepods-burstable-pod0f2a_….slice" by systemd. */
static bool read_pod(const struct part *p, struct container *c)
{
	const char *uid = NULL, *end = p->text + p->len;
	size_t i;

	if (begins(p, "pod")) {
		uid = p->text + strlen("pod");
	} else if (begins(p, "kubepods") && ends(p, ".slice")) {
		uid = memmem(p->text, p->len, "-pod", 4);
		uid = uid ? uid + 4 : NULL;
		end -= strlen(".slice");
	}
	if (!uid || end - uid != 36)
		return false;
	for (i = 0; uid + i < end; i++)
		if (!isxdigit((unsigned char)uid[i]) && uid[i] != '-' && uid[i] != '_')
			return false;
	copy(c->pod, sizeof(c->pod), uid, end - uid);
	for (char *at = c->pod; *at; at++)
		*at = *at == '_' ? '-' : *at;
	return true;
}

static bool is_unit(const struct part *p)
{
	return ends(p, ".service") || ends(p, ".scope") || ends(p, ".socket") ||
	       ends(p, ".mount") || ends(p, ".swap");
}

/* The last container counts, and the first unit before it: later components are inside the
 * container. */
static void read_part(const struct part *p, struct container *c)
{
	if (read_pod(p, c) || read_id(p, c) || (!*c->id && read_name(p, c)))
		return;
	if (!*c->unit && !*c->id && is_unit(p))
		copy(c->unit, sizeof(c->unit), p->text, p->len);
}

static void read_path(const char *path, size_t len, struct container *c)
{
	const char *end = path + len;

	memset(c, 0, sizeof(*c));
	while (path < end) {
		const char *slash = memchr(path, '/', end - path);
		struct part p = { path, (slash ? slash : end) - path };

		if (p.len)
			read_part(&p, c);
		path = slash ? slash + 1 : end;
	}
}

/* Lines are "4:memory:/path", "1:name=systemd:/path", "0::/path": the most informative one is
 * used. */
void container_parse(const char *text, struct container *c)
{
	memset(c, 0, sizeof(*c));
	while (*text) {
		size_t len = strcspn(text, "\n");
		const char *path = memchr(text, ':', len);
		struct container of_line;

		path = path ? memchr(path + 1, ':', text + len - path - 1) : NULL;
		if (path) {
			read_path(path + 1, text + len - path - 1, &of_line);
			if ((*of_line.id && !*c->id) || (!*c->id && !*c->unit))
				*c = of_line;
		}
		text += len + (text[len] == '\n');
	}
}
