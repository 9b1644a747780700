// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/kernel_ignore: passes the ignore list to the kernel's side. */
#include "plugin/kernel_ignore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plugin/input/audit_status.h"
#include "plugin/log.h"

#define PARAMETER "/sys/module/audit_netlog/parameters/ignore"
#define TEXT_MAX 4095 /* what sysfs takes at once */

/* Returns the number of entries of the module; -1: no module, or an older one. */
static int module_has(void)
{
	FILE *f = fopen(PARAMETER, "re");
	int count = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%d", &count) != 1)
		count = -1;
	fclose(f);
	return count;
}

/* Writes as many entries as the parameter has room for, in one write. Returns 0 or -errno. */
static int give_module(const struct ignore_kernel *list)
{
	char text[TEXT_MAX + 1];
	size_t len = ignore_kernel_text(list, text, sizeof(text));
	int fd = open(PARAMETER, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	errno = 0;
	if (write(fd, text, len) != (ssize_t)len)
		err = errno ? -errno : -EIO;
	close(fd);
	return err;
}

/* The module's records are also part of the audit trail for others, so the list is set only on
 * request. Returns true if the module's list changed. */
static bool update_module(struct kernel_ignore *i, struct ignore_kernel *list, bool changed,
			  enum config_use use)
{
	struct ignore_kernel none = { 0 };
	int has = module_has(), err = 0;

	if (has < 0 || (use != USE_YES && !has))
		return false;
	if (use != USE_YES)
		list = &none;
	if (!changed && has == (int)list->count)
		return false;
	err = give_module(list);
	if (err && !i->failed)
		log_warnx("[ignore] kernel: %s: %s; the module ignores nothing, the plugin leaves "
			  "the connections out", PARAMETER, strerror(-err));
	i->failed = err;
	return !err;
}

void kernel_ignore_update(struct kernel_ignore *i, struct kernel_source *k,
			  const struct ignore_list *l, const struct config *c, bool rules,
			  struct report *r)
{
	struct ignore_kernel fresh = { 0 };
	bool changed, taken = false;

	if (c->kernel_ignore != USE_NO && !rules)
		ignore_kernel_make(&fresh, l, c->loopback);
	changed = !ignore_kernel_same(&fresh, &i->list);
	if (k->bpf && changed)
		taken = bpf_input_ignore(k->bpf, fresh.at, fresh.count);
	taken |= update_module(i, &fresh, changed, c->kernel_ignore);
	if (taken)
		report_note(r, "netlog ignore kernel=%u entries=%u", fresh.count,
			    ignore_list_count(l));
	ignore_kernel_close(&i->list);
	i->list = fresh;
}

void kernel_ignore_close(struct kernel_ignore *i, struct kernel_source *k)
{
	const struct ignore_kernel none = { 0 };

	if (k->bpf)
		bpf_input_ignore(k->bpf, none.at, 0);
	if (module_has() > 0)
		give_module(&none);
	ignore_kernel_close(&i->list);
}

uint64_t kernel_ignore_count(const struct kernel_source *k)
{
	struct bpf_input_counts bpf = { 0 };
	struct module_counts module;

	if (k->bpf)
		bpf_input_counts(k->bpf, &bpf);
	audit_status_module_counts(&module);
	return bpf.ignored + module.ignored;
}
