#include "jot.h"

#include <assert.h>
#include <string.h>

#include "json.h"

#include "banned.h"

enum { KEY_MAX = 60 }; /* ours are shorter */

/* Two digits a step: ids and times have sixteen and thirteen. */
void jot_number(struct buf *b, int64_t n)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";
	char digits[21], *at = digits + sizeof digits;
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	for (; rest >= 10; rest /= 100) {
		at -= 2;
		memcpy(at, pairs + 2 * (rest % 100), 2);
	}
	if (rest > 0 || at == digits + sizeof digits)
		*--at = (char)('0' + rest);
	if (n < 0)
		*--at = '-';
	buf_add(b, at, (size_t)(digits + sizeof digits - at));
}

void jot_begin(struct buf *b)
{
	buf_clear(b);
	buf_addc(b, '{');
}

/* In one piece: there are thirty of them in what one accept writes. */
static void add_key(struct buf *b, const char *key)
{
	char piece[KEY_MAX + 4], last = b->len == 0 ? '{' : b->data[b->len - 1];
	size_t n = 0, len = key == NULL ? 0 : strlen(key);

	assert(len <= KEY_MAX);
	if (last != '{' && last != '[')
		piece[n++] = ',';
	if (key != NULL) {
		piece[n++] = '"';
		memcpy(piece + n, key, len);
		memcpy(piece + n + len, "\":", 2);
		n += len + 2;
	}
	buf_add(b, piece, n);
}

static void add_escaped(struct buf *b, unsigned char c)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
	const char escape[] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
	const char *at = c == '\0' ? NULL : strchr(plain, c);

	if (at != NULL) {
		buf_addc(b, '\\');
		buf_addc(b, letter[at - plain]);
	} else {
		buf_add(b, escape, sizeof escape);
	}
}

void jot_quoted(struct buf *b, const char *text, size_t n)
{
	const char *end = text + n;

	buf_addc(b, '"');
	while (text < end) {
		const char *from = text;

		while (text < end && (unsigned char)*text >= ' ' && *text != '"' && *text != '\\')
			text++;
		buf_add(b, from, (size_t)(text - from));
		if (text < end)
			add_escaped(b, (unsigned char)*text++);
	}
	buf_addc(b, '"');
}

void jot_str(struct buf *b, const char *key, const char *value)
{
	add_key(b, key);
	jot_quoted(b, value, strlen(value));
}

void jot_int(struct buf *b, const char *key, int64_t n)
{
	add_key(b, key);
	jot_number(b, n);
}

void jot_true(struct buf *b, const char *key)
{
	add_key(b, key);
	buf_adds(b, "true");
}

void jot_json(struct buf *b, const char *key, const json_t *value)
{
	add_key(b, key);
	json_write(value, b);
}

void jot_open_list(struct buf *b, const char *key)
{
	add_key(b, key);
	buf_addc(b, '[');
}

void jot_open(struct buf *b, const char *key)
{
	add_key(b, key);
	buf_addc(b, '{');
}

void jot_item(struct buf *b, const char *value)
{
	jot_str(b, NULL, value);
}

void jot_close_list(struct buf *b)
{
	buf_addc(b, ']');
}

void jot_close(struct buf *b)
{
	buf_addc(b, '}');
}

const char *jot_end(struct buf *b)
{
	buf_addc(b, '}');
	return buf_str(b);
}
