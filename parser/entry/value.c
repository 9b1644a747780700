// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/value: the value of a condition, read from what a person wrote. */
#include "parser/entry/value.h"

#include <ctype.h>
#include <errno.h>
#include <libaudit.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "parser/entry/id_text.h"
#include "parser/entry/time_text.h"

#define ERRNO_MAX 4095		/* the kernel's MAX_ERRNO */

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit times[] = {
	{ "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 },
	{ "d", 86400000 }, { NULL, 0 },
};
static const struct unit sizes[] = {
	{ "", 1 }, { "k", 1 << 10 }, { "K", 1 << 10 }, { "M", 1 << 20 },
	{ "G", 1 << 30 }, { "T", 1LL << 40 }, { NULL, 0 },
};
static const struct unit numbers[] = { { "", 1 }, { NULL, 0 } };

static int64_t factor_of(const struct unit *units, const char *name)
{
	for (; units->name; units++)
		if (!strcmp(units->name, name))
			return units->factor;
	return 0;
}

/* Reads "1.5M": digits, decimals and a unit, the last two optional. Fractions of the result are cut. */
static int read_scaled(const char *text, const struct unit *units, int64_t *out)
{
	int64_t factor, part = 0, scale = 1;
	unsigned long long whole;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	whole = strtoull(text, &end, 10);
	if (errno || whole > INT64_MAX)
		return -EINVAL;
	if (*end == '.' && units != numbers && isdigit((unsigned char)end[1]))
		for (end++; isdigit((unsigned char)*end); end++)
			if (scale < 1000000) {
				part = part * 10 + *end - '0';
				scale *= 10;
			}
	factor = factor_of(units, end);
	if (!factor || __builtin_mul_overflow((int64_t)whole, factor, out) ||
	    (part && factor > INT64_MAX / part) ||
	    __builtin_add_overflow(*out, part * factor / scale, out))
		return -EINVAL;
	return 0;
}

/* One number, or LOW-HIGH. */
static int read_range(struct value *v, const char *text, const struct unit *units,
		      int64_t max)
{
	const char *dash = strchr(text, '-');
	char low[32];

	if (!dash) {
		v->high = -1;
		if (read_scaled(text, units, &v->low) || v->low > max)
			return -EINVAL;
		v->high = v->low;
		return 0;
	}
	if (dash - text >= (int)sizeof(low))
		return -EINVAL;
	memcpy(low, text, dash - text);
	low[dash - text] = 0;
	if (read_scaled(low, units, &v->low) || read_scaled(dash + 1, units, &v->high))
		return -EINVAL;
	return v->low > v->high || v->high > max ? -EINVAL : 0;
}

static int set_number(struct value *v, int64_t number)
{
	v->low = v->high = number;
	return 0;
}

static int read_session(struct value *v, const char *text)
{
	if (!strcmp(text, "unset") || !strcmp(text, "-1"))
		return set_number(v, ID_UNSET);
	return read_range(v, text, numbers, ID_UNSET);
}

static int read_user(struct value *v, const char *text)
{
	struct passwd *pw;

	if (!read_session(v, text))
		return 0;
	pw = getpwnam(text);
	return pw ? set_number(v, pw->pw_uid) : -EINVAL;
}

/* As ausearch -e takes it, and without the minus sign, too. */
static int read_errno(struct value *v, const char *text)
{
	int err;

	text += *text == '-';
	if (isdigit((unsigned char)*text))
		return read_range(v, text, numbers, ERRNO_MAX) || !v->low ? -EINVAL : 0;
	err = *text == 'E' ? audit_name_to_errno(text) : 0;
	return err > 0 ? set_number(v, err) : -EINVAL;
}

static int read_proto(struct value *v, const char *text)
{
	int proto = entry_proto_by_name(text);

	return proto == PROTO_UNKNOWN ? -EINVAL : set_number(v, proto);
}

static int read_direction(struct value *v, const char *text)
{
	if (!strcmp(text, "out") || !strcmp(text, "->"))
		return set_number(v, DIRECTION_OUT);
	if (!strcmp(text, "in") || !strcmp(text, "<-"))
		return set_number(v, DIRECTION_IN);
	return -EINVAL;
}

static int read_via(struct value *v, const char *text)
{
	for (int via = VIA_NONE + 1; via < VIA_COUNT; via++) {
		if (!strcmp(text, entry_via_name(via)))
			return set_number(v, via);
		if (!strcmp(text, entry_via_name(via | VIA_SYSLOG)))
			return set_number(v, via | VIA_SYSLOG);
	}
	if (!strcmp(text, entry_via_name(VIA_SYSLOG)))
		return set_number(v, VIA_SYSLOG);
	return -EINVAL;
}

static int read_flag(struct value *v, enum field_id id, const char *text)
{
	if (!strcmp(text, "yes") || !strcmp(text, fields[id].flag))
		return set_number(v, 1);
	return strcmp(text, "no") ? -EINVAL : set_number(v, 0);
}

/* "start" is of either kind, "connect" is its three; "connect-start" is one. */
static int read_kind(struct value *v, const char *text)
{
	for (int kind = 0; kind < ENTRY_KIND_COUNT; kind++) {
		const char *name = entry_kind_name(kind), *second = strchr(name, ' ') + 1;
		size_t first = second - name - 1;

		if (!strcmp(text, second) ||
		    (!strncmp(text, name, first) &&
		     (!text[first] || ((text[first] == '-' || text[first] == ' ') &&
				       !strcmp(text + first + 1, second)))))
			v->kinds |= 1u << kind;
	}
	return v->kinds ? 0 : -EINVAL;
}

static int read_text(struct value *v, const char *text, size_t len)
{
	if (!len)
		return -EINVAL;
	v->text = malloc(len + 1);
	if (!v->text)
		return -ENOMEM;
	memcpy(v->text, text, len);
	v->text[len] = 0;
	v->len = len;
	return 0;
}

int value_read(struct value *v, enum field_id id, const char *text, size_t len)
{
	enum field_type type = fields[id].type;

	memset(v, 0, sizeof(*v));
	if (type == TYPE_TEXT || type == TYPE_ARGUMENTS || type == TYPE_NAME)
		return read_text(v, text, len);
	if (strlen(text) != len)
		return -EINVAL;
	switch (type) {
	case TYPE_TIME:		return time_text_read(text, &v->low, &v->high);
	case TYPE_KIND:		return read_kind(v, text);
	case TYPE_PROTO:	return read_proto(v, text);
	case TYPE_ADDRESS:	return netaddr_parse_range(text, &v->range);
	case TYPE_DIRECTION:	return read_direction(v, text);
	case TYPE_NUMBER:	return read_range(v, text, numbers, ID_UNSET);
	case TYPE_OPTIONAL:	return read_range(v, text, numbers, INT64_MAX);
	case TYPE_USER:		return read_user(v, text);
	case TYPE_SESSION:	return read_session(v, text);
	case TYPE_VIA:		return read_via(v, text);
	case TYPE_ERRNO:	return read_errno(v, text);
	case TYPE_DURATION:	return read_range(v, text, times, INT64_MAX);
	case TYPE_BYTES:	return read_range(v, text, sizes, INT64_MAX);
	case TYPE_FLAG:		return read_flag(v, id, text);
	case TYPE_ID:		return id_text_read(text, &v->id);
	case TYPE_EVENT:	return id_text_read_event(text, &v->ev);
	default:		return -EINVAL;
	}
}

void value_fini(struct value *v)
{
	free(v->text);
	v->text = NULL;
}

const char *value_allowed(enum field_id id)
{
	static const char *const allowed[TYPE_COUNT] = {
		[TYPE_TIME] = "a local time as 2026-11-21T06:04:39, or @SECONDS",
		[TYPE_KIND] = ("start, stop, fail, connect, listen, or both words as in "
			      "connect-start"),
		[TYPE_PROTO] = "tcp, udp, sctp, mptcp, udplite or dccp",
		[TYPE_ADDRESS] = ("ADDRESS, ADDRESS/PREFIX, ADDRESS:PORT, [V6]:PORT, :PORT "
				 "or :FIRST-LAST"),
		[TYPE_DIRECTION] = "out or in",
		[TYPE_NUMBER] = "a number",
		[TYPE_OPTIONAL] = "a number",
		[TYPE_USER] = "a user name, a number, or unset",
		[TYPE_SESSION] = "a number, or unset",
		[TYPE_TEXT] = "a text that is not empty",
		[TYPE_ARGUMENTS] = "a text that is not empty",
		[TYPE_NAME] = "a text that is not empty",
		[TYPE_VIA] = ("in-progress, close, exit, exec, reuse, gone, boot, destroy, "
			     "found, snapshot, sweep, corrected or syslog"),
		[TYPE_ERRNO] = "an error's name or number, as ECONNREFUSED or 111",
		[TYPE_DURATION] = "a time in seconds, as 1.5, or with ms, s, m, h or d",
		[TYPE_BYTES] = "a number of bytes, as 512, or with k, M, G or T",
		[TYPE_FLAG] = "yes or no",
		[TYPE_ID] = "an id as the line has it",
		[TYPE_EVENT] = "a serial, or SECONDS.MILLIS:SERIAL as in ev=",
	};

	return id == FIELD_UNSEEN ? "netns or no" : allowed[fields[id].type];
}
