// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/json: values of JSON. */
#include "parser/entry/json.h"

#include <string.h>
#include <time.h>

#include "parser/entry/line.h"
#include "parser/text.h"

/* Bytes of one string, escapes included: seven of them leave room for the rest. */
#define STRING_ROOM 1600
#define TEXT_MAX 1024
/* The kernel cuts a command line: MAX_PROCTITLE_AUDIT_LEN. */
#define COMMAND_LINE_MAX 128

/* Bytes of the UTF-8 character at text, or 0: not valid there. */
static size_t utf8_length(const unsigned char *text, size_t len)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = *text < 0x80 ? 1 : *text < 0xc2 ? 0 : *text < 0xe0 ? 2 :
		   *text < 0xf0 ? 3 : *text < 0xf5 ? 4 : 0;
	uint32_t c;

	if (n < 2)
		return n;
	if (n > len)
		return 0;
	c = *text & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (text[i] & 0x3f);
	}
	return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : n;
}

/* Escapes one byte or character; at most 6 bytes. */
static size_t escape(const unsigned char *text, size_t len, char to[8], size_t *used)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char c = *text;
	size_t n = utf8_length(text, len);

	*used = n ? n : 1;
	if (!n || !c) {
		memcpy(to, (char[]){ '\\', '\\', 'x', hex[c >> 4], hex[c & 15] }, 5);
		return 5;
	}
	if (c == '"' || c == '\\') {
		to[0] = '\\';
		to[1] = c;
		return 2;
	}
	if (c < ' ' || c == 0x7f) {
		memcpy(to, (char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
		return 6;
	}
	memcpy(to, text, n);
	return n;
}

/* Returns how many bytes need no escape in a string. */
static size_t plain_length(const char *text, size_t len)
{
	static const bool plain[256] = {
		[' ' ... '!'] = true, ['#' ... '['] = true, [']' ... '~'] = true,
	};
	size_t n = 0;

	while (n < len && plain[(unsigned char)text[n]])
		n++;
	return n;
}

void json_put_string(struct put *p, const char *text, size_t len)
{
	const char *end = p->end - p->to > STRING_ROOM ? p->to + STRING_ROOM : p->end;

	put_char(p, '"');
	while (len) {
		size_t used = plain_length(text, len), n;
		char escaped[8];

		if (used) {
			if (end - p->to < (ptrdiff_t)used)
				used = end > p->to ? end - p->to : 0;
			if (!used)
				break;
			put_bytes(p, text, used);
			text += used;
			len -= used;
			continue;
		}
		n = escape((const unsigned char *)text, len, escaped, &used);

		if (end - p->to < (ptrdiff_t)n)
			break;
		put_bytes(p, escaped, n);
		text += used;
		len -= used;
	}
	put_char(p, '"');
}

void json_put_text(struct put *p, const char *encoded, bool arguments)
{
	char text[TEXT_MAX];
	size_t len = audit_text(encoded, text, sizeof(text));

	if (arguments)
		for (size_t i = 0; i < len; i++)
			if (!text[i])
				text[i] = ' ';
	json_put_string(p, text, len);
}

void json_put_arguments(struct put *p, const char *encoded)
{
	char text[TEXT_MAX], *at = text;
	size_t len = audit_text(encoded, text, sizeof(text));

	put_char(p, '[');
	while (len) {
		size_t n = strnlen(at, len);

		if (at > text)
			put_char(p, ',');
		json_put_string(p, at, n);
		n += n < len;
		at += n;
		len -= n;
	}
	put_char(p, ']');
}

unsigned int json_count_arguments(const char *encoded)
{
	char text[TEXT_MAX];
	size_t len = audit_text(encoded, text, sizeof(text));
	unsigned int n = len > 0;

	for (size_t i = 0; i + 1 < len; i++)
		n += !text[i];
	return len < COMMAND_LINE_MAX - 1 ? n : 0;
}

void json_put_int(struct put *p, int64_t v)
{
	if (v < 0)
		put_char(p, '-');
	put_uint(p, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

int64_t json_time_ms(const struct stamp *time)
{
	int64_t ms;

	if (__builtin_mul_overflow(time->sec, 1000, &ms) ||
	    __builtin_add_overflow(ms, time->milli, &ms))
		return 0;
	return ms;
}

static void put_digits(struct put *p, int v, int width)
{
	for (int unit = width == 4 ? 1000 : width == 3 ? 100 : 10; unit; unit /= 10)
		put_char(p, '0' + v / unit % 10);
}

/* RFC 3339 has years of four digits: a time beyond is that of 1970. */
void json_put_time(struct put *p, int64_t ms)
{
	int64_t milli = ms % 1000;
	time_t sec = ms / 1000;
	struct tm tm;

	if (milli < 0) {
		milli += 1000;
		sec--;
	}
	if (!gmtime_r(&sec, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099) {
		sec = 0;
		gmtime_r(&sec, &tm);
	}
	put_char(p, '"');
	put_digits(p, tm.tm_year + 1900, 4);
	put_char(p, '-');
	put_digits(p, tm.tm_mon + 1, 2);
	put_char(p, '-');
	put_digits(p, tm.tm_mday, 2);
	put_char(p, 'T');
	put_digits(p, tm.tm_hour, 2);
	put_char(p, ':');
	put_digits(p, tm.tm_min, 2);
	put_char(p, ':');
	put_digits(p, tm.tm_sec, 2);
	put_char(p, '.');
	put_digits(p, milli, 3);
	put_string(p, "Z\"");
}

void json_put_value(struct put *p, enum field_id id, const struct field_value *v)
{
	put_char(p, '"');
	line_put_value(p, id, v);	/* has neither quotes nor backslashes for these types */
	put_char(p, '"');
}
