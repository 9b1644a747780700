// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/ignore/kernel: the ignore list as the kernel's side compares it. */
#include "plugin/ignore/kernel.h"

#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEV(major, minor) ((major) << 20 | (minor))

static void set_net(struct netlog_ignore *to, const struct netaddr_range *r)
{
	uint8_t net[16] = { [10] = 0xff, [11] = 0xff }, mask[16] = { 0 };
	bool v4 = r->addr.family == AF_INET;
	unsigned int bits = r->prefix + (v4 ? 96 : 0);

	memcpy(net + (v4 ? 12 : 0), r->addr.addr, v4 ? 4 : 16);
	for (unsigned int i = 0; i < bits; i++)
		mask[i / 8] |= 0x80 >> i % 8;
	memcpy(to->net, net, sizeof(net));
	memcpy(to->mask, mask, sizeof(mask));
	for (int i = 0; i < 2; i++)
		to->net[i] &= to->mask[i];
	to->remote = 1;
}

/* All but its program. */
static struct netlog_ignore rule_of(const struct ignore_item *i)
{
	struct netlog_ignore to = {
		.keep = i->keep,
		.uid_high = UINT32_MAX,
		.last = 65535,
	};

	if (i->has_net)
		set_net(&to, &i->net);
	if (i->has_uid) {
		to.uid_low = i->uid_low;
		to.uid_high = i->uid_high;
	}
	if (i->has_port) {
		to.first = i->first;
		to.last = i->last;
	}
	return to;
}

/* Returns an open file, or -1: it is no file here. */
static int set_program(struct netlog_ignore *to, const char *exe)
{
	int fd = open(exe, O_PATH | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -1;
	}
	to->exe = 1;
	to->ino = st.st_ino;
	to->dev = DEV(major(st.st_dev), minor(st.st_dev));
	return fd;
}

static bool add(struct ignore_kernel *k, const struct netlog_ignore *rule, int file)
{
	if (k->count == NETLOG_IGNORES)
		return false;
	k->files[k->count] = file;
	k->at[k->count++] = *rule;
	return true;
}

/* A program of an exception may have another inode elsewhere (a container's): any program. */
static bool add_exceptions(struct ignore_kernel *k, const struct ignore_list *l)
{
	for (const struct ignore_item *i = ignore_list_items(l); i; i = i->next) {
		struct netlog_ignore rule = rule_of(i);

		if (i->keep && (i->container || !add(k, &rule, -1)))
			return false;
	}
	return true;
}

static void add_items(struct ignore_kernel *k, const struct ignore_list *l)
{
	for (const struct ignore_item *i = ignore_list_items(l); i; i = i->next) {
		struct netlog_ignore rule = rule_of(i);
		int file = -1;

		if (i->keep)
			continue;
		k->entries++;
		if (i->container || k->count == NETLOG_IGNORES)
			continue;
		if (i->exe)
			file = set_program(&rule, i->exe);
		if (!i->exe || file >= 0)
			add(k, &rule, file);
	}
}

static void add_loopback(struct ignore_kernel *k)
{
	struct ignore_item item = { .has_net = true };
	struct netlog_ignore rule;

	item.net.addr = (struct netaddr){ .family = AF_INET, .addr = { IN_LOOPBACKNET } };
	item.net.prefix = 8;
	rule = rule_of(&item);
	add(k, &rule, -1);
	item.net.addr = (struct netaddr){ .family = AF_INET6, .addr = { [15] = 1 } };
	item.net.prefix = 128;
	rule = rule_of(&item);
	add(k, &rule, -1);
}

void ignore_kernel_make(struct ignore_kernel *k, const struct ignore_list *l, bool loopback)
{
	memset(k, 0, sizeof(*k));
	if (!add_exceptions(k, l)) {
		k->count = 0;
		return;
	}
	if (!loopback)
		add_loopback(k);
	add_items(k, l);
	if (k->count && k->at[k->count - 1].keep)	/* nothing but exceptions */
		k->count = 0;
}

void ignore_kernel_close(struct ignore_kernel *k)
{
	for (unsigned int i = 0; i < k->count; i++)
		if (k->files[i] >= 0)
			close(k->files[i]);
	k->count = 0;
}

bool ignore_kernel_same(const struct ignore_kernel *a, const struct ignore_kernel *b)
{
	return a->count == b->count && !memcmp(a->at, b->at, a->count * sizeof(*a->at));
}

static int put_rule(const struct netlog_ignore *r, char *text, size_t size)
{
	return snprintf(text, size, NETLOG_IGNORE_FORMAT "\n", r->keep, r->exe, r->dev,
			(unsigned long long)r->ino, r->remote, (unsigned long long)r->net[0],
			(unsigned long long)r->net[1], (unsigned long long)r->mask[0],
			(unsigned long long)r->mask[1], (unsigned long long)r->uid_low,
			(unsigned long long)r->uid_high, (unsigned long long)r->first,
			(unsigned long long)r->last);
}

size_t ignore_kernel_text(const struct ignore_kernel *k, char *text, size_t size)
{
	size_t len = 0;

	for (unsigned int i = 0; i < k->count; i++) {
		size_t n = put_rule(&k->at[i], text + len, size - len);

		if (n >= size - len)
			break;
		len += n;
	}
	text[len] = 0;
	return len ? len : (size_t)snprintf(text, size, "\n");
}
