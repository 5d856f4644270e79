#include "jot.h"

#include <string.h>

#include "banned.h"

void jot_number(struct buf *b, int64_t n)
{
	char digits[20], *at = digits + sizeof digits;
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) != 0);
	if (n < 0)
		buf_addc(b, '-');
	buf_add(b, at, (size_t)(digits + sizeof digits - at));
}

void jot_begin(struct buf *b)
{
	buf_clear(b);
	buf_addc(b, '{');
}

static void add_key(struct buf *b, const char *key)
{
	buf_adds(b, b->len > 1 ? ",\"" : "\"");
	buf_adds(b, key);
	buf_add(b, "\":", 2);
}

static void add_escaped(struct buf *b, unsigned char c)
{
	static const char hex[] = "0123456789ABCDEF";
	const char escape[] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

	if (c == '"' || c == '\\') {
		buf_addc(b, '\\');
		buf_addc(b, (char)c);
	} else {
		buf_add(b, escape, sizeof escape);
	}
}

void jot_str(struct buf *b, const char *key, const char *value)
{
	add_key(b, key);
	buf_addc(b, '"');
	while (*value != '\0') {
		size_t n = 0;

		while ((unsigned char)value[n] >= ' ' && value[n] != '"' && value[n] != '\\')
			n++;
		buf_add(b, value, n);
		value += n;
		if (*value != '\0')
			add_escaped(b, (unsigned char)*value++);
	}
	buf_addc(b, '"');
}

void jot_int(struct buf *b, const char *key, int64_t n)
{
	add_key(b, key);
	jot_number(b, n);
}

const char *jot_end(struct buf *b)
{
	buf_addc(b, '}');
	return buf_str(b);
}
