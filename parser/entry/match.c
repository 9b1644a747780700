// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/match: a predicate on a record, for queries and for the ignore list. */
#include "parser/entry/match.h"
#include "parser/text.h"

#include <errno.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const int protos[] = {
	IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_DCCP, IPPROTO_UDPLITE,
	PROTO_MPTCP,
};

int match_key(const char *name, size_t len)
{
	static const char *const names[] = {
#define MATCH_KEY_NAME(key, text) text,
		MATCH_KEYS(MATCH_KEY_NAME)
#undef MATCH_KEY_NAME
	};

	for (int i = 0; i < MATCH_KEY_COUNT; i++)
		if (strlen(names[i]) == len && !memcmp(names[i], name, len))
			return i;
	return -1;
}

static int set_number(struct match *m, enum match_key key, const char *value)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(value, &end, 10);
	if (errno || *end || end == value || v < -1 || v > ID_UNSET)
		return -EINVAL;
	m->number[key] = v == -1 ? ID_UNSET : v;
	return 0;
}

static int set_user(struct match *m, enum match_key key, const char *value)
{
	struct passwd *pw;

	if (!strcmp(value, "unset")) {
		m->number[key] = ID_UNSET;
		return 0;
	}
	if (!set_number(m, key, value))
		return 0;
	pw = getpwnam(value);
	if (!pw)
		return -EINVAL;
	m->number[key] = pw->pw_uid;
	return 0;
}

static int set_proto(struct match *m, const char *value)
{
	for (size_t i = 0; i < sizeof(protos) / sizeof(*protos); i++) {
		if (strcasecmp(value, entry_proto_name(protos[i])))
			continue;
		m->proto = protos[i];
		return 0;
	}
	return -EINVAL;
}

static int set_text(struct match *m, enum match_key key, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(m->text[key]);
	m->text[key] = copy;
	return 0;
}

int match_add(struct match *m, enum match_key key, const char *value,
	      const char **allowed)
{
	int err;

	switch (key) {
	case MATCH_UID:
	case MATCH_AUID:
		*allowed = "a user name, a number, or unset";
		err = set_user(m, key, value);
		break;
	case MATCH_PID:
	case MATCH_PPID:
	case MATCH_SES:
		*allowed = "a number";
		err = set_number(m, key, value);
		break;
	case MATCH_PROTO:
		*allowed = "tcp, udp, sctp, mptcp, udplite or dccp";
		err = set_proto(m, value);
		break;
	case MATCH_LOCAL:
	case MATCH_REMOTE:
		*allowed = "ADDRESS, ADDRESS/PREFIX, ADDRESS:PORT, [V6]:PORT or :PORT";
		err = netaddr_parse_range(value, key == MATCH_LOCAL ? &m->local :
								       &m->remote);
		break;
	default:
		*allowed = "a text that is not empty";
		err = *value ? set_text(m, key, value) : -EINVAL;
	}
	if (!err)
		m->set |= 1u << key;
	return err;
}

void match_fini(struct match *m)
{
	for (size_t i = 0; i < sizeof(m->text) / sizeof(*m->text); i++)
		free(m->text[i]);
	memset(m, 0, sizeof(*m));
}

static int parse_word(struct match *m, char *word, const char **allowed)
{
	char *eq = strchr(word, '=');
	int key = eq ? match_key(word, eq - word) : -1;

	if (key < 0) {
		*allowed = "key=value, with a key of: pid ppid uid auid ses comm "
			   "exe node proto local remote";
		return -EINVAL;
	}
	return match_add(m, key, eq + 1, allowed);
}

int match_parse(struct match *m, const char *text, const char **allowed)
{
	char *copy = strdup(text), *save = NULL, *word;
	int err = 0;

	if (!copy)
		return -ENOMEM;
	for (word = strtok_r(copy, " \t", &save); word && !err;
	     word = strtok_r(NULL, " \t", &save))
		err = parse_word(m, word, allowed);
	free(copy);
	if (!err && !m->set) {
		*allowed = "at least one key=value";
		err = -EINVAL;
	}
	return err;
}

static bool same_text(const char *encoded, const char *want)
{
	char text[4096];

	if (!encoded)
		return false;
	audit_text(encoded, text, sizeof(text));
	return !strcmp(text, want);
}

static bool holds(const struct match *m, enum match_key key,
		  const struct entry *r)
{
	const struct identity *w = r->identity;

	switch (key) {
	case MATCH_PID:		return w->pid == m->number[key] ||
				       r->opener == m->number[key];
	case MATCH_PPID:	return w->ppid == m->number[key];
	case MATCH_UID:		return w->uid == m->number[key];
	case MATCH_AUID:	return w->auid == m->number[key];
	case MATCH_SES:		return w->ses == m->number[key];
	case MATCH_COMM:	return same_text(w->comm, m->text[key]);
	case MATCH_EXE:		return same_text(w->exe, m->text[key]);
	case MATCH_NODE:	return r->node && !strcmp(r->node, m->text[key]);
	case MATCH_PROTO:	return r->proto == m->proto;
	case MATCH_LOCAL:	return netaddr_in_range(&r->local, &m->local);
	case MATCH_REMOTE:	return netaddr_in_range(&r->remote, &m->remote);
	default:		return false;
	}
}

static bool before(const struct stamp *a, const struct stamp *b)
{
	return a->sec != b->sec ? a->sec < b->sec : a->milli < b->milli;
}

bool match_entry(const struct match *m, const struct entry *r)
{
	if (m->has_from && before(&r->time, &m->from))
		return false;
	if (m->has_to && before(&m->to, &r->time))
		return false;
	for (int key = 0; key < MATCH_KEY_COUNT; key++)
		if (m->set & 1u << key && !holds(m, key, r))
			return false;
	return true;
}
