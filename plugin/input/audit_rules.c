// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/audit_rules: adds the rules of a file to the kernel and removes them. */
#include "plugin/input/audit_rules.h"

#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rule {
	struct audit_rule_data *data;
	int filter, action;
};

struct audit_rules {
	struct rule *list;
	size_t count;
};

struct reading {
	struct rule rule;
	int machine;
	char what[256];
};

/* LIST,ACTION in either order, as auditctl accepts it. */
static int add_list(struct reading *r, const char *value)
{
	char one[16], two[16];

	if (sscanf(value, "%15[^,],%15s", one, two) != 2)
		return -EINVAL;
	r->rule.filter = audit_name_to_flag(one);
	r->rule.action = audit_name_to_action(two);
	if (r->rule.filter < 0 || r->rule.action < 0) {
		r->rule.filter = audit_name_to_flag(two);
		r->rule.action = audit_name_to_action(one);
	}
	return r->rule.filter < 0 || r->rule.action < 0 ? -EINVAL : 0;
}

static int add_field(struct reading *r, const char *value)
{
	char *copy = strdup(value);
	int err;

	if (!copy)
		return -ENOMEM;
	if (!strcmp(value, "arch=b64"))
		r->machine = audit_detect_machine();
	else if (!strcmp(value, "arch=b32"))
		r->machine = audit_determine_machine("b32");
	err = audit_rule_fieldpair_data(&r->rule.data, copy, r->rule.filter);
	free(copy);
	return err ? -EINVAL : 0;
}

/* Does what -F key= does, which libaudit accepts from auditctl alone. */
static int add_key(struct reading *r, const char *value)
{
	struct audit_rule_data *d = r->rule.data;
	size_t len = strlen(value);

	if (d->field_count >= AUDIT_MAX_FIELDS || len > AUDIT_MAX_KEY_LEN)
		return -EINVAL;
	d = realloc(d, sizeof(*d) + d->buflen + len);
	if (!d)
		return -ENOMEM;
	r->rule.data = d;
	memcpy(d->buf + d->buflen, value, len);
	d->buflen += len;
	d->fields[d->field_count] = AUDIT_FILTERKEY;
	d->fieldflags[d->field_count] = AUDIT_EQUAL;
	d->values[d->field_count++] = len;
	return 0;
}

static int add_syscalls(struct reading *r, const char *value)
{
	char *copy = strdup(value), *save, *name;
	int nr, err = copy ? 0 : -ENOMEM;

	for (name = copy ? strtok_r(copy, ",", &save) : NULL; name && !err;
	     name = strtok_r(NULL, ",", &save)) {
		nr = audit_name_to_syscall(name, r->machine);
		if (nr < 0 || AUDIT_WORD(nr) >= AUDIT_BITMASK_SIZE)
			err = -EINVAL;
		else
			r->rule.data->mask[AUDIT_WORD(nr)] |= AUDIT_BIT(nr);
	}
	free(copy);
	return err;
}

static int add_option(struct reading *r, const char *option, const char *value)
{
	if (!strcmp(option, "-a"))
		return add_list(r, value);
	if (!strcmp(option, "-F"))
		return strncmp(value, "key=", 4) ? add_field(r, value) :
						   add_key(r, value + 4);
	if (!strcmp(option, "-S"))
		return add_syscalls(r, value);
	if (!strcmp(option, "-k"))
		return add_key(r, value);
	return -EINVAL;
}

/* Reads one line. Returns 0, -errno, or 1 if the line has no rule. */
static int read_rule(struct reading *r, char *line)
{
	char *save, *option, *value;
	int err = 0;

	line[strcspn(line, "\n")] = 0;
	option = strtok_r(line, " \t", &save);
	if (!option || *option == '#')
		return 1;
	r->rule.data = audit_rule_create_data();
	if (!r->rule.data)
		return -ENOMEM;
	r->machine = audit_detect_machine();
	for (; option && !err; option = strtok_r(NULL, " \t", &save)) {
		value = strtok_r(NULL, " \t", &save);
		err = value ? add_option(r, option, value) : -EINVAL;
		if (err)
			snprintf(r->what, sizeof(r->what), "'%s %s' is not understood",
				 option, value ? value : "");
	}
	if (err)
		audit_rule_free_data(r->rule.data);
	return err;
}

/* Keeps the rule if it was added, to remove it later. */
static int add_rule(struct audit_rules *rules, int fd, struct reading *r)
{
	struct rule *list;
	int err = audit_add_rule_data(fd, r->rule.data, r->rule.filter,
				      r->rule.action);

	if (err == -EEXIST) {
		audit_rule_free_data(r->rule.data);
		return 0;
	}
	if (err < 0) {
		snprintf(r->what, sizeof(r->what), "the kernel refused the rule: %s",
			 err == -EPERM ? "the rules are locked (auditctl -e 2)" :
					 strerror(-err));
		audit_rule_free_data(r->rule.data);
		return err;
	}
	list = realloc(rules->list, (rules->count + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	rules->list = list;
	list[rules->count++] = r->rule;
	return 0;
}

static int add_file(struct audit_rules *rules, int fd, FILE *file, const char *path,
		    char *error, size_t size)
{
	char *line = NULL;
	size_t room = 0;
	unsigned int number = 0;
	int err = 0;

	while (!err && getline(&line, &room, file) > 0) {
		struct reading r = { .machine = -1 };

		number++;
		err = read_rule(&r, line);
		if (!err)
			err = add_rule(rules, fd, &r);
		if (err == 1)
			err = 0;
		if (err)
			snprintf(error, size, "%s:%u: %s", path, number, r.what);
	}
	free(line);
	return err;
}

struct audit_rules *audit_rules_add(const char *path, char *error, size_t size)
{
	struct audit_rules *rules = calloc(1, sizeof(*rules));
	FILE *file = fopen(path, "re");
	int fd = audit_open(), err = -EIO;

	if (!file)
		snprintf(error, size, "%s: %s", path, strerror(errno));
	else if (fd < 0)
		snprintf(error, size, "audit: %s", strerror(errno));
	else if (rules)
		err = add_file(rules, fd, file, path, error, size);
	if (file)
		fclose(file);
	if (fd >= 0)
		audit_close(fd);
	if (err && rules) {
		audit_rules_remove(rules);
		rules = NULL;
	}
	return rules;
}

unsigned int audit_rules_remove(struct audit_rules *r)
{
	unsigned int left = 0;
	int fd = audit_open();

	for (size_t i = r->count; i-- > 0;) {
		struct rule *rule = &r->list[i];

		if (fd < 0 || audit_delete_rule_data(fd, rule->data, rule->filter,
						     rule->action) < 0)
			left++;
		audit_rule_free_data(rule->data);
	}
	if (fd >= 0)
		audit_close(fd);
	free(r->list);
	free(r);
	return left;
}
